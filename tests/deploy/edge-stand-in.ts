/** What CloudFront would serve of a bucket: deploy/edge.yaml carried out by a small server (moto has no edge). */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { runInNewContext } from 'node:vm';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { EdgeCache } from '../../deploy/edge-cache.ts';
import { responseHeaders } from '../../deploy/response-headers.ts';
import { parseTemplate } from '../../deploy/template.ts';
import { listen } from './aws.ts';

const edge = parseTemplate(readFileSync(new URL('../../deploy/edge.yaml', import.meta.url), 'utf8'));
interface Behaviour {
  readonly PathPattern?: string;
  readonly CachePolicyId: { Ref: string };
  readonly ResponseHeadersPolicyId: { Ref: string };
}
const config = edge.Resources.Distribution!.Properties.DistributionConfig as {
  Origins: [{ OriginPath: string }];
  DefaultCacheBehavior: Behaviour;
  CacheBehaviors: Behaviour[];
};
const code = String(edge.Resources.EdgeFunction!.Properties.FunctionCode);

interface Stored {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

export interface Edge extends EdgeCache {
  readonly url: string;
  /** Paths that were invalidated, in order. */
  readonly forgotten: string[];
  /** Answers that were asked of the bucket. */
  readonly asked: string[];
  /** Added to an answer's headers, to play a misconfigured edge. */
  spoil: (uri: string) => Record<string, string>;
  stop(): void;
}

/** Serves a bucket of the stand-in for AWS. */
export async function startEdge(bucket: string): Promise<Edge> {
  const s3 = new S3Client({ forcePathStyle: true });
  const cache = new Map<string, Stored>();
  const server = createServer((request, response) => {
    void (async () => {
      const asked = new URL(request.url ?? '/', 'http://edge');
      const event = { request: { method: request.method, uri: asked.pathname, querystring: {}, headers: {} } };
      const { uri } = runInNewContext(`${code}\nhandler(event)`, { event }) as { uri: string };
      const behaviour = config.CacheBehaviors.find(({ PathPattern }) => matches(PathPattern ?? '*', uri)) ?? config.DefaultCacheBehavior;
      const keeps = behaviour.CachePolicyId.Ref === 'ImmutableCache';
      let stored = keeps ? cache.get(uri) : undefined;
      if (!stored) {
        facts.asked.push(uri);
        stored = await fromBucket(uri);
        if (keeps && stored.status === 200) cache.set(uri, stored);
      }
      const headers = responseHeaders(edge, behaviour.ResponseHeadersPolicyId.Ref, stored.headers);
      // A laboratory over plain http.
      delete headers['strict-transport-security'];
      response.writeHead(stored.status, { ...headers, ...facts.spoil(uri) }).end(stored.body);
    })().catch((thrown: unknown) => response.writeHead(502).end(String(thrown)));
  });

  async function fromBucket(uri: string): Promise<Stored> {
    try {
      const found = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: `${config.Origins[0].OriginPath}${decodeURI(uri)}`.slice(1) }));
      const headers: Record<string, string> = { 'content-type': found.ContentType ?? '', etag: found.ETag ?? '' };
      if (found.CacheControl) headers['cache-control'] = found.CacheControl;
      if (found.ContentEncoding) headers['content-encoding'] = found.ContentEncoding;
      return { status: 200, headers, body: Buffer.from(await found.Body!.transformToByteArray()) };
    } catch (thrown) {
      if ((thrown as Error).name !== 'NoSuchKey') throw thrown;
      return { status: 404, headers: { 'content-type': 'application/xml' }, body: Buffer.from('<Error><Code>NoSuchKey</Code></Error>') };
    }
  }

  const facts: Edge = {
    url: `${await listen(server)}/`,
    forgotten: [],
    asked: [],
    spoil: () => ({}),
    async forget(paths) {
      facts.forgotten.push(...paths);
      for (const path of paths) cache.delete(path);
      await Promise.resolve();
    },
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
  return facts;
}

/** CloudFront's path patterns: `*` is anything, slashes included. */
function matches(pattern: string, uri: string): boolean {
  const text = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^/?${text}$`).test(uri);
}
