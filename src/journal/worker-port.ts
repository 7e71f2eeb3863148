import { appError, type AppError } from '../domain/app-error.ts';
import { err, type Result } from '../domain/result.ts';
import type { Answers, Command, Question, QuestionKind, QuestionOf, Reply } from './protocol.ts';
import type { ServerStatus } from './status.ts';

/** The part of a `Worker` that the port uses. */
export interface JournalWorker {
  postMessage(message: Command): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<Reply>) => void) | null;
  onmessageerror: ((event: MessageEvent) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

/** An append that gets no answer for so long means that the worker hangs. */
const APPEND_TIMEOUT_MS = 60_000;

/** Reading a year of rows may take a while; filling a database does not hold reading up. */
const QUESTION_TIMEOUT_MS = 60_000;

/** Thinning years of shots. */
const THIN_TIMEOUT_MS = 30 * 60_000;

const RESTART_MS = [0, 250, 1000, 5000];

interface Pending {
  readonly question: Question;
  /** A worker has had it: it may have been kept although no answer came. */
  sent: boolean;
  readonly settle: (result: Result<Answers[QuestionKind]>) => void;
}

export interface PortOptions {
  readonly createWorker: () => JournalWorker;
  readonly onStatus: (status: ServerStatus) => void;
  /** The worker died; another is being started. */
  readonly onDeath: (error: AppError) => void;
}

/**
 * Questions and answers across the worker's port. A worker that dies or hangs is replaced: appends that were not answered
 * are sent again as repeated ones, so that none is lost and none kept twice; other questions come back as `worker_died`.
 */
export class WorkerPort {
  readonly #options: PortOptions;
  readonly #pending = new Map<number, Pending>();
  #worker: JournalWorker | null = null;
  #session: number | null = null;
  #nextId = 0;
  #deaths = 0;
  /** A dead worker waits for its successor; what is asked meanwhile waits too, behind what was asked before. */
  #restarting = false;

  constructor(options: PortOptions) {
    this.#options = options;
  }

  ask<K extends QuestionKind>(question: QuestionOf<K>): Promise<Result<Answers[K]>> {
    if (!this.#restarting) this.#worker ??= this.#start();
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => {
          this.#replace(appError('worker_died', { detail: `no answer to ${question.kind}` }));
        },
        question.kind === 'append' ? APPEND_TIMEOUT_MS : question.kind === 'thin' ? THIN_TIMEOUT_MS : QUESTION_TIMEOUT_MS,
      );
      this.#pending.set(id, {
        question,
        sent: this.#worker !== null,
        settle: (result) => {
          clearTimeout(timer);
          this.#pending.delete(id);
          // The worker answers a question with its own kind of value.
          resolve(result as Result<Answers[K]>);
        },
      });
      this.#worker?.postMessage({ id, question });
    });
  }

  #start(): JournalWorker {
    const worker = this.#options.createWorker();
    worker.onmessage = ({ data }) => {
      if (data.kind === 'status') {
        if (data.status.role === 'writer') {
          this.#session = data.status.session;
          this.#deaths = 0;
        }
        this.#options.onStatus(data.status);
        return;
      }
      this.#pending.get(data.id)?.settle(data.kind === 'answer' ? { ok: true, value: data.value } : err(data.error));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.#replace(appError('worker_died', { detail: event.message }));
    };
    worker.onmessageerror = () => {
      this.#replace(appError('worker_died', { detail: 'unreadable message' }));
    };
    worker.postMessage({ id: -1, question: { kind: 'open', session: this.#session, timeOrigin: performance.timeOrigin } });
    return worker;
  }

  #replace(cause: AppError): void {
    if (!this.#worker) return;
    this.#worker.onmessage = null;
    this.#worker.terminate();
    this.#worker = null;
    this.#options.onDeath(cause);
    for (const { question, settle } of [...this.#pending.values()]) {
      if (question.kind !== 'append') settle(err(cause));
    }
    const delay = RESTART_MS[Math.min(this.#deaths, RESTART_MS.length - 1)];
    this.#deaths += 1;
    this.#restarting = true;
    setTimeout(() => {
      this.#restarting = false;
      this.#worker = this.#start();
      for (const [id, pending] of this.#pending) {
        const { question, sent } = pending;
        pending.sent = true;
        this.#worker.postMessage({ id, question: question.kind === 'append' && sent ? { ...question, repeated: true } : question });
      }
    }, delay);
  }
}
