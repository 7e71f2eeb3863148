import type { InspectionDraw } from '../../domain/verdict.ts';

/** Which shots the app asks to be inspected. */
export interface PlanSettings {
  /** Shots at the start of a run that are all asked for. */
  readonly first: number;
  /** Share of the shots after those that may be asked for; 0: no shot is asked for at all. */
  readonly budget: number;
  /** Share of the budget that goes to the riskiest shots, 0..1; the rest is drawn without looking. */
  readonly riskiest: number;
}

export const DEFAULT_PLAN: PlanSettings = { first: 10, budget: 0.1, riskiest: 0.3 };

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

/** The phase of a run, from when it began: nothing about its parts follows from it, and after a restart it is the same. */
export function phaseOf(run: number): number {
  let mixed = Math.imul(Math.floor(run / 2 ** 32) ^ run ^ 0x9e3779b9, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}

/** The plan of a run that is under way: of the shots before, the probabilities of the last ones, and the riskiest asked for. */
export function planOfRun(run: number, shots: number, risky: number, probabilities: readonly number[]): PlanState {
  return { shots, phase: phaseOf(run), risky, recent: probabilities.slice(-REMEMBERED) };
}

/**
 * Whether the next shot of a run is asked for: the first ones, then every k-th from a random phase, and of the riskiest (at or
 * above the quantile of the shots before) as many as their part of the budget has gathered. After n shots at most
 * `first + budget * (n - first) + 1` have been asked for.
 */
export function askFor(
  state: PlanState,
  probability: number | null,
  settings: PlanSettings,
): { readonly draw: InspectionDraw; readonly next: PlanState } {
  const index = state.shots;
  const recent = probability === null ? state.recent : [...state.recent, probability].slice(-REMEMBERED);
  const next = { ...state, shots: index + 1, recent };
  const { risky: riskySoFar } = state;
  const { budget } = settings;
  // Without a budget nobody is to be asked for anything.
  if (budget <= 0) return { draw: { reason: null, inclusion: 0, weight: 1, risky: riskySoFar }, next };
  if (index < settings.first) return { draw: { reason: 'first', inclusion: 1, weight: 1, risky: riskySoFar }, next };

  const regular = budget * (1 - settings.riskiest);
  const risky = budget * settings.riskiest;
  const past = index - settings.first;
  const isRegular = regular > 0 && Math.floor((past + 1) * regular + state.phase) > Math.floor(past * regular + state.phase);
  // Known before the shot: whether there is budget for a risky one. Only then its risk decides.
  const open = risky > 0 && state.recent.length >= FEWEST && riskySoFar + 1 <= risky * (past + 1);
  const isRisky = open && probability !== null && isAmongHighest(probability, state.recent, risky);
  const anyShot = open ? regular + (1 - regular) * risky : regular;
  if (isRisky) {
    return {
      draw: { reason: 'riskiest', inclusion: 1, weight: anyShot, risky: riskySoFar + 1 },
      next: { ...next, risky: riskySoFar + 1 },
    };
  }
  const weight = regular > 0 ? anyShot / regular : 1;
  return { draw: { reason: isRegular ? 'regular' : null, inclusion: regular, weight, risky: riskySoFar }, next };
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

/** Whether a value is at or above the quantile `1 - share` of the others: so many of them are no higher. */
function isAmongHighest(value: number, others: readonly number[], share: number): boolean {
  let below = 0;
  for (const other of others) if (other <= value) below += 1;
  return below > Math.min(others.length - 1, Math.floor((1 - share) * others.length));
}
