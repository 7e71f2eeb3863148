/** The composition root: builds every part once and hands it down. */
import './boot.ts';
import { mount } from 'svelte';
import App from './App.svelte';
import { createExplainClient } from './explain/explain-client.ts';
import { createJournal } from './journal/create-journal.ts';
import { createApi } from './line/api.ts';
import { createLine } from './line/create-line.ts';
import { Shadow } from './line/shadow.ts';
import { readAdapter } from './model/webgpu/adapter.ts';
import { createPredictionClient } from './model/worker-client.ts';
import { deviceId } from './station/device.ts';
import { PinLock } from './station/pin.ts';
import { Watchdog } from './station/watchdog.ts';
import { WorkerMemory } from './station/worker-memory.ts';
import type { AppState } from './state/app-state.ts';
import { Backends } from './state/backends.svelte.ts';
import { BatchState } from './state/batch/batch.svelte.ts';
import { Bundles } from './state/bundles.svelte.ts';
import { createUpdates } from './state/create-updates.ts';
import { Clock } from './state/clock.svelte.ts';
import { Demo } from './state/demo.svelte.ts';
import { DomainTableStore } from './state/domain-table.svelte.ts';
import { Explanations } from './state/explanations.ts';
import { FormState } from './state/form.svelte.ts';
import { Health } from './state/health.svelte.ts';
import { Kiosk } from './state/kiosk.svelte.ts';
import { PlannedInspections } from './state/inspection-request.svelte.ts';
import { JournalState } from './state/journal.svelte.ts';
import { LineFeed } from './state/line-feed.svelte.ts';
import { QualityState } from './state/quality.svelte.ts';
import { LineMemoryState } from './state/line-memory.svelte.ts';
import { Router } from './state/router.svelte.ts';
import { Settings } from './state/settings.svelte.ts';
import { ShotHistory } from './state/shot-history.svelte.ts';
import { Station } from './state/station.svelte.ts';
import { StationRecord } from './state/station-record.ts';
import { SurveyState } from './state/survey.svelte.ts';
import { Toasts } from './state/toasts.svelte.ts';
import './ui/base.css';

/** A page that holds more than this has a leak; the largest file the app takes needs half of it. */
const HEAP_LIMIT_BYTES = 1_000_000_000;
/** 7,535 rows at once took 115 MB of wasm heap, and a worker gets them in chunks: what takes more than this has grown on the way. */
const WORKER_LIMIT_BYTES = 256_000_000;
/** Without a shot for this long nobody waits for the next verdict. */
const QUIET_MS = 5 * 60_000;

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app element');

const client = createPredictionClient();
const storage = localStorageIfAllowed();
const records = createJournal(storage);
const line = createLine({ client, journal: records, annotate: (judged) => memory.annotate(judged) });
const explainer = createExplainClient((bundleId, values) => client.compute(bundleId, values));
const settings = new Settings(storage);
const domainTable = new DomainTableStore(storage);
const history = new ShotHistory(line);
const feed = new LineFeed(line);
let lastShotAt = performance.now();
line.on('judged', () => (lastShotAt = performance.now()));
const router = new Router(window);
const stationRecord = new StationRecord(records);
const health = new Health(stationRecord.write);
const device = deviceId(storage);
const idle = (): boolean => performance.now() - lastShotAt > QUIET_MS;
const watchdog = new Watchdog({
  client,
  onEvent: health.note,
  reload: () => void stationRecord.settled().then(() => window.location.reload()),
  storage,
  idle,
  heapBytes: () => (performance as Performance & { memory?: { usedJSHeapSize: number } }).memory?.usedJSHeapSize ?? null,
  heapLimitBytes: HEAP_LIMIT_BYTES,
});
const workerMemory = new WorkerMemory({ client, limitBytes: WORKER_LIMIT_BYTES, idle, onEvent: health.note });
const wakeApi = (navigator as Partial<Pick<Navigator, 'wakeLock'>>).wakeLock;
const beaconFacts = (): Record<string, string> => ({ device, app: __APP_VERSION__, bundle: line.bundle?.entry.id ?? '' });
const toasts = new Toasts();
const batch = new BatchState(line);
const requests = new PlannedInspections(records);
const journal = new JournalState({ records, line, settings, feed, history, toasts, requests });
const memory = new LineMemoryState({ line, journal, settings, storage });
const app: AppState = {
  client,
  line,
  explanations: new Explanations({ explainer, predictions: client, table: domainTable, past: () => history.live }),
  survey: new SurveyState(explainer),
  domainTable,
  backends: new Backends({
    control: client,
    explainer,
    line,
    settings,
    storage,
    readAdapter,
    browser: navigator.userAgent,
    idle: () => idle() && batch.progress === null,
    onEvent: health.note,
  }),
  bundles: new Bundles(client, (entry, signal) => client.card(entry, { signal })),
  settings,
  station: new Station(line, settings),
  feed,
  quality: new QualityState({
    records,
    settings,
    shadow: new Shadow({ line, client, record: (shot, verdict) => records.recordShadow(shot, verdict) }),
    createExporter: async () => (await import('./journal/export/exporter.ts')).createExporter(),
  }),
  journal,
  memory,
  requests,
  demo: new Demo(line, Date.now()),
  batch,
  form: new FormState(line),
  history,
  health,
  kiosk: new Kiosk({ settings, router, pin: new PinLock({ storage }), page: document, wakeApi, beaconFacts }),
  router,
  clock: new Clock(),
  toasts,
  updates: createUpdates({
    feed,
    batch,
    settings,
    storage,
    records,
    device,
  }),
};

window.castwatch = createApi(line);
health.start(window);
health.follow(line);
watchdog.start();
workerMemory.start();
target.replaceChildren();
mount(App, { target, props: { app } });

/** A browser may forbid local storage; merely asking for it then throws. */
function localStorageIfAllowed(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
