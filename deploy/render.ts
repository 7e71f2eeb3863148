/**
 * What hosts must know of deploy/headers.ts, in their own words: the response-headers policies and the function of
 * deploy/edge.yaml, and deploy/nginx.conf. `npm run deploy:render` writes them; a test compares them with what is committed.
 */
import { CACHE_CONTROL, CLASS_PATHS, FILE_CLASSES, securityHeaders, TRANSPORT_HEADERS, type FileClass } from './headers.ts';
import { DEFAULT_MIME_TYPE, MIME_TYPES } from './mime.ts';

/** Names of the policies in deploy/edge.yaml. */
export const POLICY_NAMES: Readonly<Record<FileClass, string>> = {
  hashed: 'HashedHeaders',
  models: 'ModelHeaders',
  plain: 'PlainHeaders',
};

/** Headers of the bucket's answers that are nobody's business. */
const REMOVED_HEADERS = ['Server', 'x-amz-server-side-encryption', 'x-amz-version-id', 'x-amz-meta-sha256', 'x-amz-meta-bytes'];

/** `deploy/edge.yaml` with its generated parts made anew. Throws when a mark is gone. */
export function renderEdge(template: string, functionSource: string): string {
  const withHeaders = replacePart(template, 'headers', FILE_CLASSES.map(headersPolicy).join('\n'));
  return replacePart(withHeaders, 'function', edgeFunction(functionSource));
}

function replacePart(text: string, name: string, part: string): string {
  const [begin, end] = ['begin', 'end'].map((mark) => `  # generated: ${mark} ${name}\n`) as [string, string];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`edge.yaml: the marks "generated: begin/end ${name}" are gone`);
  return text.slice(0, from + begin.length) + part + text.slice(to);
}

/** Headers that CloudFront has fields of its own for; it refuses them as custom headers. */
const OWN_FIELDS = new Set(['Content-Security-Policy', 'X-Content-Type-Options', 'Referrer-Policy', 'Strict-Transport-Security']);

function headersPolicy(fileClass: FileClass): string {
  const headers = securityHeaders({ tls: true, fileClass });
  const custom = Object.entries(headers).filter(([name]) => !OWN_FIELDS.has(name));
  const maxAge = /max-age=(\d+)/.exec(headers['Strict-Transport-Security'] ?? '')?.[1] ?? '0';
  return `  ${POLICY_NAMES[fileClass]}:
    Type: AWS::CloudFront::ResponseHeadersPolicy
    Properties:
      ResponseHeadersPolicyConfig:
        Name: !Sub \${AWS::StackName}-${fileClass}
        SecurityHeadersConfig:
          ContentSecurityPolicy:
            ContentSecurityPolicy: ${JSON.stringify(headers['Content-Security-Policy'])}
            Override: true
          ContentTypeOptions:
            Override: true
          ReferrerPolicy:
            ReferrerPolicy: ${headers['Referrer-Policy'] ?? ''}
            Override: true
          StrictTransportSecurity:
            AccessControlMaxAgeSec: ${maxAge}
            Override: true
        CustomHeadersConfig:
          Items:
${custom.map(([name, value]) => customHeader(name, value, true)).join('')}${
    // The files say themselves how long they last; what has no word of its own (a missing file) is not remembered.
    fileClass === 'plain' ? customHeader('Cache-Control', CACHE_CONTROL.plain, false) : ''
  }        RemoveHeadersConfig:
          Items:
${REMOVED_HEADERS.map((name) => `            - Header: ${name}\n`).join('')}`;
}

function customHeader(name: string, value: string, override: boolean): string {
  return `            - Header: ${name}\n              Value: ${JSON.stringify(value)}\n              Override: ${override}\n`;
}

function edgeFunction(source: string): string {
  const code = source.replace(/^\/\*\*[\s\S]*?\*\/\n/, '').trimEnd();
  return `  EdgeFunction:
    Type: AWS::CloudFront::Function
    Properties:
      Name: !Sub \${AWS::StackName}-request
      AutoPublish: true
      FunctionConfig:
        Comment: deploy/edge-function.js
        Runtime: cloudfront-js-2.0
      FunctionCode: |
${code.replace(/^(?=.)/gm, '        ')}
`;
}

/** `deploy/nginx.conf`: a server for the folder `/srv/castwatch/current`, compressed ahead by `npm run compress`. */
export function renderNginx(): string {
  const types = new Map<string, string[]>();
  for (const [extension, type] of Object.entries(MIME_TYPES)) types.set(type, [...(types.get(type) ?? []), extension]);
  const typeLines = [...types].map(([type, extensions]) => `        "${type}" ${extensions.join(' ')};\n`).join('');
  return `# Castwatch inside a plant, without a cloud. Made from deploy/headers.ts by "npm run deploy:render"; see docs/hosting.md.
# Goes to /etc/nginx/conf.d/. Needs the module brotli_static (Debian: libnginx-mod-http-brotli-static).

# Over TLS only.
map $https $castwatch_hsts {
    on      ${quoted(TRANSPORT_HEADERS['Strict-Transport-Security'] ?? '')};
    default "";
}

server {
    # Tablets need https, except on the machine itself (localhost): put the plant's certificate here.
    #   listen 443 ssl http2;
    #   ssl_certificate     /etc/ssl/castwatch.pem;
    #   ssl_certificate_key /etc/ssl/castwatch.key;
    #   ssl_protocols       TLSv1.2 TLSv1.3;
    listen 127.0.0.1:8080;
    root /srv/castwatch/current;

    server_tokens off;
    # Addresses stay relative: behind a proxy nginx does not know its own name.
    absolute_redirect off;
    types {
${typeLines}    }
    default_type ${DEFAULT_MIME_TYPE};
    charset off;
    etag on;
    gzip off;
    # Files that were compressed ahead, to whoever takes brotli.
    brotli_static on;

    if ($request_method !~ ^(GET|HEAD)$) {
        return 405;
    }

    # A folder is its index.html; nothing else is rewritten, so a missing file stays a 404.
    rewrite ^(.*)/$ $1/index.html;

    # Only by way of the file they belong to.
    location ~ \\.br$ {
        return 404;
    }

${FILE_CLASSES.map(location).join('\n')}}
`;
}

/** nginx inherits no header into a location that adds one: each names them all. */
function location(fileClass: FileClass): string {
  const where = fileClass === 'plain' ? '/' : `~ ${CLASS_PATHS[fileClass].source.replaceAll('\\/', '/')}`;
  const lines = Object.entries(securityHeaders({ fileClass })).map(([name, value]) => `add_header ${name} ${quoted(value)} always;`);
  lines.push('add_header Vary "Accept-Encoding";');
  // Without "always": a missing file is not remembered.
  lines.push('add_header Strict-Transport-Security $castwatch_hsts always;', `add_header Cache-Control ${quoted(CACHE_CONTROL[fileClass])};`);
  lines.push('try_files $uri =404;');
  return `    location ${where} {\n${lines.map((line) => `        ${line}\n`).join('')}    }\n`;
}

function quoted(value: string): string {
  return `"${value.replace(/["\\$]/g, '\\$&')}"`;
}
