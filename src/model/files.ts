import { appError, detailOf, type AppError } from '../domain/app-error.ts';
import { err, ok, type Result } from '../domain/result.ts';

export type Bytes = Uint8Array<ArrayBuffer>;

export interface FileOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the file so far. */
  readonly onBytes?: (bytes: number) => void;
  /**
   * `default` for what never changes under its name, `no-cache` to ask whether it has changed, `reload` past every cache: what
   * was kept turned out to be damaged.
   */
  readonly cache?: 'default' | 'no-cache' | 'reload';
}

/** Where the models lie: a web server, or a folder for the command line. Paths are below `public/models/`. */
export interface ModelFiles {
  read(path: string, options?: FileOptions): Promise<Result<Bytes>>;
}

/** Model files below an address that ends with a slash. */
export function httpFiles(base: string): ModelFiles {
  return {
    async read(path, { signal, onBytes, cache = 'default' } = {}) {
      try {
        const response = await fetch(new URL(path, base), { signal: signal ?? null, cache });
        if (response.status !== 200) return err(appError('file_missing', { file: path, status: response.status }));
        if (/\btext\/html\b/i.test(response.headers.get('content-type') ?? '')) {
          return err(appError('html_instead', { file: path }));
        }
        return ok(await readBody(response, onBytes));
      } catch (thrown) {
        return err(networkError(path, thrown, signal));
      }
    },
  };
}

async function readBody(response: Response, onBytes?: (bytes: number) => void): Promise<Bytes> {
  if (!response.body) return new Uint8Array(await response.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
    onBytes?.(length);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** A failed request carries no status: the connection is what is missing. */
function networkError(file: string, thrown: unknown, signal?: AbortSignal): AppError {
  return signal?.aborted ? appError('aborted', {}) : appError('offline', { file }, detailOf(thrown));
}
