/** The run that a source is in: a stretch of one product in which the machine's shot counter does not fall. */
export interface RunState {
  /** Sequence number of the run's first shot. */
  readonly run: number;
  readonly product: number;
  /** Machine's shot counter of the latest shot. */
  readonly counter: number;
  /** Sequence number of the latest shot. */
  readonly seq: number;
}

/**
 * The run of the next shot of a source. A shot without product or counter (NaN) says nothing about a new run and stays in
 * the one before it.
 */
export function nextRun(before: RunState | undefined, shot: { seq: number; product: number; counter: number }): RunState {
  const { seq } = shot;
  if (!before) return { run: seq, product: shot.product, counter: shot.counter, seq };
  const product = Number.isNaN(shot.product) ? before.product : shot.product;
  const counter = Number.isNaN(shot.counter) ? before.counter : shot.counter;
  const isNew = product !== before.product || counter < before.counter;
  return { run: isNew && !Number.isNaN(before.product) ? seq : before.run, product, counter, seq };
}
