/** The bucket in the words of a release. */
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { explained, ReleaseError } from './release-error.ts';
import { sha256, type StoredFile } from './release-folder.ts';

/** What an object says about itself. */
export interface ObjectFacts {
  readonly sha256: string | undefined;
  readonly stored: number | undefined;
  readonly type: string | undefined;
  readonly encoding: string | undefined;
  readonly cache: string | undefined;
}

/** AWS refuses requests that are more than this off; numbers of releases are made from the clock. */
const TOLERATED_SKEW_MS = 5 * 60_000;

export class Store {
  readonly bucket: string;
  readonly #client: S3Client;
  #clock: number | undefined;

  constructor(bucket: string, config: S3ClientConfig = {}) {
    this.bucket = bucket;
    // Elsewhere than at AWS a bucket has no host name of its own.
    const elsewhere = process.env.AWS_ENDPOINT_URL ?? process.env.AWS_ENDPOINT_URL_S3;
    this.#client = new S3Client({ ...(elsewhere === undefined ? {} : { forcePathStyle: true }), ...config });
    this.#client.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args);
        const { headers } = answer.response as { headers?: Record<string, string> };
        if (headers?.date !== undefined) this.#clock = Date.parse(headers.date);
        return answer;
      },
      { step: 'deserialize', name: 'serverClock', priority: 'low' },
    );
  }

  /** Whether the bucket is there, may be read, and agrees about the time. Reads only. */
  async check(): Promise<void> {
    await explained(`Reading bucket ${this.bucket}`, () => this.#client.send(new ListObjectsV2Command({ Bucket: this.bucket, MaxKeys: 1 })));
    const skew = Date.now() - (this.#clock ?? Date.now());
    if (Math.abs(skew) <= TOLERATED_SKEW_MS) return;
    const minutes = Math.round(Math.abs(skew) / 60_000);
    throw new ReleaseError(
      `This machine's clock is ${minutes} minutes ${skew > 0 ? 'ahead of' : 'behind'} AWS`,
      'Set the clock (NTP) and start again: releases are numbered and signed by it.',
    );
  }

  /** Facts of an object; null when there is none. */
  async head(key: string): Promise<ObjectFacts | null> {
    return explained(`Reading ${key}`, async () => {
      try {
        const found = await this.#client.send(new HeadObjectCommand({ Bucket: this.bucket, Key: key }));
        return {
          sha256: found.Metadata?.sha256,
          stored: found.ContentLength,
          type: found.ContentType,
          encoding: found.ContentEncoding,
          cache: found.CacheControl,
        };
      } catch (thrown) {
        if ((thrown as Error).name === 'NotFound') return null;
        throw thrown;
      }
    });
  }

  /** The stored bytes of an object, with its ETag; null when there is none. */
  async get(key: string): Promise<{ body: Buffer; etag: string } | null> {
    return explained(`Reading ${key}`, async () => {
      try {
        const found = await this.#client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
        return { body: Buffer.from((await found.Body?.transformToByteArray()) ?? []), etag: found.ETag ?? '' };
      } catch (thrown) {
        if ((thrown as Error).name === 'NoSuchKey') return null;
        throw thrown;
      }
    });
  }

  /** Writes a file with its headers; S3 itself checks the bytes by their sha256. */
  async put(key: string, file: StoredFile, body: Buffer): Promise<void> {
    await explained(`Writing ${key}`, () =>
      this.#client.send(
        new PutObjectCommand({
          Bucket: this.bucket,
          Key: key,
          Body: body,
          ContentType: file.type,
          ...(file.encoding ? { ContentEncoding: file.encoding } : {}),
          CacheControl: file.cache,
          Metadata: { sha256: file.sha256, bytes: String(file.bytes) },
          ChecksumSHA256: Buffer.from(sha256(body), 'hex').toString('base64'),
        }),
      ),
    );
  }

  /** Writes a JSON document of our own; `expect` is the ETag it must have, or null when it must not be there. False when it is otherwise. */
  async putJson(key: string, value: unknown, expect?: string | null): Promise<boolean> {
    const condition = expect === undefined ? {} : expect === null ? { IfNoneMatch: '*' } : { IfMatch: expect };
    return explained(`Writing ${key}`, async () => {
      try {
        await this.#client.send(
          new PutObjectCommand({
            Bucket: this.bucket,
            Key: key,
            Body: JSON.stringify(value),
            ContentType: 'application/json; charset=utf-8',
            CacheControl: 'no-store',
            ...condition,
          }),
        );
        return true;
      } catch (thrown) {
        if (['PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchKey'].includes((thrown as Error).name)) return false;
        throw thrown;
      }
    });
  }

  /** Copies an object inside the bucket, headers included, in one step. */
  async copy(from: string, to: string): Promise<void> {
    await explained(`Writing ${to}`, () =>
      this.#client.send(new CopyObjectCommand({ Bucket: this.bucket, Key: to, CopySource: encodeURI(`${this.bucket}/${from}`) })),
    );
  }

  async remove(key: string): Promise<void> {
    await explained(`Removing ${key}`, () => this.#client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: key })));
  }

  /** All keys below a prefix. */
  async list(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const page = await explained(`Listing ${prefix}`, () =>
        this.#client.send(new ListObjectsV2Command({ Bucket: this.bucket, Prefix: prefix, ...(token === undefined ? {} : { ContinuationToken: token }) })),
      );
      keys.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ''));
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return keys;
  }
}

/** Whether an object is the file, byte for byte and header for header. */
export function isStored(facts: ObjectFacts | null, file: StoredFile): boolean {
  return (
    facts !== null &&
    facts.sha256 === file.sha256 &&
    facts.stored === file.stored &&
    facts.type === file.type &&
    (facts.encoding ?? null) === file.encoding &&
    facts.cache === file.cache
  );
}
