/**
 * How well probabilities tell defective from good shots, at every threshold at once.
 *
 * Conventions are scikit-learn's: a shot is flagged when its probability is at or above the threshold; equal
 * probabilities are one step; ROC-AUC by trapezoids; average precision by steps, without interpolation.
 */

/** What is flagged at each distinct probability, taken as threshold, from the highest down. */
export interface OperatingPoints {
  readonly shots: number;
  readonly defective: number;
  /** Strictly descending. */
  readonly threshold: Float64Array<ArrayBuffer>;
  /** Defective shots flagged at the threshold. */
  readonly hits: Uint32Array<ArrayBuffer>;
  /** Good shots flagged at the threshold. */
  readonly falseAlarms: Uint32Array<ArrayBuffer>;
}

/** Tallies shots by threshold. `defective[i]` is not 0 where inspection found a defect. */
export function operatingPoints(probability: Float64Array, defective: Uint8Array): OperatingPoints {
  const order = new Uint32Array(probability.length);
  for (let i = 0; i < order.length; i += 1) order[i] = i;
  order.sort((a, b) => probability[b]! - probability[a]!);
  const threshold = new Float64Array(order.length);
  const hits = new Uint32Array(order.length);
  const falseAlarms = new Uint32Array(order.length);
  let points = 0;
  let hit = 0;
  let falseAlarm = 0;
  for (let k = 0; k < order.length; k += 1) {
    const shot = order[k]!;
    if (defective[shot] !== 0) hit += 1;
    else falseAlarm += 1;
    const next = order[k + 1];
    if (next !== undefined && probability[next] === probability[shot]) continue;
    threshold[points] = probability[shot]!;
    hits[points] = hit;
    falseAlarms[points] = falseAlarm;
    points += 1;
  }
  return {
    shots: order.length,
    defective: hit,
    threshold: threshold.slice(0, points),
    hits: hits.slice(0, points),
    falseAlarms: falseAlarms.slice(0, points),
  };
}

/** Area under the ROC curve; null unless there are shots of both kinds. */
export function rocAuc(points: OperatingPoints): number | null {
  const good = points.shots - points.defective;
  if (points.defective === 0 || good === 0) return null;
  let area = 0;
  let hitsBefore = 0;
  let falseAlarmsBefore = 0;
  for (let i = 0; i < points.threshold.length; i += 1) {
    const hits = points.hits[i]!;
    const falseAlarms = points.falseAlarms[i]!;
    area += ((falseAlarms - falseAlarmsBefore) * (hits + hitsBefore)) / 2;
    hitsBefore = hits;
    falseAlarmsBefore = falseAlarms;
  }
  return area / points.defective / good;
}

/** Average precision (the area under the precision-recall steps); null without defective shots. */
export function averagePrecision(points: OperatingPoints): number | null {
  if (points.defective === 0) return null;
  let sum = 0;
  let hitsBefore = 0;
  for (let i = 0; i < points.threshold.length; i += 1) {
    const hits = points.hits[i]!;
    sum += ((hits - hitsBefore) * hits) / (hits + points.falseAlarms[i]!);
    hitsBefore = hits;
  }
  return sum / points.defective;
}

/** A place on the curves. */
export interface CurvePoint {
  readonly threshold: number;
  /** Share of good shots flagged. */
  readonly falseAlarmRate: number;
  /** Share of defective shots flagged. */
  readonly recall: number;
  /** Share of flagged shots that are defective. */
  readonly precision: number;
}

/** The place of the i-th operating point. */
function placeOf(points: OperatingPoints, i: number): CurvePoint {
  const hits = points.hits[i]!;
  const falseAlarms = points.falseAlarms[i]!;
  return {
    threshold: points.threshold[i]!,
    falseAlarmRate: falseAlarms / Math.max(1, points.shots - points.defective),
    recall: hits / Math.max(1, points.defective),
    precision: hits / (hits + falseAlarms),
  };
}

/**
 * At most about `most` places on the curves, for drawing: every point where the curves are short, else those at equal
 * steps of shots flagged, the first and the last among them.
 */
export function curvePoints(points: OperatingPoints, most = 400): CurvePoint[] {
  const step = points.shots / most;
  const drawn: CurvePoint[] = [];
  let flaggedBefore = -Infinity;
  for (let i = 0; i < points.threshold.length; i += 1) {
    const flagged = points.hits[i]! + points.falseAlarms[i]!;
    if (flagged - flaggedBefore < step && i < points.threshold.length - 1) continue;
    flaggedBefore = flagged;
    drawn.push(placeOf(points, i));
  }
  return drawn;
}

/** The place on the curves where a threshold stands; null where it flags nothing. */
export function pointAt(points: OperatingPoints, threshold: number): CurvePoint | null {
  const i = points.threshold.findLastIndex((one) => one >= threshold);
  return i === -1 ? null : placeOf(points, i);
}
