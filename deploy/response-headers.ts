import type { Template } from './template.ts';

interface PolicyConfig {
  readonly SecurityHeadersConfig?: {
    readonly ContentSecurityPolicy?: { readonly ContentSecurityPolicy: string };
    readonly ContentTypeOptions?: object;
    readonly ReferrerPolicy?: { readonly ReferrerPolicy: string };
    readonly StrictTransportSecurity?: { readonly AccessControlMaxAgeSec: number };
  };
  readonly CustomHeadersConfig?: { readonly Items: readonly { Header: string; Value: string; Override: boolean }[] };
  readonly RemoveHeadersConfig?: { readonly Items: readonly { Header: string }[] };
}

/**
 * What CloudFront makes of a response-headers policy: its headers, names in lower case, onto those of the bucket
 * (none by default). A custom header without `Override` yields to the bucket's.
 */
export function responseHeaders(edge: Template, policy: string, origin: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { SecurityHeadersConfig: security, CustomHeadersConfig: custom, RemoveHeadersConfig: removed } = edge.Resources[policy]?.Properties
    .ResponseHeadersPolicyConfig as PolicyConfig;
  const gone = new Set(removed?.Items.map(({ Header }) => Header.toLowerCase()));
  const headers = Object.fromEntries(Object.entries(origin).filter(([name]) => !gone.has(name)));
  if (security?.ContentSecurityPolicy) headers['content-security-policy'] = security.ContentSecurityPolicy.ContentSecurityPolicy;
  if (security?.ContentTypeOptions) headers['x-content-type-options'] = 'nosniff';
  if (security?.ReferrerPolicy) headers['referrer-policy'] = security.ReferrerPolicy.ReferrerPolicy;
  if (security?.StrictTransportSecurity) headers['strict-transport-security'] = `max-age=${security.StrictTransportSecurity.AccessControlMaxAgeSec}`;
  for (const { Header, Value, Override } of custom?.Items ?? []) {
    const name = Header.toLowerCase();
    if (Override || headers[name] === undefined) headers[name] = Value;
  }
  return headers;
}
