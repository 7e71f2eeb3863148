/** The page's side of the worker that sorts, filters and tallies. */
import type { LabelledCurves } from './against-labels.ts';
import type { AnalysisReply, AnalysisRequest } from './analysis.worker.ts';
import { arrangeColumns, type Arrangement } from './arrange.ts';
import type { BatchColumns } from './columns.ts';

/** Answers about one batch. A question that came to nothing, because the worker ended, answers null. */
export interface BatchAnalysis {
  /** Positions of the shots to show, in order. */
  arrange(threshold: number, wanted: Arrangement): Promise<Uint32Array | null>;
  /** The curves of the labelled shots. */
  curves(): Promise<LabelledCurves | null>;
  /** Ends the worker. */
  dispose(): void;
}

/** Starts the analysis of a batch in a worker of its own. */
export function analyse(columns: BatchColumns): BatchAnalysis {
  const worker = new Worker(new URL('./analysis.worker.ts', import.meta.url), { type: 'module', name: 'batch' });
  const waiting = new Map<number, (reply: AnalysisReply | null) => void>();
  let last = 0;

  const ask = (request: (id: number) => AnalysisRequest): Promise<AnalysisReply | null> => {
    last += 1;
    const id = last;
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      worker.postMessage(request(id));
    });
  };
  const end = (): void => {
    worker.terminate();
    for (const resolve of waiting.values()) resolve(null);
    waiting.clear();
  };

  worker.addEventListener('message', (event: MessageEvent<AnalysisReply>) => {
    waiting.get(event.data.id)?.(event.data);
    waiting.delete(event.data.id);
  });
  worker.addEventListener('error', end);
  const copies = arrangeColumns(columns);
  const { labels, repeat, probability, hold, product, shot } = copies;
  const transfer = [labels, repeat, probability, hold, product, shot].map(({ buffer }) => buffer);
  worker.postMessage({ kind: 'load', columns: copies } satisfies AnalysisRequest, transfer);

  return {
    arrange: async (threshold, wanted) => {
      const reply = await ask((id) => ({ kind: 'arrange', id, threshold, wanted }));
      return reply?.kind === 'arrange' ? reply.order : null;
    },
    curves: async () => {
      const reply = await ask((id) => ({ kind: 'curves', id }));
      return reply?.kind === 'curves' ? reply.curves : null;
    },
    dispose: end,
  };
}
