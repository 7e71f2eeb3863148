import type { Verdict } from '../../domain/verdict.ts';
import type { MarkerRow } from '../../journal/store/database.ts';
import type { InspectedShot } from '../../journal/store/findings.ts';
import { currentInspection, type RowVerdict, type ShotRow, type Stream } from '../../journal/store/rows.ts';
import type { Alarm } from './alarms.ts';
import type { Finding, RunReason, SeenShot } from './line-memory.ts';
import { inspectionWeight } from './plan.ts';

/** What the journal's rows and events say to the line memory. */

/** The kind of a bundle, which its id begins with; null where it is none that the line memory tells apart. */
export function modelKind(bundle: string | null): 'field' | 'legacy' | null {
  return (['field', 'legacy'] as const).find((kind) => bundle?.startsWith(`${kind}-`) === true) ?? null;
}

/** The probability of a verdict by the kind of its bundle. */
export function modelsOf(verdict: Pick<RowVerdict, 'bundle' | 'probability'> | null): SeenShot['models'] {
  const kind = modelKind(verdict?.bundle ?? null);
  return kind === null || verdict?.probability == null ? {} : { [kind]: verdict.probability };
}

/** A live shot's, as {@link modelsOf}. */
export const modelsOfVerdict = ({ bundleId, probability }: Verdict): SeenShot['models'] => modelsOf({ bundle: bundleId, probability });

/** A recorded shot as the line memory saw it. */
export function seenShot(row: ShotRow): SeenShot | null {
  const { shot, verdict } = row;
  if (shot === null || shot.repeat) return null;
  return { id: shot.id, at: shot.at, product: shot.product ?? NaN, counter: shot.shotNumber ?? NaN, models: modelsOf(verdict) };
}

/**
 * The finding in force of a row; null where there is none. The shadow bundle's prediction counts among what was said, if it
 * was there before the first finding. A shot of which no run is recorded is of the run that is on if it came after its
 * beginning.
 */
export function findingOf(row: InspectedShot, currentRun: number | null): (Finding & { readonly order: number }) | null {
  const inspection = currentInspection(row);
  const { shot, verdict, shadow } = row;
  if (shot === null || shot.repeat || inspection === null) return null;
  const order = row.inspections[0] ?? inspection.seq;
  const memory = verdict?.memory;
  const said = memory && { ...memory.said, ...(shadow && shadow.seq < order ? modelsOf(shadow) : {}) };
  return {
    record: {
      shotId: shot.id,
      product: shot.product ?? NaN,
      run: memory?.run ?? (currentRun !== null && shot.at >= currentRun ? currentRun : NaN),
      said: said ?? {},
      mixture: memory?.mixture ?? null,
    },
    defective: inspection.outcome === 'defective',
    weight: verdict?.draw && verdict.draw.reason !== null ? verdict.draw.weight : inspectionWeight(inspection.reason),
    at: inspection.at,
    order,
  };
}

/** Why an event begins a run; null where it does not. */
export function runReasonOf(type: string): RunReason | null {
  return type === 'die_change' ? 'die_change' : type === 'new_run' ? 'by_hand' : null;
}

/** Whether an event speaks of this stream: those that name none speak of all. */
const isOf = (marker: MarkerRow, stream: Stream): boolean =>
  marker.kind === 'event' && (marker.data.details['stream'] ?? stream) === stream;

/** Events that begin a run, oldest first. */
export function runStarts(markers: readonly MarkerRow[], stream: Stream): readonly { readonly seq: number; readonly at: number; readonly reason: RunReason }[] {
  return markers.flatMap((marker) => {
    const reason = marker.kind === 'event' && isOf(marker, stream) ? runReasonOf(marker.data.type) : null;
    return reason === null ? [] : [{ seq: marker.seq, at: marker.at, reason }];
  });
}

/** An alarm as an event's details, and back. */
export function alarmDetails(alarm: Alarm, stream: Stream): Readonly<Record<string, string | number>> {
  return { ...alarm, stream };
}

/** Alarms that were raised, oldest first, and whether somebody has seen each. */
export function raisedAlarms(markers: readonly MarkerRow[], stream: Stream): readonly (Alarm & { readonly seen: boolean })[] {
  const own = markers.filter((marker) => isOf(marker, stream));
  const seen = own.flatMap((marker) => (marker.kind === 'event' && marker.data.type === 'run_alarm_seen' ? marker.seq : []));
  return own.flatMap((marker) => {
    if (marker.kind !== 'event' || marker.data.type !== 'run_alarm') return [];
    const { kind, at, run, labels, rate, low, high } = marker.data.details;
    const isWhole = [at, run, labels, rate, low, high].every((value) => typeof value === 'number') && (kind === 'rate_high' || kind === 'rate_rising');
    if (!isWhole) return [];
    return [{ kind, at, run, labels, rate, low, high, seen: seen.some((seq) => seq > marker.seq) } as Alarm & { seen: boolean }];
  });
}
