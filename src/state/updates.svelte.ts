/** Releases as the screens see them: what runs, what comes, what waits; and the decisions of when. */
import type { DownloadProgress, UpdateStatus } from '../domain/updates.ts';
import type { UpdateService } from '../station/updates/update-service.ts';
import { holdForPerson, holdReason, type Activity, type Hold } from '../station/updates/when.ts';

/** `off`: this page has no service worker. */
export type UpdatePhase = 'off' | 'starting' | 'preparing' | 'current' | 'downloading' | 'ready' | 'trial';

export interface UpdatesOptions {
  readonly register: () => Promise<UpdateService | null>;
  /** Self-test of the release that this page is of; null when it passes. */
  readonly prove: (bundle: string) => Promise<string | null>;
  readonly activity: () => Omit<Activity, 'sinceInputMs'>;
  /** Minutes of quiet before an update is switched to by itself. */
  readonly idleMinutes: () => number;
  /** Stamp of this page's build; `development` has no releases. */
  readonly build: string;
  /** Id of this device, for staged releases. */
  readonly device: string;
  readonly reload: () => void;
  /** Hears every answer of the service worker. */
  readonly onStatus?: (status: UpdateStatus) => void;
  readonly now?: () => number;
}

/** Bound of a background download in unpacked bytes a second; a first visit is not bound, somebody waits for it. */
const BACKGROUND_BYTES_PER_SECOND = 500_000;
const CHECK_EVERY_MS = 30 * 60_000;
/** A first visit that was cut off goes on soon. */
const RETRY_MS = 15_000;
const TICK_MS = 5000;
const CHECK_GAP_MS = 60_000;
const AUDIT_AFTER_MS = 30_000;

/** Follows the service worker and tells it when to check, switch, confirm and roll back. */
export class Updates {
  status = $state.raw<UpdateStatus | null>(null);
  progress = $state.raw<DownloadProgress | null>(null);
  checking = $state(false);
  /** Why a ready update waits. */
  hold = $state<Hold>(null);
  #began = false;
  #unavailable = $state(false);
  readonly #options: UpdatesOptions;
  readonly #now: () => number;
  #service: UpdateService | null = null;
  #checkedAt = -Infinity;
  #auditAt = Infinity;
  #inputAt: number;
  #switching = false;
  #ticking = false;

  constructor(options: UpdatesOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#inputAt = this.#now();
  }

  readonly phase: UpdatePhase = $derived.by(() => {
    const { status } = this;
    if (this.#unavailable || this.#options.build === 'development') return 'off';
    if (status === null) return 'starting';
    const stage = status.candidate?.stage;
    if (stage === 'trial') return 'trial';
    if (status.current === null || status.missing !== null) return 'preparing';
    return stage === undefined ? 'current' : stage;
  });

  /** Id of this device. */
  get device(): string {
    return this.#options.device;
  }

  /** Everything works without a connection from here on. */
  readonly offlineReady = $derived(this.status?.current != null && this.status.missing === null && this.status.yours !== null);

  /** Bytes that are still missing before everything works offline; null when not known. */
  readonly missingBytes: number | null = $derived.by(() => {
    const { status, progress } = this;
    if (status === null || this.offlineReady) return null;
    if (progress !== null && status.current === null) return progress.total - progress.loaded;
    return status.missing?.bytes ?? null;
  });

  /** Follows what goes on from now on; returns the way to stop. */
  start(): () => void {
    const touched = (): void => {
      this.#inputAt = this.#now();
    };
    const visible = (): void => {
      if (document.visibilityState === 'visible') void this.#check(false);
    };
    const events = ['pointerdown', 'keydown', 'wheel'] as const;
    for (const name of events) window.addEventListener(name, touched, { capture: true, passive: true });
    document.addEventListener('visibilitychange', visible);
    window.addEventListener('online', visible);
    const timer = setInterval(() => void this.#tick(), TICK_MS);
    return () => {
      clearInterval(timer);
      for (const name of events) window.removeEventListener(name, touched, { capture: true });
      document.removeEventListener('visibilitychange', visible);
      window.removeEventListener('online', visible);
    };
  }

  /** The page has tried to load its model (`loaded`: with success), so the network is free for the rest of the release. */
  async begin(loaded: boolean): Promise<void> {
    if (this.#began || this.#options.build === 'development') return;
    this.#began = true;
    this.#service = await this.#options.register();
    if (this.#service === null) {
      this.#unavailable = true;
      return;
    }
    this.#service.onProgress((progress) => (this.progress = progress));
    this.#auditAt = this.#now() + AUDIT_AFTER_MS;
    await this.#ask({ kind: 'status' });
    const { candidate, yours } = this.status ?? {};
    if (candidate?.stage === 'trial' && candidate.release.id === yours?.id) await this.#try(candidate.release.id, candidate.release.bundle, loaded);
    else {
      await this.#check(false);
      if (loaded) await this.#adopt();
    }
  }

  /** Asks the server now, because a person wants to know. */
  async checkNow(): Promise<void> {
    this.#checkedAt = -Infinity;
    await this.#check(true);
  }

  /** Why a person cannot switch now; null: they can. */
  get holdForPerson(): Hold {
    return holdForPerson(this.#options.activity());
  }

  /** Switches to the downloaded release: the page is loaded anew. A person has agreed. */
  async switchNow(): Promise<void> {
    if (this.holdForPerson === null) await this.#switch();
  }

  async #tick(): Promise<void> {
    if (this.#service === null || this.#ticking) return;
    this.#ticking = true;
    try {
      const { candidate, current } = this.status ?? {};
      if (candidate?.stage === 'ready' && current != null) {
        this.hold = holdReason(
          { ...this.#options.activity(), sinceInputMs: this.#now() - this.#inputAt },
          this.#options.idleMinutes() * 60_000,
        );
        if (this.hold === null) await this.#switch();
        return;
      }
      const unfinished = current == null || candidate?.stage === 'downloading';
      if (this.#now() - this.#checkedAt >= (unfinished ? RETRY_MS : CHECK_EVERY_MS)) {
        await this.#check(false);
        await this.#adopt();
      }
      if (this.#now() >= this.#auditAt) {
        this.#auditAt = this.status?.missing ? this.#now() + RETRY_MS : Infinity;
        await this.#ask({ kind: 'audit' });
      }
    } finally {
      this.#ticking = false;
    }
  }

  async #check(forced: boolean): Promise<void> {
    if (this.checking || this.#service === null || (!forced && this.#now() - this.#checkedAt < Math.min(CHECK_GAP_MS, RETRY_MS))) return;
    this.checking = true;
    const first = this.status?.current == null;
    await this.#ask({
      kind: 'check',
      device: this.#options.device,
      forced,
      bytesPerSecond: first || forced ? null : BACKGROUND_BYTES_PER_SECOND,
    });
    this.#checkedAt = this.#now();
    this.progress = null;
    this.checking = false;
  }

  /** A first visit: this page works, and it is made of the release that is now stored. */
  async #adopt(): Promise<void> {
    const { status } = this;
    if (status === null || status.yours !== null) return;
    const mine = [status.current, status.current === null && status.candidate?.stage === 'ready' ? status.candidate.release : null];
    const release = mine.find((facts) => facts?.build === this.#options.build);
    if (release) await this.#ask({ kind: 'adopt', id: release.id });
  }

  async #switch(): Promise<void> {
    const { candidate } = this.status ?? {};
    if (candidate?.stage !== 'ready' || this.#switching) return;
    this.#switching = true;
    const status = await this.#ask({ kind: 'switch', id: candidate.release.id });
    this.#switching = false;
    if (status?.candidate?.stage === 'trial') this.#options.reload();
  }

  async #try(id: string, bundle: string, loaded: boolean): Promise<void> {
    const failure = loaded ? await this.#options.prove(bundle) : 'the model in use could not be loaded';
    const status = await this.#ask(failure === null ? { kind: 'confirm', id } : { kind: 'reject', id, detail: failure });
    // A page of a release that failed must not stay, not even with the worker gone silent: a reload counts as another start.
    if (failure !== null || status === null) this.#options.reload();
  }

  async #ask(question: Parameters<UpdateService['ask']>[0]): Promise<UpdateStatus | null> {
    const status = (await this.#service?.ask(question)) ?? null;
    if (status !== null) {
      this.status = status;
      this.#options.onStatus?.(status);
    }
    return status;
  }
}
