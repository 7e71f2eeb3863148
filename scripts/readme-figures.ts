/** `npm run readme:figures`: writes the accuracy tables of README.md between their markers, from the cards of the released bundles. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Card, Manifest, Metric, Metrics, Protocol } from '../src/domain/bundle.ts';
import { protocolTables } from '../src/views/model/figures.ts';

const root = new URL('../', import.meta.url);
const START = '<!-- figures: npm run readme:figures -->';
const END = '<!-- /figures -->';

const COLUMNS: readonly (readonly [keyof Metrics, string])[] = [
  ['roc_auc', 'ROC-AUC'],
  ['f1_tuned', 'F1, threshold chosen without the test rows'],
  ['f1', 'F1 at .5'],
  ['accuracy', 'accuracy'],
  ['brier', 'Brier'],
];

const PROTOCOLS: Readonly<Record<Protocol, string>> = {
  grouped: '**Shots never seen** (grouped folds: a shot and its repeats stay together)',
  forward: '**Later shots** (trained on the past, tested on what came after)',
  blocks: '**Contiguous fifths of each product’s shots**',
  campaign: '**Campaigns never seen** (trained on the others)',
  legacy: '**The old protocol, which measures memory** (random rows; most test rows have their twin in training)',
};

const MODELS: Readonly<Record<string, string>> = {
  field: 'field bundle',
  legacy: 'legacy bundle',
  old_recipe: 'old recipe',
  logistic: 'logistic regression',
  twin_lookup: 'twin lookup, no model',
  campaign_table: 'defect rate of the campaign, no model',
  all_defective: 'everything called defective',
};

const number = (value: number | null): string => (value === null ? '?' : value.toFixed(3).replace(/^0(?=\.)/, ''));
const cell = ({ value, low, high }: Metric): string =>
  value === null ? '–' : `${number(value)} (${number(low)}-${number(high)})`;

/** The tables in Markdown: a protocol after the other, bundles first, then the baselines; 95 % intervals in brackets. */
export function figureTables(cards: readonly Card[]): string {
  return protocolTables(cards)
    .map(({ protocol, rows, defective, figures }) =>
      [
        `${PROTOCOLS[protocol]}: ${rows.toLocaleString('en')} rows, ${defective.toLocaleString('en')} defective`,
        '',
        `| | ${COLUMNS.map(([, title]) => title).join(' | ')} |`,
        `|---|${COLUMNS.map(() => '---').join('|')}|`,
        ...figures.map(({ model, metrics }) => `| ${MODELS[model] ?? model} | ${COLUMNS.map(([name]) => cell(metrics[name])).join(' | ')} |`),
      ].join('\n'),
    )
    .join('\n\n');
}

/** README's text with the tables of the released bundles' cards. */
export async function withFigures(readme: string): Promise<string> {
  const json = async (path: string): Promise<unknown> => JSON.parse(await readFile(new URL(`public/models/${path}`, root), 'utf8'));
  const { bundles, current } = (await json('manifest.json')) as Manifest;
  // Of every kind the bundle in use, else the one that was listed last.
  const kinds = new Map(bundles.map(({ kind, id }) => [kind, id]));
  for (const { kind, id } of bundles) if (id === current) kinds.set(kind, id);
  const cards = await Promise.all([...kinds.values()].map(async (id) => (await json(`${id}/card.json`)) as Card));
  const [before, rest] = readme.split(START);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`README.md has no ${START} ... ${END}`);
  const names = cards.map(({ id }) => `\`${id}\``).join(' and ');
  return `${before}${START}\n\nOf the bundles ${names}; 95 % intervals in brackets.\n\n${figureTables(cards)}\n\n${END}${after}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = new URL('README.md', root);
  await writeFile(path, await withFigures(await readFile(path, 'utf8')));
}
