import type { AppError } from '../domain/app-error.ts';
import type { HistoryCursor, HistoryFilter, HistoryPage, ShotFile } from './query.ts';
import type { ServerStatus } from './status.ts';
import type { AppendItem } from './store/compose.ts';
import type { MarkerRow } from './store/database.ts';
import type { FindingPages } from './store/findings.ts';
import type { ShotRow, Stream, TallyRow } from './store/rows.ts';
import type { Thinnable, Thinned } from './store/thin.ts';

/** What the page asks the journal's worker. Both are of the same build; records are checked where they are read back. */
export type Question =
  /** The first one. `session` is null on the page's first start; `timeOrigin` is the page's. */
  | { readonly kind: 'open'; readonly session: number | null; readonly timeOrigin: number }
  | { readonly kind: 'append'; readonly items: readonly AppendItem[]; readonly repeated: boolean }
  | { readonly kind: 'history'; readonly filter: HistoryFilter; readonly limit: number; readonly cursor: HistoryCursor | null }
  | { readonly kind: 'shot'; readonly seq: number }
  | { readonly kind: 'latest'; readonly limit: number }
  | { readonly kind: 'inspected'; readonly stream: Stream; readonly from: number; readonly to: number }
  | { readonly kind: 'findings'; readonly stream: Stream; readonly after: string | null }
  | { readonly kind: 'markers'; readonly from: number; readonly to: number }
  | { readonly kind: 'days'; readonly stream: Stream; readonly from: number; readonly to: number }
  | { readonly kind: 'runs'; readonly stream: Stream; readonly limit: number }
  /** Times in ms since the epoch, each the begin of a local day. */
  | { readonly kind: 'thinnable'; readonly before: number }
  | { readonly kind: 'thin'; readonly before: number }
  | { readonly kind: 'estimate' }
  /** The staged segments of a backup become the journal. */
  | { readonly kind: 'adopt' };

/** The value of a successful answer, by kind of question. */
export interface Answers {
  open: null;
  append: readonly number[];
  history: HistoryPage;
  shot: ShotFile | null;
  latest: readonly ShotFile[];
  inspected: readonly ShotRow[];
  findings: FindingPages;
  markers: readonly MarkerRow[];
  days: readonly TallyRow[];
  runs: readonly TallyRow[];
  thinnable: Thinnable;
  thin: Thinned;
  estimate: null;
  adopt: null;
}

export type QuestionKind = Question['kind'];
export type QuestionOf<K extends QuestionKind> = Extract<Question, { kind: K }>;

export interface Command {
  readonly id: number;
  readonly question: Question;
}

/** What the worker says. `status` comes whenever it changes. */
export type Reply =
  | { readonly kind: 'answer'; readonly id: number; readonly value: Answers[QuestionKind] }
  | { readonly kind: 'failure'; readonly id: number; readonly error: AppError }
  | { readonly kind: 'status'; readonly status: ServerStatus };
