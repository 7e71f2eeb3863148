/** The device as a station: screen on, nobody there, settings locked. */
import { startBeacon } from '../station/beacon.ts';
import { guardGestures } from '../station/gestures.ts';
import { watchIdle } from '../station/idle.ts';
import type { PinAnswer, PinLock } from '../station/pin.ts';
import { WakeLock, type WakeApi, type WakeState } from '../station/wake-lock.ts';
import type { Router } from './router.svelte.ts';
import type { Settings } from './settings.svelte.ts';

/** Steps of the pixel shift, in pixels: around a small square, a minute each. */
const SHIFTS = [[0, 0], [2, 0], [2, 2], [0, 2], [-2, 2], [-2, 0], [-2, -2], [0, -2], [2, -2]] as const;
const SHIFT_MS = 60_000;

export interface KioskOptions {
  readonly settings: Settings;
  readonly router: Router;
  readonly pin: PinLock;
  readonly page: Document;
  readonly wakeApi: WakeApi | undefined;
  /** What the host's log should show of this device. */
  readonly beaconFacts: () => Readonly<Record<string, string>>;
}

export class Kiosk {
  wake = $state<WakeState>('released');
  fullScreen = $state(false);
  /** Nobody has touched the screen for the time set. */
  idle = $state(false);
  pinSet = $state(false);
  /** Where the picture stands, in pixels. */
  shift = $state.raw<readonly [number, number]>(SHIFTS[0]);
  #unlocked = $state(false);
  readonly #options: KioskOptions;

  constructor(options: KioskOptions) {
    this.#options = options;
    this.pinSet = options.pin.isSet;
  }

  /** Whether settings and the choice of the model are behind the PIN now. */
  get locked(): boolean {
    return this.pinSet && !this.#unlocked;
  }

  /** Whether full screen can be asked for here. */
  get canFillScreen(): boolean {
    return this.#options.page.fullscreenEnabled === true;
  }

  /** Follows settings, people and the page from now on; returns the way to stop. */
  start(): () => void {
    const { settings, router, page, wakeApi } = this.#options;
    const stopIdle = watchIdle({
      page,
      afterMs: () => settings.data.kiosk.idleMinutes * 60_000,
      onIdle: () => {
        this.idle = true;
        this.lock();
        if (settings.data.kiosk.enabled) router.go('line');
      },
      onBack: () => (this.idle = false),
    });
    const onFullScreen = (): void => {
      this.fullScreen = page.fullscreenElement !== null;
    };
    page.addEventListener('fullscreenchange', onFullScreen);
    const stopFollowing = $effect.root(() => {
      // Only these two: another setting that changes must not let go of the screen.
      const enabled = $derived(settings.data.kiosk.enabled);
      const shifting = $derived(settings.data.kiosk.enabled && settings.data.kiosk.pixelShift);
      $effect(() => {
        if (!enabled) return;
        const stops = [
          new WakeLock(wakeApi, page, (state) => (this.wake = state)).start(),
          guardGestures(page),
          this.#askForFullScreen(),
        ];
        return () => stops.forEach((stop) => stop());
      });
      const signalling = $derived(settings.data.beacon);
      $effect(() => {
        if (!signalling) return;
        return startBeacon({ base: page.baseURI, facts: this.#options.beaconFacts, fetch: (address, init) => fetch(address, init) });
      });
      $effect(() => {
        if (!shifting) return;
        let step = 0;
        const timer = setInterval(() => {
          step = (step + 1) % SHIFTS.length;
          this.shift = SHIFTS[step] ?? SHIFTS[0];
        }, SHIFT_MS);
        return () => {
          clearInterval(timer);
          this.shift = SHIFTS[0];
        };
      });
    });
    return () => {
      stopIdle();
      stopFollowing();
      page.removeEventListener('fullscreenchange', onFullScreen);
    };
  }

  /** Fills the screen or leaves it; a browser that refuses leaves it as it is. */
  async toggleFullScreen(): Promise<void> {
    const { page } = this.#options;
    if (page.fullscreenElement) await page.exitFullscreen().catch(() => undefined);
    else await page.documentElement.requestFullscreen({ navigationUI: 'hide' }).catch(() => undefined);
  }

  /** Tries to open the settings. */
  async unlock(code: string): Promise<PinAnswer> {
    const answer = await this.#options.pin.try(code);
    if (answer.kind === 'right') this.#unlocked = true;
    return answer;
  }

  /** Milliseconds until a try is taken again. */
  get waitMs(): number {
    return this.#options.pin.waitMs;
  }

  lock(): void {
    this.#unlocked = false;
  }

  /** Sets or replaces the PIN and stays open. Returns the recovery code; null where it could not be stored. */
  async setPin(pin: string): Promise<string | null> {
    const code = await this.#options.pin.set(pin);
    this.#unlocked = true;
    this.pinSet = this.#options.pin.isSet;
    return code;
  }

  clearPin(): void {
    this.#options.pin.clear();
    this.pinSet = this.#options.pin.isSet;
  }

  /** A browser fills the screen only in answer to a touch: the first one that finds it not filled. */
  #askForFullScreen(): () => void {
    const { page } = this.#options;
    if (!this.canFillScreen || matchesFullScreenApp()) return () => undefined;
    const fill = (): void => {
      if (!page.fullscreenElement) void this.toggleFullScreen();
    };
    page.addEventListener('pointerup', fill, { once: true });
    return () => page.removeEventListener('pointerup', fill);
  }
}

/** Whether the app was installed and fills the screen already. */
function matchesFullScreenApp(): boolean {
  return window.matchMedia('(display-mode: fullscreen), (display-mode: standalone)').matches;
}
