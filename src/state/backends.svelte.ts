/** Which backend computes what on this device: what the settings ask for, what was measured, and what happened. */
import type { ExplainClient } from '../explain/explain-client.ts';
import type { Line } from '../line/line.ts';
import { EXPLAIN_WORKS, WORKS, type Acceleration, type AccelerationControl, type BackendEvent, type Work, type WorkTimes } from '../model/acceleration.ts';
import type { AdapterFacts } from '../model/webgpu/adapter.ts';
import { BackendRecords, fasterWorks, type BackendKey, type BackendRecord } from './backend-records.ts';
import type { Settings, SettingsStorage } from './settings.svelte.ts';

export interface BackendsOptions {
  readonly control: AccelerationControl;
  readonly explainer: Pick<ExplainClient, 'accelerate' | 'measure'>;
  readonly line: Pick<Line, 'on' | 'bundle' | 'status'>;
  readonly settings: Pick<Settings, 'data'>;
  readonly storage: SettingsStorage | null;
  readonly readAdapter: () => Promise<AdapterFacts | null>;
  /** Name and version of the browser. */
  readonly browser: string;
  /** Whether nobody waits for a verdict, nor will in a while. */
  readonly idle: () => boolean;
  /** Takes down what befell. */
  readonly onEvent: (event: BackendEvent) => void;
}

const LOOK_MS = 30_000;

const OFF: Acceleration = { state: 'off', reason: 'not_wanted', detail: '' };

/**
 * Follows the settings and the line. `auto` measures once, when the line is idle, and never uses an adapter that computes on the
 * processor; `webgpu` sends everything there. What broke down stays off until the page is loaded anew or somebody chooses or
 * measures again; what contradicted the reference stays off until somebody measures again.
 */
export class Backends {
  /** Null: none, or not asked yet. */
  adapter = $state.raw<AdapterFacts | null>(null);
  acceleration = $state.raw<Acceleration>(OFF);
  /** Of the bundle in use, this browser and this adapter. */
  record = $state.raw<BackendRecord | null>(null);
  measuring = $state(false);
  /** Whether the bundle in use has files for WebGPU. */
  offered = $state(false);
  readonly #options: BackendsOptions;
  readonly #records: BackendRecords;
  /** What the model worker was told last; null: a fresh one, told nothing. */
  #told: string | null = null;
  /** Whether measuring has left WebGPU running, wanted or not. */
  #leftRunning = false;
  #brokeDown = false;
  #asked = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: BackendsOptions) {
    this.#options = options;
    this.#records = new BackendRecords(options.storage);
  }

  /** Whether {@link measure} can be asked for. */
  readonly measurable: boolean = $derived(this.adapter !== null && this.offered && !this.measuring);

  /** Follows from now on; returns the way to stop. */
  start(): () => void {
    const { line, control, settings } = this.#options;
    const stops = [
      line.on('bundle', () => void this.#follow()),
      line.on('status', ({ state }) => {
        // A worker that is loaded anew knows nothing.
        if (state !== 'ready') this.#told = null;
        else void this.#follow();
      }),
      control.onBackendEvent((event) => this.#befell(event)),
      $effect.root(() => {
        // Settings are replaced as a whole: only another choice counts.
        const choice = $derived(settings.data.backend);
        $effect(() => {
          void choice;
          this.#brokeDown = false;
          void this.#follow();
        });
      }),
    ];
    const timer = setInterval(() => void this.#look(), LOOK_MS);
    return () => {
      clearInterval(timer);
      stops.forEach((stop) => stop());
    };
  }

  /** Measures both backends with the bundle in use and uses the result. What was held against WebGPU before is forgotten. */
  async measure(): Promise<void> {
    const key = this.#key();
    if (key === null || !this.measurable) return;
    this.measuring = true;
    this.#brokeDown = false;
    this.#keep(key, { distrusted: null });
    const times = await this.#measured(key.bundleId);
    this.measuring = false;
    if (times) this.#keep(key, { times });
    else this.#brokeDown = true;
    this.#leftRunning = !this.#brokeDown;
    this.#told = null;
    await this.#follow();
  }

  /** Every work that could be measured on both backends; null: none. WebGPU runs on from the works of shots to those of explanations. */
  async #measured(bundleId: string): Promise<readonly WorkTimes[] | null> {
    const shots = await this.#options.control.measure(bundleId);
    return shots && [...shots, ...(await this.#options.explainer.measure())];
  }

  /** When the line is idle, finds out what is not known yet. */
  async #look(): Promise<void> {
    const { settings, line, idle } = this.#options;
    if (settings.data.backend !== 'auto' || this.adapter === null || this.adapter.software || !this.measurable) return;
    if (this.#brokeDown || this.record?.distrusted != null || this.record?.times || line.status.state !== 'ready' || !idle()) return;
    await this.measure();
  }

  /** Tells the model worker what is wanted now, one change at a time. */
  #follow(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#tell()).catch(() => undefined);
    return this.#turn;
  }

  async #tell(): Promise<void> {
    const { line, control } = this.#options;
    const { bundle } = line;
    this.offered = bundle?.entry.webgpu !== undefined;
    if (bundle === null || line.status.state !== 'ready') return;
    if (this.offered && !this.#asked) {
      this.#asked = true;
      this.adapter = await this.#options.readAdapter();
    }
    const key = this.#key();
    this.record = key && this.#records.find(key);
    if (this.measuring) return;
    const works = this.#wanted();
    const saying = JSON.stringify([bundle.entry.id, works]);
    if (saying === this.#told) return;
    this.#told = saying;
    if (works.length === 0 && this.acceleration.state === 'off' && !this.#leftRunning) return;
    this.#leftRunning = false;
    if (works.length > 0) await calm();
    const acceleration = await control.accelerate(bundle.entry.id, works);
    // Something may have befallen it on the way.
    if (this.#told !== saying) return;
    this.#use(acceleration);
    if (acceleration.state === 'off' && acceleration.reason !== 'not_wanted') {
      this.#befell({ kind: 'backend_disabled', reason: acceleration.reason, bundleId: bundle.entry.id, detail: acceleration.detail });
    }
  }

  /** Explanations follow: what they have computed on WebGPU goes through the model worker. */
  #use(acceleration: Acceleration): void {
    this.acceleration = acceleration;
    const works = acceleration.state === 'on' ? acceleration.works : [];
    this.#options.explainer.accelerate(EXPLAIN_WORKS.filter((work) => works.includes(work)));
  }

  #wanted(): readonly Work[] {
    const { backend } = this.#options.settings.data;
    if (backend === 'wasm' || this.adapter === null || !this.offered || this.#brokeDown || this.record?.distrusted != null) return [];
    if (backend === 'webgpu') return WORKS;
    return this.adapter.software ? [] : fasterWorks(this.record?.times ?? []);
  }

  #befell(event: BackendEvent): void {
    const { reason, detail, bundleId } = event;
    this.#brokeDown = true;
    this.#told = null;
    this.#use({ state: 'off', reason, detail });
    const key = this.#key();
    if (reason === 'disagreement' && key?.bundleId === bundleId) this.#keep(key, { distrusted: detail });
    this.#options.onEvent(event);
  }

  #keep(key: BackendKey, changes: Partial<Pick<BackendRecord, 'times' | 'distrusted'>>): void {
    const record = { times: null, distrusted: null, ...this.#records.find(key), ...key, at: Date.now(), ...changes };
    this.#records.keep(record);
    this.record = record;
  }

  #key(): BackendKey | null {
    const { line, browser } = this.#options;
    return line.bundle && this.adapter && { bundleId: line.bundle.entry.id, browser, adapter: this.adapter.name };
  }
}

/** Shaders are compiled beside the page, but on its cores: not while it is busy. */
function calm(): Promise<void> {
  const { requestIdleCallback: whenIdle } = globalThis as Partial<Pick<Window, 'requestIdleCallback'>>;
  return new Promise((resolve) => (whenIdle ? whenIdle(() => resolve(), { timeout: 5_000 }) : setTimeout(resolve, 1_000)));
}
