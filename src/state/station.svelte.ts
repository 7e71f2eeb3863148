/** The model in use on this device, as the screens see it. */
import type { AppError } from '../domain/app-error.ts';
import type { Policy, ResolvedPolicy } from '../domain/policy.ts';
import type { Result } from '../domain/result.ts';
import type { Line } from '../line/line.ts';
import type { ClientStatus, LoadedBundle } from '../model/client.ts';
import type { Settings } from './settings.svelte.ts';

/** Status, bundle and policy of the line, and the ways to change them. */
export class Station {
  status = $state.raw<ClientStatus>({ state: 'idle' });
  bundle = $state.raw<LoadedBundle | null>(null);
  policy = $state.raw<ResolvedPolicy | null>(null);
  /** Why the last load failed; null once one succeeds. */
  loadError = $state.raw<AppError | null>(null);
  readonly #line: Line;
  readonly #settings: Settings;

  constructor(line: Line, settings: Settings) {
    this.#line = line;
    this.#settings = settings;
    this.status = line.status;
    this.bundle = line.bundle;
    this.policy = line.policy;
  }

  /** Follows the line from now on; returns the way to stop. */
  start(): () => void {
    const stops = [
      this.#line.on('status', (status) => (this.status = status)),
      this.#line.on('bundle', (bundle) => (this.bundle = bundle)),
      this.#line.on('policy', (policy) => (this.policy = policy)),
      this.#line.on('withdrawn', () => {
        this.bundle = null;
        this.policy = null;
      }),
    ];
    return () => stops.forEach((stop) => stop());
  }

  /** Loads the bundle of the settings. One that is no longer offered gives way to the current one. */
  async loadChosen(): Promise<Result<LoadedBundle>> {
    const { bundleId, policy } = this.#settings.data;
    if (policy !== null) this.#line.setPolicy(policy);
    const result = await this.#load(bundleId);
    if (!result.ok && result.error.code === 'bundle_unknown' && bundleId !== null) {
      this.#settings.update({ bundleId: null });
      return this.#load(null);
    }
    return result;
  }

  /** Switches to another bundle and remembers the choice once it has proved itself. */
  async switchTo(bundleId: string): Promise<Result<LoadedBundle>> {
    const result = await this.#load(bundleId);
    if (result.ok) this.#settings.update({ bundleId });
    return result;
  }

  /** Judges by another policy from now on and remembers it. */
  choosePolicy(policy: Policy): void {
    this.#line.setPolicy(policy);
    this.#settings.update({ policy });
  }

  /** Judges as the bundle proposes from now on. */
  resetPolicy(): void {
    if (this.bundle !== null) this.#line.setPolicy(this.bundle.calibration.default_policy);
    this.#settings.update({ policy: null });
  }

  async #load(bundleId: string | null): Promise<Result<LoadedBundle>> {
    const result = await this.#line.load(bundleId);
    this.loadError = result.ok ? null : result.error;
    return result;
  }
}
