/** Sorts, filters and tallies a batch off the main thread. It is given the batch once and asked as often as wanted. */
import { arrange, type ArrangeColumns, type Arrangement } from './arrange.ts';
import { labelledCurves, type LabelledCurves } from './against-labels.ts';

/** What the worker is told and asked. Answers carry the question's `id`. */
export type AnalysisRequest =
  | { readonly kind: 'load'; readonly columns: ArrangeColumns }
  | { readonly kind: 'arrange'; readonly id: number; readonly threshold: number; readonly wanted: Arrangement }
  | { readonly kind: 'curves'; readonly id: number };

export type AnalysisReply =
  | { readonly kind: 'arrange'; readonly id: number; readonly order: Uint32Array<ArrayBuffer> }
  | { readonly kind: 'curves'; readonly id: number; readonly curves: LabelledCurves };

let columns: ArrangeColumns | undefined;

self.addEventListener('message', (event: MessageEvent<AnalysisRequest>) => {
  const request = event.data;
  if (request.kind === 'load') {
    columns = request.columns;
    return;
  }
  if (!columns) throw new Error(`${request.kind} before load`);
  if (request.kind === 'arrange') {
    const order = arrange(columns, request.threshold, request.wanted);
    self.postMessage({ kind: 'arrange', id: request.id, order } satisfies AnalysisReply, { transfer: [order.buffer] });
  } else {
    self.postMessage({ kind: 'curves', id: request.id, curves: labelledCurves(columns) } satisfies AnalysisReply);
  }
});
