/**
 * The boosting trees as typed arrays (`forest.json`, `forest.bin`; docs/bundle.md) and their evaluation on many rows.
 */
export interface Forest {
  /** Log-odds before the first tree. */
  readonly baseScore: number;
  /** [trees + 1] node index of each root, then the number of nodes. */
  readonly offsets: Int32Array;
  /** [nodes] threshold of a split; of a leaf its contribution to the log-odds. */
  readonly value: Float64Array;
  /** [nodes] right child; -1 for a leaf. The left child is the next node. */
  readonly right: Int32Array;
  /** [nodes] 0..41 of the split; -1 for a leaf. */
  readonly feature: Int8Array;
}

/** Inputs of a tree: 30 scaled values, then 12 latents. */
export const AUGMENTED = 42;

/** Rows that go down a tree together: one bit each. */
const BLOCK = 32;

/**
 * Scores rows in blocks of 32 that walk a tree together, as a set of bits that each split divides. Mixtures of two shots
 * and candidates around one shot differ in few splits, so a block visits little more of a tree than a single row would.
 * Holds buffers: one scorer a thread.
 */
export class ForestScorer {
  readonly #forest: Forest;
  /** Per feature the block's distinct values, ascending. */
  readonly #distinct = new Float32Array(AUGMENTED * BLOCK);
  /** How many distinct values each feature has. */
  readonly #count = new Int32Array(AUGMENTED);
  /** Per feature and k: the rows that hold one of the k smallest distinct values. */
  readonly #atMost = new Int32Array(AUGMENTED * (BLOCK + 1));
  readonly #nodes: Int32Array;
  readonly #masks: Int32Array;

  constructor(forest: Forest) {
    this.#forest = forest;
    const depth = deepest(forest);
    this.#nodes = new Int32Array(depth + 1);
    this.#masks = new Int32Array(depth + 1);
  }

  /**
   * Log-odds of n rows: base score, then tree by tree, as the boosting adds them.
   *
   * @param rows [n*42] in float32: training compared float32 values with float64 thresholds
   * @param scores [n] receives the log-odds
   */
  score(rows: Float32Array, n: number, scores: Float64Array): void {
    scores.fill(this.#forest.baseScore, 0, n);
    for (let from = 0; from < n; from += BLOCK) {
      const size = Math.min(BLOCK, n - from);
      for (let f = 0; f < AUGMENTED; f += 1) this.#rank(f, rows, from, size);
      this.#descend(scores, from, size);
    }
  }

  /** Sorts the block's values of one feature and collects, for every prefix of them, the rows that hold it. */
  #rank(f: number, rows: Float32Array, from: number, size: number): void {
    const distinct = this.#distinct;
    const atMost = this.#atMost;
    const first = f * BLOCK;
    const masks = f * (BLOCK + 1) + 1;
    let count = 0;
    for (let r = 0, at = from * AUGMENTED + f; r < size; r += 1, at += AUGMENTED) {
      const value = rows[at]!;
      let k = count;
      while (k > 0 && distinct[first + k - 1]! > value) k -= 1;
      if (k > 0 && distinct[first + k - 1] === value) {
        atMost[masks + k - 1]! |= 1 << r;
        continue;
      }
      for (let i = count; i > k; i -= 1) {
        distinct[first + i] = distinct[first + i - 1]!;
        atMost[masks + i] = atMost[masks + i - 1]!;
      }
      distinct[first + k] = value;
      atMost[masks + k] = 1 << r;
      count += 1;
    }
    for (let i = 1; i < count; i += 1) atMost[masks + i]! |= atMost[masks + i - 1]!;
    this.#count[f] = count;
  }

  #descend(scores: Float64Array, from: number, size: number): void {
    const { offsets, value, right, feature } = this.#forest;
    const distinct = this.#distinct;
    const counts = this.#count;
    const atMost = this.#atMost;
    const nodes = this.#nodes;
    const masks = this.#masks;
    const all = size === BLOCK ? -1 : (1 << size) - 1;
    const trees = offsets.length - 1;
    for (let tree = 0; tree < trees; tree += 1) {
      let node = offsets[tree]!;
      let mask = all;
      let waiting = 0;
      for (;;) {
        const f = feature[node]!;
        if (f < 0) {
          addTo(scores, from, mask, size, value[node]!);
          if (waiting === 0) break;
          waiting -= 1;
          node = nodes[waiting]!;
          mask = masks[waiting]!;
          continue;
        }
        const threshold = value[node]!;
        const first = f * BLOCK;
        let low = 0;
        let high = counts[f]!;
        while (low < high) {
          const middle = (low + high) >> 1;
          if (distinct[first + middle]! <= threshold) low = middle + 1;
          else high = middle;
        }
        const left = mask & atMost[first + f + low]!;
        if (left === 0) node = right[node]!;
        else {
          if (left !== mask) {
            nodes[waiting] = right[node]!;
            masks[waiting] = mask ^ left;
            waiting += 1;
            mask = left;
          }
          node += 1;
        }
      }
    }
  }
}

function addTo(scores: Float64Array, from: number, mask: number, size: number, value: number): void {
  if (mask === -1) {
    for (let r = from; r < from + size; r += 1) scores[r]! += value;
    return;
  }
  for (let rest = mask; rest !== 0; rest &= rest - 1) scores[from + 31 - Math.clz32(rest & -rest)]! += value;
}

/** The most splits on a path from a root to a leaf. */
function deepest({ offsets, right, feature }: Forest): number {
  let deepest = 0;
  const depth = new Int32Array(feature.length);
  for (const root of offsets.subarray(0, -1)) depth[root] = 0;
  for (let node = 0; node < feature.length; node += 1) {
    deepest = Math.max(deepest, depth[node]!);
    if (feature[node]! < 0) continue;
    depth[node + 1] = depth[node]! + 1;
    depth[right[node]!] = depth[node]! + 1;
  }
  return deepest;
}
