/** Why, and what to do: reasons, advice, what if, the survey and the plant's own table, in the built app. */
import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { DEFAULT_DOMAIN_TABLE } from '../../src/domain/domain-table-default.ts';
import { FEATURE_INDEX, FEATURE_NAMES, type FeatureName } from '../../src/domain/feature.ts';
import type { Language } from '../../src/messages/locale.svelte.ts';
import { csvFile, csvOf, drawShots, manifest, openReady, reference, serveSigned, text } from './support.ts';

interface GoldenRow {
  readonly kind: string;
  readonly input: readonly (number | null)[];
  readonly calibrated: number;
}

const PRODUCT = '2';
const product = reference.products[PRODUCT]!;
const golden = JSON.parse(readFileSync(`public/models/${manifest.current}/golden.json`, 'utf8')) as { rows: GoldenRow[] };
const own = golden.rows.filter(({ input }) => input[0] === Number(PRODUCT));
/** The made-up shot that the model finds likeliest to be defective. */
const suspect = own.filter(({ kind }) => kind === 'typical').reduce((most, row) => (row.calibrated > most.calibrated ? row : most));
const controlOf = (name: FeatureName): string => DEFAULT_DOMAIN_TABLE.signals[name].control;

/**
 * Brings a shot to the line through the programmatic door. A busy machine may hold a shot for want of time: it is sent again
 * after another one, since the line does not show an exact repeat.
 */
async function receive(page: Page, input: readonly (number | null)[], wanted: 'defect' | 'hold' = 'defect'): Promise<void> {
  const named = (row: readonly (number | null)[]) => Object.fromEntries(FEATURE_NAMES.map((name, i) => [name, row[i] ?? null]));
  const shots = [named(own.find((row) => row !== suspect)!.input), named(input)];
  await expect(async () => {
    const prediction = await page.evaluate(async ([other, shot]) => {
      await window.castwatch?.predict({ features: other });
      return (await window.castwatch?.predict({ features: shot }))?.prediction;
    }, shots);
    expect(prediction?.class).toBe(wanted);
    expect(prediction?.reasons).not.toContainEqual(expect.objectContaining({ kind: 'unavailable' }));
  }).toPass({ timeout: 60_000 });
}

/** A panel by its title. */
const panel = (page: Page, title: string): Locator => page.locator('section').filter({ has: page.getByRole('heading', { name: title, exact: true }) });

/** A number as the screens write it in any of the languages. */
const numberIn = (words: string): number => Number(words.replace(',', '.').replace('−', '-').replace(/[^\d.+-]/g, ''));

async function expectNoAxeFinding(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)).toEqual([]);
}

for (const language of ['ko', 'en'] as const satisfies readonly Language[]) {
  const say = (key: Parameters<typeof text>[0], params: Parameters<typeof text>[1] = {}): string => text(key, params, language);

  test(`a suspect shot says why and what to check (${language})`, async ({ page }) => {
    test.setTimeout(120_000);
    await openReady(page, { language });
    await receive(page, suspect.input);

    // Nothing was inspected on this line: the model is unproven here, and its reasons are folded.
    await page.getByText(say('memory.reasonsFolded'), { exact: true }).click();
    const why = panel(page, say('explain.why'));
    const unit = say('explain.points', { points: '' }).trim();
    await expect(why.getByRole('listitem').first()).toBeVisible();
    const reasons = why.getByRole('listitem');
    expect(await reasons.count()).toBeLessThanOrEqual(3);
    for (const reason of await reasons.all()) {
      const sentence = (await reason.getAttribute('aria-label')) ?? '';
      // Signal, direction, value, usual range, effect: what raised the probability, in percentage points.
      expect(sentence).toMatch(new RegExp(String.raw`^\D.*\(.*\d.* \d.*–\d.*\) → .*\+\d+ ${unit}$`));
    }
    const check = panel(page, say('explain.check'));
    await expect(check.getByRole('listitem').first()).not.toHaveText(say('explain.pending'));
    await expect(page.locator('main')).not.toContainText(say('explain.trees.effect'), { ignoreCase: true });
    await expectNoAxeFinding(page);

    await page.goto('/#/shot');
    const all = panel(page, say('explain.all.title'));
    await expect(all.getByRole('img')).toHaveAttribute('aria-label', new RegExp(unit));
    await all.locator('summary').click();
    const effects = await all.locator('tbody tr').evaluateAll((rows) => rows.map((row) => row.children[1]?.textContent ?? ''));
    // Casting and cylinder pressure are one, the eight constants are one.
    expect(effects).toHaveLength(FEATURE_NAMES.length - 1 - 7);
    const zeroes = await all.locator('tbody tr').filter({ hasText: say('explain.all.constants', { count: 8 }) }).locator('td').allTextContents();
    expect(numberIn(zeroes[0] ?? '')).toBe(0);
    await expect(all).toContainText(say('explain.all.together', { names: say('feature.Process_Casting_Pressure') }));
    await expect(all).not.toContainText(say('explain.trees.effect'), { ignoreCase: true });

    const advice = panel(page, say('explain.check'));
    await expect(advice).toContainText(say('explain.modelSays'));
    await expect(advice).toContainText(say('explain.general'));
    await expect(advice).toContainText(say('explain.dieTemperature'));
    for (const who of ['operator', 'engineer'] as const) await expect(advice.getByRole('heading', { name: say(`explain.${who}`) })).toBeVisible();

    await page.locator('summary', { hasText: say('shot.expert') }).click();
    await expect(page.getByRole('table', { name: say('explain.trees.title') })).toBeVisible();
    await expectNoAxeFinding(page);
  });
}

test('the probability follows a slider, what is coupled goes along, two trials are compared and taken back', async ({ page }) => {
  test.setTimeout(120_000);
  await openReady(page);
  await receive(page, suspect.input);
  await page.goto('/#/shot');
  const whatIf = panel(page, text('explain.whatIf.title'));
  const sliders = whatIf.getByRole('slider');
  await expect(sliders.first()).toBeVisible();
  // Only what an operator or an engineer may set, and nothing that follows something else.
  const following = new Set(product.demo.coupled.map(({ target }) => target));
  const levers = FEATURE_NAMES.filter((name) => ['S', 'E'].includes(controlOf(name)) && !following.has(name)).map((name) => text(`feature.${name}`));
  for (const slider of await sliders.all()) {
    const label = await slider.evaluate((input: HTMLInputElement) => input.labels?.[0]?.textContent ?? '');
    expect(levers).toContain(label);
  }
  await expect(whatIf).toContainText(text('explain.whatIf.marks'));

  const outcomes = page.getByTestId('what-if');
  const before = await outcomes.innerText();
  const pressure = whatIf.getByRole('slider', { name: text('feature.Process_Cylinder_Pressure'), exact: true });
  await pressure.press('Home');
  await expect(outcomes).toContainText(text('explain.whatIf.trial'));
  await expect(whatIf).toContainText(
    new RegExp(text('explain.whatIf.follows', { name: text('feature.Process_Casting_Pressure'), value: String.raw`\d` })),
  );
  await whatIf.getByRole('button', { name: text('explain.whatIf.keep') }).click();
  await sliders.first().press('End');
  await expect(outcomes.getByText(text('explain.whatIf.kept'), { exact: true })).toBeVisible();
  await expect(outcomes.getByText(text('explain.whatIf.trial'), { exact: true })).toBeVisible();
  await expectNoAxeFinding(page);
  await whatIf.getByRole('button', { name: text('explain.whatIf.drop') }).click();
  await whatIf.getByRole('button', { name: text('explain.whatIf.reset') }).click();
  await expect.poll(() => outcomes.innerText()).toBe(before);
});

test('a suggestion leads where it says when it is tried', async ({ page }) => {
  test.setTimeout(120_000);
  await openReady(page);
  await receive(page, suspect.input);
  await page.goto('/#/shot');
  const advice = panel(page, text('explain.check'));
  await expect(advice).toContainText(text('explain.modelSays'));
  const suggestion = advice.getByRole('listitem').filter({ has: page.getByRole('button', { name: text('explain.tryIt') }) }).first();
  test.skip((await suggestion.count()) === 0, 'nothing that may be changed helps the likeliest made-up shot of this bundle');
  const promised = /([\d.]+) %/.exec(await suggestion.locator('strong').innerText())![1];
  await suggestion.getByRole('button').click();
  const trial = page.getByTestId('what-if').locator('.outcome').last();
  await expect(trial).toContainText(text('explain.whatIf.trial'));
  await expect.poll(async () => numberIn(await trial.locator('.head strong').innerText())).toBe(Number(promised));
});

test('a hold for a missing value explains itself and makes nothing up', async ({ page }) => {
  test.setTimeout(120_000);
  await openReady(page);
  const input = [...suspect.input];
  input[FEATURE_INDEX.Sensor_Coolant_Temp] = null;
  await receive(page, input, 'hold');
  await expect(page.locator('main')).toContainText(text('line.hold'));
  await expect(page.locator('main')).toContainText(text('feature.Sensor_Coolant_Temp'));
  await expect(page.locator('main')).not.toContainText('%p');
  await page.goto('/#/shot');
  const all = panel(page, text('explain.all.title'));
  await expect(all).toContainText(text('explain.none.incomplete'));
  await expect(all.getByRole('table')).toHaveCount(0);
  await expect(page.getByTestId('what-if')).toHaveCount(0);
  await expect(panel(page, text('shot.unusual.title'))).toHaveCount(0);
});

test('an unusual shot is held, said to be not necessarily defective, and its reasons to be a guess', async ({ page }) => {
  test.setTimeout(120_000);
  await openReady(page);
  const input = suspect.input.map((value, i) => (i === FEATURE_INDEX.Process_Cycle_Time ? 219 : value));
  await receive(page, input, 'hold');
  await expect(page.locator('main')).toContainText(text('line.hold'));
  await page.goto('/#/shot');
  await expect(panel(page, text('explain.all.title'))).toContainText(text('explain.extrapolates'));
  await expect(panel(page, text('shot.unusual.title'))).toContainText(text('shot.unusual.note'));
});

const read = (file: string): Buffer => readFileSync(`public/models/${manifest.current}/${file}`);
const withoutBackground = (): Buffer => {
  const copy = JSON.parse(read('reference.json').toString()) as { products: Record<string, { background: unknown[] }> };
  for (const each of Object.values(copy.products)) each.background = [];
  return Buffer.from(JSON.stringify(copy));
};

for (const { what, files, words } of [
  { what: 'background', files: { 'reference.json': withoutBackground() }, words: 'explain.none.no_background' },
  { what: 'forest', files: { 'forest.bin': null, 'forest.json': null, 'autoencoder.json': null }, words: 'explain.none.no_models' },
] as const) {
  test(`a bundle without ${what} judges, and says that it cannot explain`, async ({ page }) => {
    test.setTimeout(120_000);
    await serveSigned(page, files);
    await openReady(page);
    await receive(page, suspect.input);
    await expect(page.locator('main')).toContainText(text('line.ng'));
    // Nothing was inspected on this line: the model is unproven here, and its reasons are folded.
    await page.getByText(text('memory.reasonsFolded')).click();
    await expect(panel(page, text('explain.why'))).toContainText(text(words));
    await page.goto('/#/shot');
    await expect(panel(page, text('explain.all.title'))).toContainText(text(words));
  });
}

for (const language of ['ko', 'en'] as const satisfies readonly Language[]) {
  test(`the survey of a file is cancelled, finished, and shows one signal in depth (${language})`, async ({ page }) => {
    test.setTimeout(180_000);
    const say = (key: Parameters<typeof text>[0], params: Parameters<typeof text>[1] = {}): string => text(key, params, language);
    await openReady(page, { language, hash: '#/batch' });
    await page.locator('input[type=file]').setInputFiles(csvFile('shots.csv', csvOf([...drawShots(120, '1'), ...drawShots(40, '2', 2)])));
    await expect(page.getByRole('tab', { name: say('batch.tab.table') })).toBeVisible({ timeout: 60_000 });
    await page.goto('/#/model');
    const survey = page.getByTestId('survey');
    const start = survey.getByRole('button', { name: say('explain.survey.start') });
    await start.click();
    await expect(survey.getByRole('progressbar')).toBeVisible();
    await survey.getByRole('button', { name: say('common.cancel') }).click();
    await expect(survey.getByRole('progressbar')).toHaveCount(0);
    await expect(start).toBeEnabled();
    await expect(survey.getByRole('img')).toHaveCount(0);

    await survey.getByText(say('line.product', { product: '2' }), { exact: true }).click();
    await start.click();
    await expect(survey.getByRole('img')).toHaveCount(2, { timeout: 90_000 });
    await expect(survey).toContainText(say('explain.survey.sample', { shots: 40, all: 40 }));
    await survey.locator('summary').click();
    const first = await survey.locator('tbody tr').first().locator('td, th').allTextContents();
    const mean = numberIn(first[1] ?? '');
    const [low, high] = (first[2] ?? '').split('–').map(numberIn);
    expect(low).toBeLessThanOrEqual(mean);
    expect(high).toBeGreaterThanOrEqual(mean);
    await survey.getByRole('combobox').selectOption({ index: 1 });
    const chosen = await survey.getByRole('combobox').evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.textContent.trim());
    await expect(survey.getByRole('img').nth(1)).toHaveAttribute('aria-label', new RegExp(chosen ?? '?'));
    await expectNoAxeFinding(page);
  });
}

test('the plant changes who may set a signal, with a name; the table leaves and comes back as a file', async ({ page }) => {
  test.setTimeout(120_000);
  await openReady(page, { hash: '#/settings' });
  const table = panel(page, text('domainTable.title'));
  await table.locator('summary').first().click();
  await table.getByRole('button', { name: text('domainTable.editOf', { name: text('feature.Process_Spray_2_Time') }) }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(text('domainTable.control')).selectOption('O');
  await dialog.getByRole('button', { name: text('domainTable.save') }).click();
  await expect(dialog).toContainText(text('domainTable.authorNeeded'));
  await dialog.getByLabel(text('domainTable.author')).fill('shift B');
  await expectNoAxeFinding(page);
  await dialog.getByRole('button', { name: text('domainTable.save') }).click();
  await expect(dialog).toHaveCount(0);
  const today = await page.evaluate(() => new Date().getFullYear());
  await expect(table).toContainText(new RegExp(`shift B, ${today}-\\d\\d-\\d\\d`));

  const downloading = page.waitForEvent('download');
  await table.getByRole('button', { name: text('domainTable.export') }).click();
  const exported = readFileSync((await (await downloading).path()), 'utf8');
  expect(JSON.parse(exported)).toMatchObject({ author: 'shift B', signals: { Process_Spray_2_Time: { control: 'O' } } });

  await page.reload();
  await expect(table).toContainText('shift B');
  await receive(page, suspect.input);
  await page.goto('/#/shot');
  const whatIf = panel(page, text('explain.whatIf.title'));
  await expect(whatIf.getByRole('slider', { name: text('feature.Process_Spray_1_Time'), exact: true })).toBeVisible();
  await expect(whatIf.getByRole('slider', { name: text('feature.Process_Spray_2_Time'), exact: true })).toHaveCount(0);

  await page.goto('/#/settings');
  await table.getByRole('button', { name: text('domainTable.reset') }).click();
  await dialog.getByRole('button', { name: text('domainTable.reset') }).click();
  await expect(table).not.toContainText('shift B');
  const file = table.locator('input[type=file]');
  const json = (content: string) => ({ name: 'table.json', mimeType: 'application/json', buffer: Buffer.from(content) });
  await file.setInputFiles(json(exported.replace('"control": "O"', '"control": "X"').replace('"control":"O"', '"control":"X"')));
  await expect(page.locator('body')).toContainText(text('domainTable.invalid', { file: 'table.json', where: 'signals.Process_Spray_2_Time.control' }));
  await expect(table).not.toContainText('shift B');
  await file.setInputFiles(json(exported));
  await expect(table).toContainText('shift B');
});
