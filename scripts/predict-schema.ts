/** Writes docs/predict.schema.json, the programmatic contract as JSON Schema. */
import { writeFileSync } from 'node:fs';
import { predictJsonSchema } from '../src/line/predict-schema.ts';

writeFileSync(new URL('../docs/predict.schema.json', import.meta.url), `${JSON.stringify(predictJsonSchema(), null, 2)}\n`);
