/** A made-up record of some weeks as a backup: shots, verdicts of both bundles, inspections, events. None is a data row. */
import 'fake-indexeddb/auto';
import { DEFECTS, type Defect } from '../../src/domain/defect.ts';
import { writeBackup } from '../../src/journal/export/backup.ts';
import type { AppendItem } from '../../src/journal/store/compose.ts';
import { WatchedLine } from '../../src/monitor/line-memory/watched-line.ts';
import { MemoryDisk, memoryDirectory } from '../../src/journal/store/memory-directory.ts';
import { JournalWriter } from '../../src/journal/store/writer.ts';
import { Random } from '../../src/sources/demo/random.ts';
import { drawShots, lineMemory, manifest } from './support.ts';

const DAY_MS = 86_400_000;
const SHOTS_A_DAY = 240;

/** Backup of `days` days up to `until`, 240 shots a day of which about a fifth was inspected. */
export async function madeBackup(days: number, until = Date.now()): Promise<Buffer> {
  const random = new Random(11);
  const other = manifest.bundles.find(({ id }) => id !== manifest.current)?.id ?? 'other-1.0.0';
  const writer = await JournalWriter.open({
    places: [() => Promise.resolve(indexedDB)], directory: memoryDirectory(new MemoryDisk()), session: null, monotonicNow: () => 0,
    listeners: { onState: () => undefined, onRepair: () => undefined },
  });
  const watched = new WatchedLine(lineMemory, 'line', null);
  let mono = 0;
  const stamp = (at: number, bundle: string | null) => ({ at, mono: (mono += 1), bundle });
  const append = async (items: AppendItem[]): Promise<readonly number[]> => {
    const kept = await writer.append(items);
    if (!kept.ok) throw new Error(kept.error.code);
    return kept.value;
  };
  for (let day = days; day >= 1; day -= 1) {
    const start = until - day * DAY_MS + 60_000;
    const shots = drawShots(SHOTS_A_DAY, day % 3 === 0 ? '2' : '1', day);
    const items: AppendItem[] = [];
    const inspections: { shot: number; at: number; defective: boolean; kind: Defect; reason: 'flagged' | 'asked' }[] = [];
    for (const [i, values] of shots.entries()) {
      const at = start + Math.floor((i * (DAY_MS - 120_000)) / SHOTS_A_DAY);
      const quality = random.uniform();
      const probability = Math.min(0.95, Math.max(0.01, 0.12 + (quality > 0.85 ? 0.4 : 0) + random.uniform() * 0.15));
      const flagged = probability >= 0.37;
      const defective = random.uniform() < (flagged ? 0.6 : 0.04);
      const asked = !flagged && random.uniform() < 0.1;
      const shadow = Math.min(0.99, Math.max(0.01, probability + (random.uniform() - 0.5) * 0.3));
      const verdict = {
        extrapolated: false, confidence: 'medium', confidenceScore: 0.8, reasons: [], threshold: 0.37,
        policy: { kind: 'budget', flagged: 0.15 }, spe: 1, t2: 2, score: probability * 4 - 2, backend: 'wasm', durationMs: 0.3,
      } as const;
      const item = items.length;
      const id = `made-${day}-${i}`;
      const { memory } = watched.annotate(
        {
          shot: { id, source: 'api', receivedAt: at, values: Float64Array.from(values), repeat: false },
          verdict: { ...verdict, reasons: [], class: flagged ? 'ng' : 'ok', probability, latents: null, reconstruction: null, bundleId: manifest.current },
        },
        { first: 0, budget: 0, riskiest: 0 },
      ).judged.verdict;
      if (!memory) throw new Error('nothing was said');
      items.push(
        { ...stamp(at, manifest.current), kind: 'shot', data: { id, source: 'api', receivedAt: at, values, repeat: false } },
        {
          ...stamp(at, manifest.current), kind: 'verdict', shot: { item },
          data: {
            ...verdict, reasons: [], role: 'main', class: flagged ? 'ng' : 'ok', probability, samplingRate: flagged ? null : 0.1, asked,
            memory: { ...memory, odds: { ...memory.odds }, said: { ...memory.said }, weights: { ...memory.weights } },
          },
        },
        {
          ...stamp(at, other), kind: 'verdict', shot: { item },
          data: { ...verdict, reasons: [], role: 'shadow', class: shadow >= 0.37 ? 'ng' : 'ok', probability: shadow, samplingRate: null, asked: false },
        },
      );
      if ((flagged && random.uniform() < 0.8) || (asked && random.uniform() < 0.9)) {
        const kind = DEFECTS[Math.floor(random.uniform() ** 2 * DEFECTS.length)] ?? 'Stain';
        inspections.push({ shot: item, at: at + 600_000, defective, kind, reason: flagged ? 'flagged' : 'asked' });
      }
    }
    const seqs = await append(items);
    if (inspections.length > 0) {
      await append(
        inspections.map(({ shot, at, defective, kind, reason }, n): AppendItem => ({
          ...stamp(at, manifest.current), kind: 'inspection', shot: seqs[shot] ?? 0,
          data: {
            outcome: defective ? 'defective' : 'good', findings: defective ? [{ defect: kind, cavity: n % 3 === 0 ? 2 : 1 }] : [],
            part: null, note: null, reason, corrects: null,
          },
        })),
      );
      for (const { shot } of inspections) {
        const row = await writer.store.database.get('shots', seqs[shot] ?? 0);
        if (row) watched.learn(row);
      }
    }
    if (day % 4 === 0) {
      await append([{ ...stamp(start + DAY_MS / 2, null), kind: 'event', data: { type: day % 8 === 0 ? 'die_change' : 'note', text: day % 8 === 0 ? null : '노즐 청소', details: {} } }]);
    }
  }
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const { journalId, database } = writer.store;
  const written = await writeBackup(database, { journalId, line: 'line-1' }, (chunk) => chunks.push(chunk));
  await writer.close();
  if (!written.ok) throw new Error(written.error.code);
  return Buffer.concat(chunks);
}
