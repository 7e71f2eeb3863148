import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { withFigures } from './readme-figures.ts';

test('README says the accuracy of the bundles that are released', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  expect(await withFigures(readme), 'run "npm run readme:figures"').toBe(readme);
});
