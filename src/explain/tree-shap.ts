/**
 * Exact interventional TreeSHAP on what the trees see: Shapley values of the log-odds on the 42 inputs (30 scaled values,
 * 12 latents) against the background, for the expert view (Lundberg et al. 2020, "independent" feature perturbation).
 *
 * For one background row b the mixtures of x and b reach a leaf exactly when certain features are taken from x (set X)
 * and certain others from b (set B). A leaf of value v then adds v (|X|-1)! |B|! / (|X|+|B|)! to each feature of X and
 * takes v |X|! (|B|-1)! / (|X|+|B|)! from each of B. All background rows walk a tree together, as bits.
 */
import { AUGMENTED, type Forest } from '../model/plain/forest.ts';

/** Most background rows: two words of bits. */
export const MAX_BACKGROUND = 64;

/** Attribution of the log-odds; `value - base` is the sum of the effects. */
export interface TreeAttribution {
  /** Mean log-odds over the background. */
  readonly base: number;
  readonly value: number;
  /** [42] */
  readonly effects: Float64Array;
}

const FREE = 0;
const FROM_SHOT = 1;
const FROM_BACKGROUND = 2;

/** Explains log-odds against one background. Holds buffers: one a thread. */
export class TreeShap {
  readonly #forest: Forest;
  readonly #rows: number;
  /** Per node: the background rows 0..31 and 32..63 that go left. */
  readonly #leftLow: Int32Array;
  readonly #leftHigh: Int32Array;
  readonly #base: number;
  /** [|X|][|B|]: weight of a leaf for a feature of X. For one of B it is that of the sets swapped. */
  readonly #weights: readonly Float64Array[];
  readonly #owner = new Int8Array(AUGMENTED);
  readonly #shot = new Float32Array(AUGMENTED);
  /** Features on the path, taken from the shot and from the background. */
  readonly #fromShot: Int32Array;
  readonly #fromBackground: Int32Array;
  #effects = new Float64Array(AUGMENTED);
  #shotCount = 0;
  #backgroundCount = 0;

  /**
   * @param background [rows*42] what the trees see of each background row; 1 to 64 rows
   * @throws RangeError for any other number of rows
   */
  constructor(forest: Forest, background: Float32Array) {
    const rows = background.length / AUGMENTED;
    if (!Number.isInteger(rows) || rows < 1 || rows > MAX_BACKGROUND) {
      throw new RangeError(`a background has 1 to ${MAX_BACKGROUND} rows of ${AUGMENTED} values, not ${rows}`);
    }
    this.#forest = forest;
    this.#rows = rows;
    this.#leftLow = goingLeft(forest, background, 0, Math.min(32, rows));
    this.#leftHigh = goingLeft(forest, background, 32, rows);
    this.#weights = leafWeights(AUGMENTED);
    this.#fromShot = new Int32Array(AUGMENTED);
    this.#fromBackground = new Int32Array(AUGMENTED);
    let base = 0;
    for (let r = 0; r < rows; r += 1) base += scoreOf(forest, background.subarray(r * AUGMENTED, (r + 1) * AUGMENTED));
    this.#base = base / rows;
  }

  /** Explains one shot by what the trees see of it: 42 values, rounded to float32 as training rounded them. */
  explain(augmented: Float64Array): TreeAttribution {
    this.#shot.set(augmented);
    this.#effects = new Float64Array(AUGMENTED);
    const low = this.#rows >= 32 ? -1 : (1 << this.#rows) - 1;
    const high = this.#rows === MAX_BACKGROUND ? -1 : this.#rows > 32 ? (1 << (this.#rows - 32)) - 1 : 0;
    for (const root of this.#forest.offsets.subarray(0, -1)) this.#visit(root, low, high);
    for (let f = 0; f < AUGMENTED; f += 1) this.#effects[f]! /= this.#rows;
    return { base: this.#base, value: scoreOf(this.#forest, this.#shot), effects: this.#effects };
  }

  /** Sends the background rows in `low` and `high` down from a node, each with the path's features settled. */
  #visit(node: number, low: number, high: number): void {
    const { value, right, feature } = this.#forest;
    const f = feature[node]!;
    if (f < 0) {
      this.#credit(value[node]! * (bitCount(low) + bitCount(high)));
      return;
    }
    const shotLeft = this.#shot[f]! <= value[node]!;
    const shotSide = shotLeft ? node + 1 : right[node]!;
    const otherSide = shotLeft ? right[node]! : node + 1;
    const owner = this.#owner[f]!;
    if (owner === FROM_SHOT) {
      this.#visit(shotSide, low, high);
      return;
    }
    const leftLow = this.#leftLow[node]!;
    const leftHigh = this.#leftHigh[node]!;
    const sameLow = low & (shotLeft ? leftLow : ~leftLow);
    const sameHigh = high & (shotLeft ? leftHigh : ~leftHigh);
    const otherLow = low ^ sameLow;
    const otherHigh = high ^ sameHigh;
    if ((sameLow | sameHigh) !== 0) this.#visit(shotSide, sameLow, sameHigh);
    if ((otherLow | otherHigh) === 0) return;
    if (owner === FROM_BACKGROUND) {
      this.#visit(otherSide, otherLow, otherHigh);
      return;
    }
    this.#owner[f] = FROM_SHOT;
    this.#fromShot[this.#shotCount++] = f;
    this.#visit(shotSide, otherLow, otherHigh);
    this.#shotCount -= 1;
    this.#owner[f] = FROM_BACKGROUND;
    this.#fromBackground[this.#backgroundCount++] = f;
    this.#visit(otherSide, otherLow, otherHigh);
    this.#backgroundCount -= 1;
    this.#owner[f] = FREE;
  }

  #credit(value: number): void {
    const x = this.#shotCount;
    const b = this.#backgroundCount;
    if (x > 0) {
      const share = value * this.#weights[x]![b]!;
      for (let i = 0; i < x; i += 1) this.#effects[this.#fromShot[i]!]! += share;
    }
    if (b > 0) {
      const share = value * this.#weights[b]![x]!;
      for (let i = 0; i < b; i += 1) this.#effects[this.#fromBackground[i]!]! -= share;
    }
  }
}

function goingLeft({ value, feature }: Forest, background: Float32Array, from: number, to: number): Int32Array {
  const left = new Int32Array(feature.length);
  for (let node = 0; node < feature.length; node += 1) {
    const f = feature[node]!;
    if (f < 0) continue;
    let mask = 0;
    for (let r = from; r < to; r += 1) if (background[r * AUGMENTED + f]! <= value[node]!) mask |= 1 << (r - from);
    left[node] = mask;
  }
  return left;
}

/** `(x-1)! b! / (x+b)!` for x >= 1. */
function leafWeights(most: number): Float64Array[] {
  return Array.from({ length: most + 1 }, (_, x) => {
    const row = new Float64Array(most + 1);
    if (x > 0) row[0] = 1 / x;
    for (let b = 1; b <= most; b += 1) row[b] = (row[b - 1]! * b) / (x + b);
    return row;
  });
}

function scoreOf({ baseScore, offsets, value, right, feature }: Forest, augmented: Float32Array): number {
  let score = baseScore;
  for (const root of offsets.subarray(0, -1)) {
    let node = root;
    while (feature[node]! >= 0) node = augmented[feature[node]!]! <= value[node]! ? node + 1 : right[node]!;
    score += value[node]!;
  }
  return score;
}

/** Number of set bits of a 32-bit word. */
function bitCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
