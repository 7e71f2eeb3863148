/** The demo line as the screens see it: what runs, how fast, and which faults are made. */
import type { FeatureName } from '../domain/feature.ts';
import type { Line } from '../line/line.ts';
import { DemoLine } from '../sources/demo/demo-line.ts';

/** A drifting signal moves by this share of its usual range's width with every shot: outside within half a minute at 1/s. */
const DRIFT_PER_SHOT = 0.03;

/** The demo line of this page. It exists once a bundle describes what to draw. */
export class Demo {
  running = $state(false);
  shotsPerSecond = $state(1);
  product = $state<string | null>(null);
  products = $state.raw<readonly string[]>([]);
  /** Signals that can be made to drift or to fall silent. */
  signals = $state.raw<readonly FeatureName[]>([]);
  drifting = $state<FeatureName | null>(null);
  lost = $state<FeatureName | null>(null);
  readonly #line: Line;
  readonly #seed: number;
  #demo: DemoLine | null = null;

  /** @param seed the same seed draws the same shots */
  constructor(line: Line, seed: number) {
    this.#line = line;
    this.#seed = seed;
  }

  /** Follows the line's bundle from now on; returns the way to stop, which also stops the demo. */
  start(): () => void {
    const stop = this.#line.on('bundle', ({ reference }) => {
      if (this.#demo === null) {
        this.#demo = new DemoLine(reference, {
          receive: (shot) => void this.#line.receive(shot),
          seed: this.#seed,
          shotsPerSecond: this.shotsPerSecond,
        });
      } else {
        this.#demo.setReference(reference);
      }
      this.#show(this.#demo);
    });
    return () => {
      stop();
      this.halt();
    };
  }

  /** Lets shots come in. */
  run(): void {
    if (this.#demo === null) return;
    this.#demo.start();
    this.running = true;
  }

  /** No more shots. */
  halt(): void {
    this.#demo?.stop();
    this.running = false;
  }

  setRate(shotsPerSecond: number): void {
    this.#demo?.setRate(shotsPerSecond);
    this.shotsPerSecond = shotsPerSecond;
  }

  /** Makes another product, in a new run and without the faults of the last one. */
  setProduct(product: string): void {
    if (this.#demo === null) return;
    this.setDrift(null);
    this.setLost(null);
    this.#demo.setProduct(product);
    this.#show(this.#demo);
  }

  /** Lets one signal drift upward; null ends it. */
  setDrift(name: FeatureName | null): void {
    if (this.drifting !== null) this.#demo?.drift(this.drifting, 0);
    if (name !== null) this.#demo?.drift(name, DRIFT_PER_SHOT);
    this.drifting = name;
  }

  /** Silences one sensor; null restores it. */
  setLost(name: FeatureName | null): void {
    if (this.lost !== null) this.#demo?.restoreSensor(this.lost);
    if (name !== null) this.#demo?.loseSensor(name);
    this.lost = name;
  }

  /** The next shot breaks off before its fast phase. */
  abortNextShot(): void {
    this.#demo?.abortNextShot();
  }

  #show(demo: DemoLine): void {
    this.product = demo.product;
    this.products = demo.products;
    this.signals = demo.signals;
  }
}
