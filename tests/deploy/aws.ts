/** A stand-in for AWS (moto_server) with one account's worth of hosting, and a proxy before it that fails or kills on purpose. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, request as forward, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudFrontClient, CreateDistributionCommand } from '@aws-sdk/client-cloudfront';

const MOTO = fileURLToPath(new URL('../../deploy/.venv/bin/moto_server', import.meta.url));

export interface Aws {
  readonly port: number;
  readonly url: string;
  /** From now on only known credentials pass. */
  demandCredentials(demanded: boolean): Promise<void>;
  stop(): void;
}

/** Starts moto_server on a free port and points this process's SDK at it. */
export async function startAws(): Promise<Aws> {
  const port = await freePort();
  const server: ChildProcess = spawn(MOTO, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: 'ap-northeast-2',
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  });
  while (!(await answers(port))) {
    if (server.exitCode !== null) throw new Error('moto_server ended; see deploy/setup.sh');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    port,
    url,
    async demandCredentials(demanded) {
      await fetch(`${url}/moto-api/reset-auth`, { method: 'POST', body: demanded ? '0' : 'inf' });
    },
    stop: () => void server.kill(),
  };
}

/** Makes a distribution without a bucket, for its invalidations. Returns its id. */
export async function makeDistribution(): Promise<string> {
  const made = await new CloudFrontClient({ region: 'us-east-1' }).send(
    new CreateDistributionCommand({
      DistributionConfig: {
        CallerReference: crypto.randomUUID(),
        Comment: 'test',
        Enabled: true,
        Origins: { Quantity: 1, Items: [{ Id: 'site', DomainName: 'site.s3.amazonaws.com', S3OriginConfig: { OriginAccessIdentity: '' } }] },
        DefaultCacheBehavior: { TargetOriginId: 'site', ViewerProtocolPolicy: 'redirect-to-https' },
      },
    }),
  );
  return made.Distribution?.Id ?? '';
}

/** Makes `<name>-storage` of its template and returns its outputs. */
export async function makeStorageStack(name: string, distribution: string): Promise<Record<string, string>> {
  const client = new CloudFormationClient({});
  const StackName = `${name}-storage`;
  const TemplateBody = readFileSync(new URL('../../deploy/storage.yaml', import.meta.url), 'utf8');
  await client.send(new CreateStackCommand({ StackName, TemplateBody, Parameters: [{ ParameterKey: 'DistributionId', ParameterValue: distribution }] }));
  const stack = (await client.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0];
  return Object.fromEntries(stack?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]) ?? []) as Record<string, string>;
}

/** Makes `<name>-edge`: the edge is not moto's to make, so that it has outputs alone. */
export async function makeEdgeStack(name: string, distribution: string, url: string): Promise<void> {
  const outputs = { DistributionId: { Value: distribution }, SiteUrl: { Value: url } };
  const wait = { WaitHandle: { Type: 'AWS::CloudFormation::WaitConditionHandle' } };
  const client = new CloudFormationClient({ region: 'us-east-1' });
  await client.send(new CreateStackCommand({ StackName: `${name}-edge`, TemplateBody: JSON.stringify({ Resources: wait, Outputs: outputs }) }));
}

/** What the proxy does with a request: let it through, answer itself, or let it through and then not answer. */
export type Meddle = (request: IncomingMessage) => { status: number; body: string; headers?: Record<string, string> } | (() => void) | undefined;

export interface Proxy {
  readonly url: string;
  meddle: Meddle;
  stop(): void;
}

/** A proxy before the stand-in. */
export async function startProxy(target: number): Promise<Proxy> {
  const server = createServer((request, response) => {
    const todo = proxy.meddle(request);
    if (typeof todo === 'object') {
      request.resume().on('end', () => response.writeHead(todo.status, { 'content-type': 'text/xml', ...todo.headers }).end(todo.body));
      return;
    }
    const { method, url, headers } = request;
    const onward = forward({ port: target, method, path: url, headers }, (answer) => {
      if (todo) answer.resume().on('end', todo);
      else answer.pipe(response.writeHead(answer.statusCode ?? 500, answer.headers));
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  const proxy: Proxy = {
    url: await listen(server),
    meddle: () => undefined,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
  return proxy;
}

/** Listens on a free port of this machine; the address ends without a slash. */
export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const url = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return Number(new URL(url).port);
}

/** Whether somebody listens on a port. */
export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
