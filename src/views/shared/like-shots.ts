/** What became of past shots that were given about the same probability. */
import type { ReliabilityBin } from '../../domain/bundle.ts';

/** Past shots of a like probability, none of them known to the model that judged them. */
export interface LikeShots {
  /** Defective ones of 100. */
  readonly per100: number;
  readonly bin: ReliabilityBin;
}

/** The past shots of a like probability; null where the bundle has none. */
export function likeShots(probability: number, reliability: readonly ReliabilityBin[]): LikeShots | null {
  const bin =
    reliability.find(({ from, to }) => probability >= from && probability < to) ??
    (probability >= (reliability.at(-1)?.to ?? Number.POSITIVE_INFINITY) ? reliability.at(-1) : undefined);
  return bin === undefined || bin.shots === 0 ? null : { per100: Math.round(bin.defective * 100), bin };
}
