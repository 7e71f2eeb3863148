import { expect, test } from 'vitest';
import { createNodeServer, diskFiles, MODELS_FOLDER } from '../../scripts/node-models.ts';
import { scoreOff, tamperedBackend } from '../../tests/fixtures/tampered-backend.ts';
import { createShot } from '../domain/shot.ts';
import { createSessionJournal } from '../journal/session-journal.ts';
import { createLine } from '../line/create-line.ts';
import { createInProcessWorker } from '../model/in-process-worker.ts';
import { WorkerPredictionClient } from '../model/worker-client.ts';
import { Health } from './health.svelte.ts';

test('a shot that is held because the engines disagree leaves an event', async () => {
  let wrong = false;
  const client = new WorkerPredictionClient({
    createWorker: () =>
      createInProcessWorker(
        createNodeServer(
          diskFiles(MODELS_FOLDER),
          tamperedBackend((output, rows) => (wrong && rows === 1 ? scoreOff(output, 0.5) : output)),
        ),
      ),
    modelsUrl: 'file:///models/',
  });
  const line = createLine({ client, journal: createSessionJournal() });
  const events: string[] = [];
  new Health(({ kind }) => events.push(kind)).follow(line);
  const loaded = await line.load(null);
  if (!loaded.ok) throw new Error(loaded.error.code);
  const values = Float64Array.from(loaded.value.reference.products['1']!.golden_shot);
  const shot = createShot(values, { source: 'demo', receivedAt: 0 });
  expect((await line.receive(shot)).verdict.class).toBe('ok');
  wrong = true;
  expect((await line.receive({ ...shot, values: values.with(5, values[5]! * 1.001) })).verdict).toMatchObject({
    class: 'hold',
    probability: null,
    reasons: [{ kind: 'unavailable', error: { code: 'engines_disagree' } }],
  });
  expect(events).toEqual(['engines_disagree']);
  client.dispose();
});
