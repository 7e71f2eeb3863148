/** Everything the views read and call, put together once in `main.ts` and handed down as context. */
import { createContext } from 'svelte';
import type { Line } from '../line/line.ts';
import type { PredictionClient } from '../model/client.ts';
import type { BatchState } from './batch/batch.svelte.ts';
import type { Backends } from './backends.svelte.ts';
import type { Bundles } from './bundles.svelte.ts';
import type { Clock } from './clock.svelte.ts';
import type { Demo } from './demo.svelte.ts';
import type { DomainTableStore } from './domain-table.svelte.ts';
import type { Explanations } from './explanations.ts';
import type { FormState } from './form.svelte.ts';
import type { Health } from './health.svelte.ts';
import type { Kiosk } from './kiosk.svelte.ts';
import type { InspectionRequests } from './inspection-request.svelte.ts';
import type { JournalState } from './journal.svelte.ts';
import type { LineFeed } from './line-feed.svelte.ts';
import type { QualityState } from './quality.svelte.ts';
import type { LineMemoryState } from './line-memory.svelte.ts';
import type { Router } from './router.svelte.ts';
import type { Settings } from './settings.svelte.ts';
import type { ShotHistory } from './shot-history.svelte.ts';
import type { Station } from './station.svelte.ts';
import type { SurveyState } from './survey.svelte.ts';
import type { Toasts } from './toasts.svelte.ts';
import type { Updates } from './updates.svelte.ts';

/** The app's state and the two doors to what lies below it. */
export interface AppState {
  /** The path every shot takes. */
  readonly line: Line;
  /** Inference, for diagnostics and the list of bundles. */
  readonly client: PredictionClient;
  /** Why a shot was judged so, and what to do about it. */
  readonly explanations: Explanations;
  /** What the signals did over the shots of a file. */
  readonly survey: SurveyState;
  /** What the plant knows of its signals and defects. */
  readonly domainTable: DomainTableStore;
  /** What computes on this device. */
  readonly backends: Backends;
  readonly bundles: Bundles;
  readonly settings: Settings;
  readonly station: Station;
  readonly feed: LineFeed;
  /** What the line has learned from its inspections. */
  readonly memory: LineMemoryState;
  readonly health: Health;
  readonly kiosk: Kiosk;
  /** The durable record: its state, its alarms, and the records themselves. */
  readonly journal: JournalState;
  /** What inspections say of the verdicts; exports and backups. */
  readonly quality: QualityState;
  /** Which part the app asks to be inspected. */
  readonly requests: InspectionRequests;
  readonly demo: Demo;
  readonly batch: BatchState;
  readonly form: FormState;
  readonly history: ShotHistory;
  readonly router: Router;
  readonly clock: Clock;
  readonly toasts: Toasts;
  /** Releases: what runs, what comes, and when to switch. */
  readonly updates: Updates;
}

const [get, set] = createContext<AppState>();

/** The app's state, in a component below `App`. */
export const useApp = get;

/** Hands the state down; called by `App`. */
export const provideApp = set;
