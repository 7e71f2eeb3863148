import type { ProductReference, Reference } from '../../domain/bundle.ts';
import { FEATURE_INDEX, type FeatureName } from '../../domain/feature.ts';
import { createShot, type Shot } from '../../domain/shot.ts';
import { DemoRun, varyingSignals, type DemoFaults } from './demo-run.ts';
import { Random } from './random.ts';

/** Slowest and fastest demo line, in shots per second. */
export const DEMO_RATE = { slowest: 0.1, fastest: 20 } as const;

export interface DemoLineOptions {
  /** Takes each shot (source `demo`); the line counts and judges it like any other. */
  readonly receive: (shot: Shot) => void;
  /** The same seed gives the same shots. Default 1. */
  readonly seed?: number;
  /** Default 1. */
  readonly shotsPerSecond?: number;
}

/**
 * A machine made up from a bundle's generative description: shots of one product, run after run, at a steady pace, with
 * faults on demand. Every shot is marked `demo`.
 */
export class DemoLine {
  readonly #receive: (shot: Shot) => void;
  readonly #random: Random;
  #reference: Reference;
  #product: string;
  #run: DemoRun;
  #runNumber = 1;
  #shotsPerSecond: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abortNext = false;
  readonly #drifts = new Map<FeatureName, number>();
  readonly #lost = new Set<FeatureName>();

  /** @throws RangeError when the reference has no product or the rate is out of {@link DEMO_RATE} */
  constructor(reference: Reference, options: DemoLineOptions) {
    this.#receive = options.receive;
    this.#random = new Random(options.seed ?? 1);
    this.#shotsPerSecond = checkedRate(options.shotsPerSecond ?? 1);
    this.#reference = reference;
    const first = this.products[0];
    if (first === undefined) throw new RangeError('a demo line needs a product');
    this.#product = first;
    this.#run = new DemoRun(this.#reference.products[first] as ProductReference, this.#random);
  }

  get running(): boolean {
    return this.#timer !== undefined;
  }

  /** The products it can make, as the bundle numbers them. */
  get products(): readonly string[] {
    return Object.keys(this.#reference.products);
  }

  get product(): string {
    return this.#product;
  }

  /** Number of the run, from 1. */
  get run(): number {
    return this.#runNumber;
  }

  get shotsPerSecond(): number {
    return this.#shotsPerSecond;
  }

  /** Signals that may be told to drift or be lost. */
  get signals(): readonly FeatureName[] {
    return varyingSignals(this.#productReference);
  }

  /** What is going wrong at present. */
  get faults(): DemoFaults {
    return { drifts: this.#drifts, lost: this.#lost };
  }

  start(): void {
    if (!this.running) this.#schedule();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Changes the pace at once. @throws RangeError when out of {@link DEMO_RATE} */
  setRate(shotsPerSecond: number): void {
    this.#shotsPerSecond = checkedRate(shotsPerSecond);
    if (this.running) {
      this.stop();
      this.start();
    }
  }

  /** Makes another product, in a new run. @throws RangeError when the bundle does not know it */
  setProduct(product: string): void {
    if (!Object.hasOwn(this.#reference.products, product)) throw new RangeError(`no product ${product}`);
    this.#product = product;
    this.startRun();
  }

  /** Draws from another bundle's description from now on, in a new run of the same product where it has it. */
  setReference(reference: Reference): void {
    this.#reference = reference;
    this.setProduct(this.products.includes(this.#product) ? this.#product : (this.products[0] ?? ''));
  }

  /** Begins a new run: shot number 1, other means. */
  startRun(): void {
    this.#runNumber += 1;
    this.#run = new DemoRun(this.#productReference, this.#random);
  }

  /**
   * Lets a signal move by a share of its usual range's width with every shot (negative: down); 0 ends it and the signal
   * returns.
   */
  drift(name: FeatureName, sharePerShot: number): void {
    this.#mustVary(name);
    if (sharePerShot === 0) this.#drifts.delete(name);
    else this.#drifts.set(name, sharePerShot);
  }

  /** The sensor gives no value until it is restored. */
  loseSensor(name: FeatureName): void {
    this.#mustVary(name);
    this.#lost.add(name);
  }

  restoreSensor(name: FeatureName): void {
    this.#lost.delete(name);
  }

  /** The next shot breaks off before its fast phase. */
  abortNextShot(): void {
    this.#abortNext = true;
  }

  /** Ends all faults. */
  mend(): void {
    this.#drifts.clear();
    this.#lost.clear();
    this.#abortNext = false;
  }

  /** Draws one shot and hands it over, also while the line stands still. */
  shoot(): void {
    if (this.#run.over) this.startRun();
    const values = this.#run.next(this.faults, this.#abortNext);
    this.#abortNext = false;
    this.#receive(createShot(values, { source: 'demo', receivedAt: Date.now() }));
  }

  get #productReference(): ProductReference {
    return this.#reference.products[this.#product] as ProductReference;
  }

  #mustVary(name: FeatureName): void {
    if (!this.signals.includes(name)) throw new RangeError(`${name} (${FEATURE_INDEX[name]}) does not vary`);
  }

  /**
   * One timer at a time, the next set when the last has fired: a browser that slows the timers of a hidden tab slows the
   * line, and no shots pile up to arrive at once.
   */
  #schedule(): void {
    this.#timer = setTimeout(() => {
      this.#schedule();
      this.shoot();
    }, 1000 / this.#shotsPerSecond);
  }
}

function checkedRate(shotsPerSecond: number): number {
  if (!(shotsPerSecond >= DEMO_RATE.slowest && shotsPerSecond <= DEMO_RATE.fastest)) {
    throw new RangeError(`${shotsPerSecond} shots per second is not between ${DEMO_RATE.slowest} and ${DEMO_RATE.fastest}`);
  }
  return shotsPerSecond;
}
