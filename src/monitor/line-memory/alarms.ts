import { cusumStep, type CusumDesign } from './cusum.ts';

export type AlarmKind =
  /** The lower bound of the run rate is at or above the limit. */
  | 'rate_high'
  /** More defects among the inspected shots than the past rate explains. */
  | 'rate_rising';

export interface Alarm {
  readonly kind: AlarmKind;
  /** When the label came that raised it, milliseconds since the epoch. */
  readonly at: number;
  /** See `VerdictMemory`. */
  readonly run: number;
  readonly labels: number;
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

/** Alarms come at most once in so long (EEMUA 191). */
export const ALARM_PAUSE_MS = 600_000;
/** Fewer labels raise no alarm. */
const FEWEST = 5;

export interface AlarmState {
  readonly cusum: number;
  /** Raised in this run already: each kind once, until a new run. */
  readonly raised: readonly AlarmKind[];
  readonly lastAt: number;
}

export const NO_ALARM: AlarmState = { cusum: 0, raised: [], lastAt: -Infinity };

/** The alarm state of a new run; the pause goes on across runs. */
export const alarmsOfNewRun = (state: AlarmState): AlarmState => ({ ...NO_ALARM, lastAt: state.lastAt });

/** After one label: the alarm it raises, if any. `interval` is asked only where there may be one: it is most of the work. */
export function raise(
  state: AlarmState,
  label: { readonly defective: boolean; readonly at: number; readonly run: number },
  estimate: { readonly labels: number; readonly rate: number; readonly interval: () => { readonly low: number; readonly high: number } },
  rules: { readonly limit: number; readonly cusum: CusumDesign },
): { readonly alarm: Alarm | null; readonly next: AlarmState } {
  const cusum = cusumStep(state.cusum, label.defective, rules.cusum);
  const quiet = { alarm: null, next: { ...state, cusum } };
  const { labels, rate } = estimate;
  if (labels < FEWEST || label.at - state.lastAt < ALARM_PAUSE_MS) return quiet;
  // The rate lies above its interval's lower end: where it is below the limit, so is that.
  const mayBeHigh = rate >= rules.limit && !state.raised.includes('rate_high');
  const isRising = cusum >= rules.cusum.limit && state.raised.length === 0;
  if (!mayBeHigh && !isRising) return quiet;
  const { low, high } = estimate.interval();
  const kind: AlarmKind | null = mayBeHigh && low >= rules.limit ? 'rate_high' : isRising ? 'rate_rising' : null;
  if (kind === null) return quiet;
  return {
    alarm: { kind, at: label.at, run: label.run, labels, rate, low, high },
    // A change that was told begins to be counted anew.
    next: { cusum: 0, raised: [...state.raised, kind], lastAt: label.at },
  };
}
