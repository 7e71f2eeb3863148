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

/**
 * Scores rows tree by tree. A step of a walk is one addition instead of a branch that a processor would have to guess:
 * a split's right child is stored behind its left one, and a leaf is its own left child, so that every row takes as many
 * steps as the tree is deep. Four rows walk side by side, for a step waits for memory.
 */
export class ForestScorer {
  readonly #baseScore: number;
  /** [trees] */
  readonly #roots: Int32Array;
  /** [trees] steps from the root to the deepest leaf. */
  readonly #depths: Int32Array;
  /** [nodes] of a split 64 times its left child, and its feature; of a leaf 64 times itself. */
  readonly #step: Int32Array;
  /** [nodes] the largest float32 that goes left; of a leaf infinity. */
  readonly #threshold: Float32Array;
  /** [nodes] of a leaf its contribution to the log-odds. */
  readonly #leaf: Float64Array;

  /** Throws a RangeError where a node has two parents. */
  constructor({ baseScore, offsets, value, right, feature }: Forest) {
    const nodes = feature.length;
    const trees = offsets.length - 1;
    this.#baseScore = baseScore;
    this.#roots = offsets.slice(0, trees);
    this.#depths = new Int32Array(trees);
    this.#step = new Int32Array(nodes);
    this.#threshold = new Float32Array(nodes).fill(Infinity);
    this.#leaf = new Float64Array(nodes);
    /** By new place: the node's place in the forest, and its depth. */
    const source = new Int32Array(nodes);
    const depth = new Int32Array(nodes);
    for (let tree = 0; tree < trees; tree += 1) {
      const root = offsets[tree]!;
      source[root] = root;
      let free = root + 1;
      for (let node = root; node < free; node += 1) {
        const from = source[node]!;
        if (feature[from]! < 0) {
          this.#step[node] = node << FEATURE_BITS;
          this.#leaf[node] = value[from]!;
          this.#depths[tree] = Math.max(this.#depths[tree]!, depth[node]!);
          continue;
        }
        if (free + 2 > offsets[tree + 1]!) throw new RangeError(`tree ${tree} has fewer nodes than its splits have children`);
        this.#step[node] = (free << FEATURE_BITS) | feature[from]!;
        this.#threshold[node] = roundedDown(value[from]!);
        source[free] = from + 1;
        source[free + 1] = right[from]!;
        depth[free] = depth[free + 1] = depth[node]! + 1;
        free += 2;
      }
    }
  }

  /**
   * Log-odds of n rows: base score, then tree by tree, as the boosting adds them.
   *
   * @param rows [n*42] finite float32: training compared float32 values with float64 thresholds
   * @param scores [n] receives the log-odds
   */
  score(rows: Float32Array, n: number, scores: Float64Array): void {
    scores.fill(this.#baseScore, 0, n);
    for (let from = 0; from < n; from += BLOCK) this.#descend(rows, from, Math.min(n, from + BLOCK), scores);
  }

  #descend(rows: Float32Array, from: number, to: number, scores: Float64Array): void {
    const step = this.#step;
    const threshold = this.#threshold;
    const leaf = this.#leaf;
    for (let tree = 0; tree < this.#roots.length; tree += 1) {
      const root = this.#roots[tree]!;
      const depth = this.#depths[tree]!;
      let row = from;
      let at = from * AUGMENTED;
      for (; row + 3 < to; row += 4, at += 4 * AUGMENTED) {
        let a = root;
        let b = root;
        let c = root;
        let d = root;
        for (let level = 0; level < depth; level += 1) {
          const p = step[a]!;
          const q = step[b]!;
          const r = step[c]!;
          const s = step[d]!;
          a = (p >> FEATURE_BITS) + Number(rows[at + (p & FEATURE_MASK)]! > threshold[a]!);
          b = (q >> FEATURE_BITS) + Number(rows[at + AUGMENTED + (q & FEATURE_MASK)]! > threshold[b]!);
          c = (r >> FEATURE_BITS) + Number(rows[at + 2 * AUGMENTED + (r & FEATURE_MASK)]! > threshold[c]!);
          d = (s >> FEATURE_BITS) + Number(rows[at + 3 * AUGMENTED + (s & FEATURE_MASK)]! > threshold[d]!);
        }
        scores[row]! += leaf[a]!;
        scores[row + 1]! += leaf[b]!;
        scores[row + 2]! += leaf[c]!;
        scores[row + 3]! += leaf[d]!;
      }
      for (; row < to; row += 1, at += AUGMENTED) {
        let node = root;
        for (let level = 0; level < depth; level += 1) {
          const p = step[node]!;
          node = (p >> FEATURE_BITS) + Number(rows[at + (p & FEATURE_MASK)]! > threshold[node]!);
        }
        scores[row]! += leaf[node]!;
      }
    }
  }
}

/** A feature is one of 42. */
const FEATURE_BITS = 6;
const FEATURE_MASK = 63;

/** Rows of a tree's turn: they stay in the processor's cache from tree to tree. */
const BLOCK = 256;

const [float, bits] = ((buffer) => [new Float32Array(buffer), new Int32Array(buffer)] as const)(new ArrayBuffer(4));

/** The largest float32 that is not above: a float32 is at most `value` exactly when it is at most this. */
function roundedDown(value: number): number {
  float[0] = value;
  if (float[0] > value) {
    if (float[0] === 0) return -(2 ** -149);
    bits[0]! += float[0] > 0 ? -1 : 1;
  }
  return float[0];
}
