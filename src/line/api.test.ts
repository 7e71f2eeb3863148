import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createNodeClient } from '../../scripts/node-models.ts';
import { AppErrorException } from '../domain/app-error.ts';
import { featuresOf } from '../domain/shot.ts';
import { createSessionJournal } from '../journal/session-journal.ts';
import { createApi } from './api.ts';
import { createLine } from './create-line.ts';
import { predictJsonSchema, predictResponseSchema } from './predict-schema.ts';

async function ready() {
  const line = createLine({ client: createNodeClient(), journal: createSessionJournal() });
  const loaded = await line.load(null);
  if (!loaded.ok) throw new Error(loaded.error.code);
  const features = featuresOf(Float64Array.from(loaded.value.reference.products['1']!.golden_shot));
  return { line, api: createApi(line, () => 0), features, bundle: loaded.value };
}

test('a good request gets a response of the published form, with both truths about the model', async () => {
  const { api, features, bundle } = await ready();
  const response = await api.predict({ features });
  expect(predictResponseSchema.parse(response)).toEqual(response);
  const { probability, class_probabilities } = response.prediction;
  expect(class_probabilities.defect).toBe(probability);
  expect((class_probabilities.normal ?? NaN) + (class_probabilities.defect ?? NaN)).toBeCloseTo(1, 15);
  expect(response.latent_features).toHaveLength(12);
  expect(response.model_version).toBe(bundle.entry.id);
  expect(Object.keys(response.model_performance?.protocols ?? {})).toEqual(expect.arrayContaining(['legacy', 'grouped']));
});

test('a request with null is held with the reason', async () => {
  const { api, features } = await ready();
  const { prediction } = await api.predict({ features: { ...features, Sensor_Coolant_Temp: null } });
  expect(prediction).toMatchObject({
    class: 'hold',
    probability: null,
    class_probabilities: { normal: null, defect: null },
    reasons: [{ kind: 'missing', features: ['Sensor_Coolant_Temp'] }],
  });
});

test('a bad request rejects with an error that names every bad field', async () => {
  const { api, features } = await ready();
  const { Process_Shot: _absent, ...rest } = features;
  const failure: unknown = await api.predict({ features: { ...rest, Process_Spray_Time: '9' } }).catch((thrown: unknown) => thrown);
  expect(failure).toBeInstanceOf(AppErrorException);
  expect((failure as AppErrorException).error).toMatchObject({
    code: 'shot_invalid',
    params: {
      fields: [
        { name: 'Process_Shot', problem: 'absent' },
        { name: 'Process_Spray_Time', problem: 'not_a_number' },
      ],
    },
  });
  await expect(api.predict('shot')).rejects.toMatchObject({ error: { code: 'request_invalid' } });
});

test('without a model the answer is a hold that says so', async () => {
  const line = createLine({ client: createNodeClient(), journal: createSessionJournal() });
  const { features } = await ready();
  const response = await createApi(line, () => 0).predict({ features });
  expect(response).toMatchObject({
    prediction: { class: 'hold', reasons: [{ kind: 'unavailable', code: 'not_ready' }] },
    latent_features: null,
    model_version: null,
    model_performance: null,
  });
});

test('docs/predict.schema.json is what the code says (else: npm run schema)', () => {
  const published: unknown = JSON.parse(readFileSync('docs/predict.schema.json', 'utf8'));
  expect(published).toEqual(predictJsonSchema());
});
