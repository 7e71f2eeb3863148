/** The composition root: builds every part once and hands it down. */
import { mount } from 'svelte';
import App from './App.svelte';
import { createExplainClient } from './explain/explain-client.ts';
import { createSessionJournal } from './journal/session-journal.ts';
import { createApi } from './line/api.ts';
import { createLine } from './line/create-line.ts';
import { createPredictionClient } from './model/worker-client.ts';
import type { AppState } from './state/app-state.ts';
import { BatchState } from './state/batch/batch.svelte.ts';
import { Bundles } from './state/bundles.svelte.ts';
import { Clock } from './state/clock.svelte.ts';
import { Demo } from './state/demo.svelte.ts';
import { DomainTableStore } from './state/domain-table.svelte.ts';
import { Explanations } from './state/explanations.ts';
import { FormState } from './state/form.svelte.ts';
import { LineFeed } from './state/line-feed.svelte.ts';
import { Router } from './state/router.svelte.ts';
import { Settings, type SettingsStorage } from './state/settings.svelte.ts';
import { ShotHistory } from './state/shot-history.svelte.ts';
import { Station } from './state/station.svelte.ts';
import { SurveyState } from './state/survey.svelte.ts';
import { Toasts } from './state/toasts.svelte.ts';
import './ui/base.css';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app element');

const client = createPredictionClient();
const line = createLine({ client, journal: createSessionJournal() });
const explainer = createExplainClient();
const storage = localStorageIfAllowed();
const settings = new Settings(storage);
const domainTable = new DomainTableStore(storage);
const history = new ShotHistory(line);
const app: AppState = {
  client,
  line,
  explanations: new Explanations({ explainer, predictions: client, table: domainTable, past: () => history.live }),
  survey: new SurveyState(explainer),
  domainTable,
  bundles: new Bundles(client, (entry, signal) => client.card(entry, { signal })),
  settings,
  station: new Station(line, settings),
  feed: new LineFeed(line),
  demo: new Demo(line, Date.now()),
  batch: new BatchState(line),
  form: new FormState(line),
  history,
  router: new Router(window),
  clock: new Clock(),
  toasts: new Toasts(),
};

window.castwatch = createApi(line);
mount(App, { target, props: { app } });

/** A browser may forbid local storage; merely asking for it then throws. */
function localStorageIfAllowed(): SettingsStorage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
