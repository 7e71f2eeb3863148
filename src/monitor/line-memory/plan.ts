/** Which shots the app asks to be inspected. */
export interface PlanSettings {
  /** Shots at the start of a run that are all asked for. */
  readonly first: number;
  /** Share of the shots after those that may be asked for; 0: none. */
  readonly budget: number;
  /** Share of the budget that goes to the riskiest shots, 0..1; the rest is drawn without looking. */
  readonly riskiest: number;
}

export const DEFAULT_PLAN: PlanSettings = { first: 10, budget: 0.1, riskiest: 0.3 };

/** Why a shot is asked for. */
export type AskReason = 'first' | 'regular' | 'riskiest';

/** What the plan says of a shot. */
export interface Asked {
  readonly reason: AskReason;
  /** The chance that a shot like this one is asked for, given what was known before it. */
  readonly inclusion: number;
  /** What its label weighs: the chance of any shot here over `inclusion`; 1 without looking at the risk. */
  readonly weight: number;
}

/** What the plan remembers of a run. */
export interface PlanState {
  /** Shots of the run so far. */
  readonly shots: number;
  /** Which of every k shots is asked for, 0..1 of the way. */
  readonly phase: number;
  /** Riskiest shots asked for so far. */
  readonly risky: number;
  /** Probabilities of the last shots, oldest first. */
  readonly recent: readonly number[];
}

const REMEMBERED = 200;
const FEWEST = 20;

export const startPlan = (phase: number): PlanState => ({ shots: 0, phase, risky: 0, recent: [] });

/**
 * Whether the next shot of a run is asked for: the first ones, then every k-th from a random phase, and of the riskiest (at or
 * above the quantile of the shots before) as many as their part of the budget has gathered. After n shots at most
 * `first + budget * (n - first) + 1` have been asked for.
 */
export function askFor(
  state: PlanState,
  probability: number | null,
  settings: PlanSettings,
): { readonly asked: Asked | null; readonly next: PlanState } {
  const index = state.shots;
  const recent = probability === null ? state.recent : [...state.recent, probability].slice(-REMEMBERED);
  const next = { ...state, shots: index + 1, recent };
  if (index < settings.first) return { asked: { reason: 'first', inclusion: 1, weight: 1 }, next };
  if (settings.budget <= 0) return { asked: null, next };

  const regular = settings.budget * (1 - settings.riskiest);
  const risky = settings.budget * settings.riskiest;
  const past = index - settings.first;
  const isRegular = regular > 0 && Math.floor((past + 1) * regular + state.phase) > Math.floor(past * regular + state.phase);
  // Known before the shot: whether there is budget for a risky one. Only then its risk decides.
  const open = risky > 0 && state.recent.length >= FEWEST && state.risky + 1 <= risky * (past + 1);
  const isRisky = open && probability !== null && probability >= quantile(state.recent, 1 - risky);
  const anyShot = open ? regular + (1 - regular) * risky : regular;
  if (isRisky) {
    return { asked: { reason: 'riskiest', inclusion: 1, weight: anyShot }, next: { ...next, risky: state.risky + 1 } };
  }
  if (isRegular) return { asked: { reason: 'regular', inclusion: regular, weight: anyShot / regular }, next };
  return { asked: null, next };
}

/** What the label of a flagged part weighs beside that of one that was not: people look at flagged parts more often. */
const FLAGGED_WEIGHT = 0.25;

/**
 * What a label weighs where the plan did not ask: flagged parts are looked at for their risk and would raise the rate, so they
 * count less. An approximation as long as nobody knows how many of them are looked at; the plan's own weights are exact.
 */
export function inspectionWeight(reason: 'flagged' | 'asked' | 'chosen'): number {
  return reason === 'flagged' ? FLAGGED_WEIGHT : 1;
}

function quantile(values: readonly number[], level: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(level * sorted.length))] ?? Infinity;
}
