import { appError, detailOf, type AppError } from '../domain/app-error.ts';
import { ok, type Result } from '../domain/result.ts';
import type { ModelServer } from './model-server.ts';
import type { Answers, Command, Question, Reply } from './protocol.ts';

/** Answers the commands of a page: one server behind one message port. */
export class CommandHandler {
  readonly #server: ModelServer;
  readonly #post: (reply: Reply, transfer: Transferable[]) => void;
  readonly #running = new Map<number, AbortController>();

  constructor(server: ModelServer, post: (reply: Reply, transfer: Transferable[]) => void) {
    this.#server = server;
    this.#post = post;
  }

  /** Never rejects: what goes wrong is the reply. */
  async handle(command: Exclude<Command, { kind: 'configure' }>): Promise<void> {
    const { id } = command;
    if (command.kind === 'abort') {
      this.#running.get(id)?.abort();
      return;
    }
    const controller = new AbortController();
    this.#running.set(id, controller);
    try {
      const result = await this.#answer(command, controller.signal);
      if (result.ok) this.#post({ kind: 'answer', id, value: result.value }, transferables(result.value));
      else this.#post({ kind: 'failure', id, error: cloneable(result.error) }, []);
    } catch (thrown) {
      this.#post({ kind: 'failure', id, error: appError('runtime_failed', { detail: detailOf(thrown) }) }, []);
    } finally {
      this.#running.delete(id);
    }
  }

  async #answer(question: Question, signal: AbortSignal): Promise<Result<Answers[keyof Answers]>> {
    switch (question.kind) {
      case 'beat':
        return ok(null);
      case 'manifest':
        return this.#server.manifest(signal);
      case 'card':
        return this.#server.card(question.entry, signal);
      case 'load':
        return this.#server.load(question.bundleId, {
          signal,
          onProgress: (progress) => {
            this.#post({ kind: 'progress', id: question.id, progress }, []);
          },
          onEarly: (bundle) => {
            this.#post({ kind: 'early', id: question.id, bundle }, []);
          },
        });
      case 'predict':
        return this.#server.predict(question.bundleId, question.values, {
          signal,
          threshold: question.threshold,
          total: question.total,
          details: question.details,
        });
      case 'accelerate':
        return this.#server.accelerate(question.bundleId, question.works);
      case 'measure':
        return this.#server.measure(question.bundleId);
      case 'compute':
        return this.#server.compute(question.bundleId, question.values);
      case 'unload':
        return this.#server.unload(question.bundleId);
      case 'selfTest':
        return this.#server.selfTest(question.bundleId);
      case 'diagnostics':
        return this.#server.diagnostics(question.bundleId);
    }
  }
}

/** A prediction's arrays move to the page instead of being copied. */
function transferables(value: Answers[keyof Answers]): Transferable[] {
  return Object.values(value ?? {})
    .filter((part): part is Float64Array<ArrayBuffer> => part instanceof Float64Array)
    .map(({ buffer }) => buffer);
}

/** A cause may be anything; only its message can cross to the page for certain. */
function cloneable(error: AppError): AppError {
  return error.cause === undefined ? error : { ...error, cause: detailOf(error.cause) };
}
