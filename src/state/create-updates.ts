/** Puts `Updates` together with the browser and the parts of the app that it watches. */
import type { DurableJournal } from '../journal/journal.ts';
import { createPredictionClient } from '../model/worker-client.ts';
import { journalOpened } from '../station/updates/journal-opened.ts';
import { proveRelease } from '../station/updates/prove-release.ts';
import { registerUpdateService } from '../station/updates/update-service.ts';
import type { BatchState } from './batch/batch.svelte.ts';
import type { LineFeed } from './line-feed.svelte.ts';
import { ReleaseChanges } from './release-changes.ts';
import type { Settings, SettingsStorage } from './settings.svelte.ts';
import { Updates } from './updates.svelte.ts';

export interface UpdateParts {
  readonly feed: Pick<LineFeed, 'latest' | 'arrival'>;
  readonly batch: Pick<BatchState, 'progress'>;
  readonly settings: Settings;
  readonly storage: SettingsStorage | null;
  readonly records: DurableJournal;
  /** Id of this device: it decides when its turn in a staged release comes. */
  readonly device: string;
}

/** A flagged part that nobody has looked at for this long is not being looked at. */
const INSPECTION_MS = 30 * 60_000;

export function createUpdates({ feed, batch, settings, storage, records, device }: UpdateParts): Updates {
  const changes = new ReleaseChanges(storage, (event) => records.recordEvent(event).then(({ ok }) => ok));
  const isInspected = followInspections(feed, records);
  return new Updates({
    register: registerUpdateService,
    prove: (bundle) => proveRelease({ createClient: createPredictionClient, openJournal: () => journalOpened(records), bundle }),
    activity: () => {
      const { latest, arrival } = feed;
      const sinceShotMs = performance.now() - (arrival?.monotonic ?? 0);
      const flagged = latest !== null && latest.verdict.class !== 'ok' && !isInspected(latest.shot.id);
      return { sinceShotMs, inspectionDue: flagged && sinceShotMs < INSPECTION_MS, busy: batch.progress !== null };
    },
    idleMinutes: () => settings.data.updateIdleMinutes,
    build: document.querySelector<HTMLMetaElement>('meta[name="castwatch-build"]')?.content ?? 'development',
    device,
    onStatus: (status) => void changes.take(status),
    reload: () => location.reload(),
  });
}

/** Whether the finding of the latest shot has been logged: asked of the journal whenever something beside the shots was recorded. */
function followInspections(feed: UpdateParts['feed'], records: DurableJournal): (shotId: string) => boolean {
  let inspected: string | null = null;
  records.onRecorded((kept) => {
    if (kept.every(({ kind }) => kind === 'shot' || kind === 'verdict')) return;
    const id = feed.latest?.shot.id;
    const seq = id === undefined ? null : records.seqOf(id);
    if (id === undefined || seq === null) return;
    void records.shot(seq).then((file) => {
      const last = file.ok ? file.value?.inspections.at(-1) : undefined;
      if (last) inspected = last.data.outcome === 'withdrawn' ? null : id;
    });
  });
  return (shotId) => shotId === inspected;
}
