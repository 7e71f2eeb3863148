/** The page's side of the service worker. */
import type { DownloadProgress, ProgressNote, UpdateQuestion, UpdateStatus } from '../../domain/updates.ts';

/** Questions to the service worker, and what it tells on the way. */
export interface UpdateService {
  /** Null when the worker does not answer: it failed, or took too long (a download goes on, ask again). */
  ask(question: UpdateQuestion): Promise<UpdateStatus | null>;
  /** Calls the listener while something is downloaded; returns the way to stop. */
  onProgress(listener: (progress: DownloadProgress) => void): () => void;
}

const ANSWER_MS = 15_000;
/** A browser ends a worker's task after five minutes; what was downloaded by then is kept. */
const DOWNLOAD_MS = 240_000;
const START_MS = 30_000;

/** Registers the service worker beside the page. Null where there is none: plain http, an old browser, a forbidding policy. */
export async function registerUpdateService(): Promise<UpdateService | null> {
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (!container) return null;
  try {
    const registration = await container.register(new URL('sw.js', document.baseURI), { updateViaCache: 'none' });
    await activeWorker(registration);
    return serviceOf(container, registration);
  } catch {
    // Offline, the browser keeps the worker that it has.
    const registration = await container.getRegistration(document.baseURI).catch(() => undefined);
    return registration?.active ? serviceOf(container, registration) : null;
  }
}

function serviceOf(container: ServiceWorkerContainer, registration: ServiceWorkerRegistration): UpdateService {
  return {
    async ask(question) {
      if (question.kind === 'check') void registration.update().catch(() => undefined);
      const worker = registration.active;
      if (!worker) return null;
      return answerOf(worker, question, question.kind === 'check' || question.kind === 'audit' ? DOWNLOAD_MS : ANSWER_MS);
    },
    onProgress(listener) {
      const hear = ({ data }: MessageEvent<Partial<ProgressNote> | null>): void => {
        if (data?.kind === 'castwatch-progress' && data.progress) listener(data.progress);
      };
      container.addEventListener('message', hear);
      container.startMessages();
      return () => container.removeEventListener('message', hear);
    },
  };
}

function answerOf(worker: ServiceWorker, question: UpdateQuestion, timeoutMs: number): Promise<UpdateStatus | null> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const settle = (status: UpdateStatus | null): void => {
      clearTimeout(timer);
      port1.close();
      resolve(status);
    };
    const timer = setTimeout(() => settle(null), timeoutMs);
    port1.onmessage = ({ data }: MessageEvent<{ ok: true; value: UpdateStatus } | { ok: false }>) => settle(data.ok ? data.value : null);
    worker.postMessage(question, [port2]);
  });
}

function activeWorker(registration: ServiceWorkerRegistration): Promise<void> {
  return new Promise((resolve, reject) => {
    const coming = registration.installing ?? registration.waiting;
    if (registration.active || !coming) {
      resolve();
      return;
    }
    const timer = setTimeout(() => reject(new Error('the service worker did not start')), START_MS);
    coming.addEventListener('statechange', () => {
      if (coming.state !== 'activated' && coming.state !== 'redundant') return;
      clearTimeout(timer);
      if (coming.state === 'activated') resolve();
      else reject(new Error('the service worker was refused'));
    });
  });
}
