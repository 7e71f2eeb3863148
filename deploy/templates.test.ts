/** The templates keep their promises: each named property holds, and no longer does once what makes it is taken out. */
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { CACHE_CONTROL, FILE_CLASSES, securityHeaders } from './headers.ts';
import { POLICY_NAMES, renderEdge, renderNginx } from './render.ts';
import { responseHeaders } from './response-headers.ts';
import { parseTemplate, type Template } from './template.ts';

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
interface Templates {
  storage: Template;
  edge: Template;
}
const parsed: Templates = { storage: parseTemplate(read('storage.yaml')), edge: parseTemplate(read('edge.yaml')) };
const load = (): Templates => structuredClone(parsed);

type Json = unknown;
type Path = readonly (string | number)[];

/** A change that must be noticed: the value at a path taken out, or another one put there. */
interface Break {
  readonly at: string;
  readonly to?: Json;
}

interface Property {
  readonly name: string;
  readonly holds: (templates: Templates) => boolean;
  readonly breaks: readonly Break[];
}

const pathOf = (at: string): Path => at.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));

function at(value: Json, path: string): Json {
  return pathOf(path).reduce<Json>((inner, key) => (inner as Record<string | number, Json> | undefined)?.[key], value);
}

function broken({ at: path, to }: Break): Templates {
  const templates = load();
  const keys = [...pathOf(path)];
  const last = keys.pop()!;
  const parent = keys.reduce<Json>((inner, key) => (inner as Record<string | number, Json>)[key], templates) as Record<string | number, Json>;
  if (parent[last] === undefined) throw new Error(`${path}: not in the template`);
  if (to !== undefined) parent[last] = to;
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else Reflect.deleteProperty(parent, last);
  return templates;
}

const equal = (one: Json, other: Json): boolean => JSON.stringify(one) === JSON.stringify(other);
const resource = (stack: keyof Templates, name: string): string => `${stack}.Resources.${name}.Properties`;
const flag = (name: string, path: string, value: Json, other?: Json): Property => ({
  name,
  holds: (templates) => equal(at(templates, path), value),
  breaks: [{ at: path }, ...(other === undefined ? [] : [{ at: path, to: other }])],
});

interface Statement {
  Sid: string;
  Effect: string;
  Principal: Json;
  Action: Json;
  Resource: Json;
  Condition?: Record<string, Record<string, Json>>;
}
/** Statements of a policy, the conditional ones too. */
function statements(policy: Json): Statement[] {
  const list = at(policy, 'Statement') as (Statement & { 'Fn::If'?: [string, Statement] })[] | undefined;
  return (list ?? []).map((statement) => statement['Fn::If']?.[1] ?? statement);
}
const bucketStatement = (templates: Templates, policy: string, sid: string): Statement | undefined =>
  statements(at(templates, `${resource('storage', policy)}.PolicyDocument`)).find(({ Sid }) => Sid === sid);

const buckets = ['SiteBucket', 'LogBucket'].flatMap((bucket): Property[] => {
  const base = resource('storage', bucket);
  const policy = `${resource('storage', `${bucket}Policy`)}.PolicyDocument.Statement`;
  return [
    ...['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'].map((key) =>
      flag(`${bucket}: public access is blocked (${key})`, `${base}.PublicAccessBlockConfiguration.${key}`, true, false),
    ),
    flag(`${bucket}: versioned`, `${base}.VersioningConfiguration.Status`, 'Enabled', 'Suspended'),
    flag(`${bucket}: encrypted`, `${base}.BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.SSEAlgorithm`, 'AES256'),
    flag(`${bucket}: no ACLs`, `${base}.OwnershipControls.Rules.0.ObjectOwnership`, 'BucketOwnerEnforced', 'ObjectWriter'),
    flag(`${bucket}: outlives its stack`, `storage.Resources.${bucket}.DeletionPolicy`, 'Retain', 'Delete'),
    flag(`${bucket}: outlives a replacement`, `storage.Resources.${bucket}.UpdateReplacePolicy`, 'Retain', 'Delete'),
    {
      name: `${bucket}: TLS only`,
      holds: (templates) => {
        const found = bucketStatement(templates, `${bucket}Policy`, 'OnlyOverTls');
        return found?.Effect === 'Deny' && found.Principal === '*' && found.Condition?.Bool?.['aws:SecureTransport'] === 'false' && (found.Resource as Json[]).length === 2;
      },
      breaks: [{ at: `${policy}.0` }, { at: `${policy}.0.Condition` }, { at: `${policy}.0.Resource.1` }, { at: `${policy}.0.Effect`, to: 'Allow' }],
    },
    {
      name: `${bucket}: TLS 1.2 or newer`,
      holds: (templates) => {
        const found = bucketStatement(templates, `${bucket}Policy`, 'OnlyRecentTls');
        return found?.Effect === 'Deny' && found.Principal === '*' && found.Condition?.NumericLessThan?.['s3:TlsVersion'] === '1.2' && (found.Resource as Json[]).length === 2;
      },
      breaks: [{ at: `${policy}.1` }, { at: `${policy}.1.Condition.NumericLessThan`, to: { 's3:TlsVersion': '1.0' } }, { at: `${policy}.1.Resource.0` }],
    },
  ];
});

const sitePolicy = `${resource('storage', 'SiteBucketPolicy')}.PolicyDocument.Statement`;
const distributionArn = { 'Fn::Sub': 'arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${DistributionId}' };
const config = `${resource('edge', 'Distribution')}.DistributionConfig`;
const behaviours = [`${config}.DefaultCacheBehavior`, `${config}.CacheBehaviors.0`, `${config}.CacheBehaviors.1`];

const access: Property[] = [
  {
    name: 'nobody but this distribution reads the site, and nothing beside it',
    holds: (templates) => {
      const allowed = statements(at(templates, `${resource('storage', 'SiteBucketPolicy')}.PolicyDocument`)).filter(({ Effect }) => Effect === 'Allow');
      return (
        allowed.length === 2 &&
        allowed.every(
          ({ Principal, Condition }) =>
            equal(Principal, { Service: 'cloudfront.amazonaws.com' }) && equal(Condition, { StringEquals: { 'AWS:SourceArn': distributionArn } }),
        ) &&
        equal([allowed[0]!.Action, allowed[0]!.Resource], ['s3:GetObject', { 'Fn::Sub': '${SiteBucket.Arn}/site/*' }]) &&
        equal(allowed[1]!.Action, 's3:ListBucket')
      );
    },
    breaks: [
      { at: `${sitePolicy}.2.Fn::If.1.Condition` },
      { at: `${sitePolicy}.3.Fn::If.1.Condition` },
      { at: `${sitePolicy}.2.Fn::If.1.Principal`, to: '*' },
      { at: `${sitePolicy}.2.Fn::If.1.Action`, to: 's3:*' },
      { at: `${sitePolicy}.2.Fn::If.1.Resource`, to: { 'Fn::Sub': '${SiteBucket.Arn}/*' } },
      { at: `${sitePolicy}.3` },
    ],
  },
  {
    name: 'logs are written by the log delivery of this account alone',
    holds: (templates) => {
      const found = bucketStatement(templates, 'LogBucketPolicy', 'LogsAreDelivered');
      return (
        equal(found?.Principal, { Service: 'delivery.logs.amazonaws.com' }) &&
        found?.Action === 's3:PutObject' &&
        equal(found.Condition?.StringEquals, { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } }) &&
        found.Condition?.ArnLike !== undefined
      );
    },
    breaks: [
      { at: `${resource('storage', 'LogBucketPolicy')}.PolicyDocument.Statement.2` },
      { at: `${resource('storage', 'LogBucketPolicy')}.PolicyDocument.Statement.2.Condition.StringEquals` },
      { at: `${resource('storage', 'LogBucketPolicy')}.PolicyDocument.Statement.2.Condition.ArnLike` },
    ],
  },
  {
    name: 'origin access control, not an origin access identity',
    holds: (templates) =>
      equal(at(templates, `${config}.Origins.0.OriginAccessControlId`), { Ref: 'OriginAccess' }) &&
      at(templates, `${config}.Origins.0.S3OriginConfig.OriginAccessIdentity`) === '' &&
      equal(at(templates, `${resource('edge', 'OriginAccess')}.OriginAccessControlConfig`), {
        Name: { 'Fn::Sub': '${AWS::StackName}-site' },
        OriginAccessControlOriginType: 's3',
        SigningBehavior: 'always',
        SigningProtocol: 'sigv4',
      }) &&
      !Object.values(templates.edge.Resources).some(({ Type }) => Type === 'AWS::CloudFront::CloudFrontOriginAccessIdentity'),
    breaks: [
      { at: `${config}.Origins.0.OriginAccessControlId` },
      { at: `${config}.Origins.0.S3OriginConfig.OriginAccessIdentity`, to: 'origin-access-identity/cloudfront/E1' },
      { at: `${resource('edge', 'OriginAccess')}.OriginAccessControlConfig.SigningBehavior`, to: 'never' },
    ],
  },
  flag('the edge sees only the site', `${config}.Origins.0.OriginPath`, '/site', ''),
  flag('HTTP/2 and 3', `${config}.HttpVersion`, 'http2and3', 'http1.1'),
  flag('TLS 1.2 or newer on an own domain', `${config}.ViewerCertificate.Fn::If.1.MinimumProtocolVersion`, 'TLSv1.2_2021', 'TLSv1'),
  flag('TLS is told to the function', `${resource('edge', 'ViewerTls')}.OriginRequestPolicyConfig.HeadersConfig`, {
    HeaderBehavior: 'whitelist',
    Headers: ['CloudFront-Viewer-TLS'],
  }),
  ...behaviours.flatMap((behaviour, index): Property[] => [
    flag(`behaviour ${index}: https`, `${behaviour}.ViewerProtocolPolicy`, 'redirect-to-https', 'allow-all'),
    flag(`behaviour ${index}: only reads`, `${behaviour}.AllowedMethods`, ['GET', 'HEAD'], ['GET', 'HEAD', 'PUT']),
    flag(`behaviour ${index}: its headers`, `${behaviour}.ResponseHeadersPolicyId`, { Ref: POLICY_NAMES[(['plain', 'hashed', 'models'] as const)[index]!] }),
    flag(`behaviour ${index}: the function`, `${behaviour}.FunctionAssociations.0`, {
      EventType: 'viewer-request',
      FunctionARN: { 'Fn::GetAtt': ['EdgeFunction', 'FunctionARN'] },
    }),
    flag(`behaviour ${index}: TLS version`, `${behaviour}.OriginRequestPolicyId`, { Ref: 'ViewerTls' }),
    flag(`behaviour ${index}: its cache`, `${behaviour}.CachePolicyId`, { Ref: index === 0 ? 'PlainCache' : 'ImmutableCache' }),
  ]),
  {
    name: 'no page in place of a missing file',
    holds: (templates) => (at(templates, `${config}.CustomErrorResponses`) as Json[]).every((response) => at(response, 'ResponsePagePath') === undefined && at(response, 'ResponseCode') === undefined),
    breaks: [{ at: `${config}.CustomErrorResponses`, to: [{ ErrorCode: 404, ResponseCode: 200, ResponsePagePath: '/index.html' }] }],
  },
  {
    name: 'no query, cookie or header reaches the bucket or parts the cache',
    holds: (templates) =>
      ['ImmutableCache', 'PlainCache'].every((name) => {
        const key = `${resource('edge', name)}.CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin`;
        return ['CookiesConfig.CookieBehavior', 'HeadersConfig.HeaderBehavior', 'QueryStringsConfig.QueryStringBehavior'].every((part) => at(templates, `${key}.${part}`) === 'none');
      }) && at(templates, `${resource('edge', 'ViewerTls')}.OriginRequestPolicyConfig.QueryStringsConfig.QueryStringBehavior`) === 'none',
    breaks: [
      { at: `${resource('edge', 'PlainCache')}.CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin.QueryStringsConfig.QueryStringBehavior`, to: 'all' },
      { at: `${resource('edge', 'ViewerTls')}.OriginRequestPolicyConfig.QueryStringsConfig.QueryStringBehavior`, to: 'all' },
    ],
  },
  {
    name: 'un-hashed files are asked for again, hashed ones kept',
    holds: (templates) =>
      at(templates, `${resource('edge', 'PlainCache')}.CachePolicyConfig.MinTTL`) === 0 &&
      at(templates, `${resource('edge', 'PlainCache')}.CachePolicyConfig.DefaultTTL`) === 0 &&
      at(templates, `${resource('edge', 'ImmutableCache')}.CachePolicyConfig.MaxTTL`) === 31_536_000,
    breaks: [{ at: `${resource('edge', 'PlainCache')}.CachePolicyConfig.MinTTL`, to: 60 }, { at: `${resource('edge', 'PlainCache')}.CachePolicyConfig.DefaultTTL` }],
  },
];

const logs: Property[] = [
  flag('access logs are on', `${resource('edge', 'LogSource')}.LogType`, 'ACCESS_LOGS'),
  flag('as Parquet', `${resource('edge', 'LogDestination')}.OutputFormat`, 'parquet', 'plain'),
  flag('in Hive folders', `${resource('edge', 'LogDelivery')}.S3EnableHiveCompatiblePath`, true, false),
  flag('an hour each', `${resource('edge', 'LogDelivery')}.S3SuffixPath`, '{DistributionId}/{yyyy}/{MM}/{dd}/{HH}'),
  ...(['ClientErrors', 'ServerErrors'] as const).map((name): Property => ({
    name: `alarm ${name}`,
    holds: (templates) => {
      const alarm = at(templates, resource('edge', name));
      return (
        at(alarm, 'MetricName') === (name === 'ClientErrors' ? '4xxErrorRate' : '5xxErrorRate') &&
        at(alarm, 'Namespace') === 'AWS/CloudFront' &&
        (at(alarm, 'Dimensions') as Json[]).length === 2 &&
        at(alarm, 'AlarmActions') !== undefined
      );
    },
    breaks: [{ at: `edge.Resources.${name}`, to: { Properties: {} } }, { at: `${resource('edge', name)}.AlarmActions` }, { at: `${resource('edge', name)}.Dimensions.1` }],
  })),
];

const role = resource('edge', 'ReleaseRole');
const roleStatements = `${role}.Policies.0.PolicyDocument.Statement`;
const releaseRole: Property[] = [
  {
    name: 'the release role trusts one subject of one provider',
    holds: (templates) => {
      const trust = at(templates, `${role}.AssumeRolePolicyDocument.Statement.0`);
      return (
        equal(at(trust, 'Principal'), { Federated: { Ref: 'OidcProviderArn' } }) &&
        equal(at(trust, 'Condition'), {
          StringEquals: {
            'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
            'token.actions.githubusercontent.com:sub': { Ref: 'OidcSubject' },
          },
        }) &&
        templates.edge.Parameters.OidcSubject?.AllowedPattern === '^[^*?]*$' &&
        templates.edge.Resources.ReleaseRole?.Condition === 'HasOidc'
      );
    },
    breaks: [
      { at: `${role}.AssumeRolePolicyDocument.Statement.0.Condition` },
      { at: `${role}.AssumeRolePolicyDocument.Statement.0.Principal`, to: '*' },
      { at: 'edge.Parameters.OidcSubject.AllowedPattern' },
      { at: 'edge.Resources.ReleaseRole.Condition' },
    ],
  },
  {
    name: 'the release role may only write files, tidy up, invalidate and read the outputs',
    holds: (templates) => {
      const found = at(templates, roleStatements) as Statement[];
      const allowed = found.flatMap(({ Action }) => Action as string | string[]).sort();
      const resources = JSON.stringify(found.map(({ Resource }) => Resource));
      return (
        equal(allowed, [
          'cloudformation:DescribeStacks',
          'cloudfront:CreateInvalidation',
          's3:DeleteObject',
          's3:GetObject',
          's3:ListBucket',
          's3:PutObject',
        ]) &&
        !resources.includes('"*"') &&
        !resources.includes('${SiteBucket}/*') &&
        equal(at(found.find(({ Sid }) => Sid === 'TidyUp'), 'Resource.0'), { 'Fn::Sub': 'arn:${AWS::Partition}:s3:::${SiteBucket}/site/assets/*' })
      );
    },
    breaks: [
      { at: `${roleStatements}.0.Action`, to: 's3:*' },
      { at: `${roleStatements}.0.Resource`, to: '*' },
      { at: `${roleStatements}.1.Resource.0`, to: { 'Fn::Sub': 'arn:${AWS::Partition}:s3:::${SiteBucket}/*' } },
      { at: `${roleStatements}.3.Resource`, to: '*' },
      { at: `${roleStatements}.3.Action`, to: ['cloudfront:CreateInvalidation', 'cloudfront:UpdateDistribution'] },
    ],
  },
  flag('a session lasts an hour', `${role}.MaxSessionDuration`, 3600, 43_200),
];

const policies = FILE_CLASSES.flatMap((fileClass): Property[] => {
  const policy = `${resource('edge', POLICY_NAMES[fileClass])}.ResponseHeadersPolicyConfig`;
  const expected = { ...(fileClass === 'plain' ? { 'Cache-Control': CACHE_CONTROL.plain } : {}), ...securityHeaders({ tls: true, fileClass }) };
  const items = Object.keys(expected).length - 4;
  return [
    {
      name: `${fileClass} files: the headers of deploy/headers.ts`,
      holds: (templates) => {
        const sent = responseHeaders(templates.edge, POLICY_NAMES[fileClass]);
        return equal(Object.entries(sent).sort(), Object.entries(expected).map(([name, value]) => [name.toLowerCase(), value]).sort());
      },
      breaks: [
        ...['ContentSecurityPolicy', 'ContentTypeOptions', 'ReferrerPolicy', 'StrictTransportSecurity'].map((name) => ({ at: `${policy}.SecurityHeadersConfig.${name}` })),
        ...Array.from({ length: items }, (_, index) => ({ at: `${policy}.CustomHeadersConfig.Items.${index}` })),
      ],
    },
  ];
});

const PROPERTIES = [...buckets, ...access, ...logs, ...releaseRole, ...policies];

describe('the templates', () => {
  it.each(PROPERTIES.map((property) => [property.name, property] as const))('%s', (_, { holds, breaks }) => {
    expect(holds(load())).toBe(true);
    for (const change of breaks) expect([change.at, holds(broken(change))]).toEqual([change.at, false]);
  });

  it('hold the generated parts as deploy/headers.ts makes them', () => {
    expect(renderEdge(read('edge.yaml'), read('edge-function.js'))).toBe(read('edge.yaml'));
    expect(renderNginx()).toBe(read('nginx.conf'));
  });
});

describe('the function at the edge', () => {
  const code = String(at(load(), `${resource('edge', 'EdgeFunction')}.FunctionCode`));
  const ask = (uri: string, tls?: string): Record<string, unknown> =>
    runInNewContext(`${code}\nhandler(event)`, {
      event: { request: { method: 'GET', uri, querystring: {}, headers: tls === undefined ? {} : { 'cloudfront-viewer-tls': { value: tls } } } },
    }) as Record<string, unknown>;

  it('reads a folder as its index.html and rewrites nothing else', () => {
    for (const [asked, served] of [
      ['/', '/index.html'],
      ['/plant/', '/plant/index.html'],
      ['/quality', '/quality'],
      ['/models/field-9.9.9/scaler.json', '/models/field-9.9.9/scaler.json'],
    ]) {
      expect(ask(asked!).uri).toBe(served);
    }
  });

  it('refuses TLS older than 1.2', () => {
    expect(ask('/', 'TLSv1:ECDHE-RSA-AES128-SHA:full').statusCode).toBe(403);
    expect(ask('/', 'TLSv1.1:ECDHE-RSA-AES128-SHA:full').statusCode).toBe(403);
    for (const tls of ['TLSv1.2:ECDHE-RSA-AES128-GCM-SHA256:full', 'TLSv1.3:TLS_AES_128_GCM_SHA256:full']) {
      expect(ask('/', tls).uri).toBe('/index.html');
    }
  });
});
