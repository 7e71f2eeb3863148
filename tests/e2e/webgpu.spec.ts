/** The second backend on a software adapter: its speed says nothing, its results do. */
import { readFileSync } from 'node:fs';
import { expect, test, type Browser, type Page } from '@playwright/test';
import { chromiumLaunchOptions } from '../../scripts/chromium.ts';
import type { Golden, Scaler } from '../../src/domain/bundle.ts';
import { FEATURE_NAMES } from '../../src/domain/feature.ts';
import { EXPLAIN_WORKS, WORKS, type Work } from '../../src/model/acceleration.ts';
import { ReleaseHost, ReleaseYard } from '../release/host.ts';
import { releaseOf, speakEnglish, takeUpdate, visitFirst } from '../release/station.ts';
import { csvFile, csvOf, drawShots, manifest, text } from './support.ts';

const launch = chromiumLaunchOptions();
test.use({ launchOptions: { ...launch, args: [...launch.args, '--enable-unsafe-webgpu'] } });
// One at a time: the adapter computes on the processor.
test.describe.configure({ mode: 'default', timeout: 240_000 });

/** Shaders of a software adapter take their time. */
const LONG = { timeout: 120_000 };
const inUseFor = (works: readonly Work[]): string => text('backend.state.on', { works: works.map((work) => text(`backend.work.${work}`)).join(', ') });
const IN_USE = inUseFor(WORKS);
const accelerated = manifest.bundles.filter(({ webgpu }) => webgpu);
test.skip(accelerated.length === 0, 'no bundle has files for WebGPU');

let host: ReleaseHost;
test.beforeEach(async () => {
  host = new ReleaseHost('dist');
  await host.start();
});
test.afterEach(() => host.stop());


/** Opens the model view with a choice of backend, by default a forced WebGPU. */
async function openModel(page: Page, { backend = 'webgpu', bundleId = null }: { backend?: string; bundleId?: string | null } = {}): Promise<void> {
  await page.addInitScript(
    (settings) => {
      if (localStorage.getItem('castwatch.settings') === null) localStorage.setItem('castwatch.settings', settings);
    },
    JSON.stringify({ language: 'en', theme: 'day', backend, bundleId }),
  );
  await page.goto(`${host.url}#/model`);
}

const panel = (page: Page) => page.locator('section', { has: page.getByRole('heading', { name: text('backend.title'), exact: true }) });

/** Probability and class of complete golden vectors, through the contract. */
async function predictGolden(page: Page, bundleId: string, count: number): Promise<{ want: number; got: number; kind: string }[]> {
  const read = <T>(file: string) => JSON.parse(readFileSync(`public/models/${bundleId}/${file}`, 'utf8')) as T;
  const names = read<Scaler>('scaler.json').features;
  const rows = read<Golden>('golden.json').rows.filter(({ input }) => input.every((value) => value !== null)).slice(0, count);
  const requests = rows.map(({ input }) => Object.fromEntries(names.map((name, i) => [name, input[i]])));
  const got = await page.evaluate(async (shots) => {
    const answers: { got: number; kind: string }[] = [];
    for (const features of shots) {
      const { prediction } = await window.castwatch!.predict({ features });
      answers.push({ got: prediction.probability ?? NaN, kind: prediction.class });
    }
    return answers;
  }, requests);
  return rows.map(({ calibrated }, i) => ({ want: calibrated, ...got[i]! }));
}

/** Drops a file and waits for its figures. */
async function scoreFile(page: Page, csv: string): Promise<string> {
  await page.goto(`${host.url}#/batch`);
  await page.locator('input[type="file"]').setInputFiles(csvFile('shots.csv', csv));
  const summary = page.getByTestId('batch-summary');
  await expect(summary).toBeVisible(LONG);
  return summary.innerText();
}

/** Faults of the device, set off by name from the page: the worker's script gets them ahead of its own code. */
const FAULTS = `
const requestDevice = GPUAdapter.prototype.requestDevice;
let device = null;
GPUAdapter.prototype.requestDevice = async function (...args) { return (device = await requestDevice.apply(this, args)); };
new BroadcastChannel('faults').onmessage = ({ data }) => {
  const { submit } = GPUQueue.prototype;
  if (data === 'lose') GPUQueue.prototype.submit = function (...args) { submit.apply(this, args); device.destroy(); };
  if (data === 'hang') GPUBuffer.prototype.mapAsync = () => new Promise(() => undefined);
  const { getMappedRange } = GPUBuffer.prototype;
  if (data === 'lie') GPUBuffer.prototype.getMappedRange = function (...args) {
    const range = getMappedRange.apply(this, args);
    if (this.usage & GPUBufferUsage.MAP_READ) new Float32Array(range).forEach((value, i, all) => (all[i] = value * 1.01));
    return range;
  };
};
`;
function withFaults(script = FAULTS): void {
  host.tamper = (path, content) => (path.includes('webgpu.worker-') ? { body: Buffer.from(script + String(content)) } : null);
}
const setOff = (page: Page, fault: 'lose' | 'hang' | 'lie') => page.evaluate((name) => new BroadcastChannel('faults').postMessage(name), fault);

for (const { id } of accelerated) {
  test(`${id}: single shots and a file come out as on wasm`, async ({ page }) => {
    const csv = csvOf([...drawShots(700, '1', 5), ...drawShots(700, '2', 6)]);
    await openModel(page, { bundleId: id, backend: 'wasm' });
    await expect(panel(page)).toContainText(text('backend.off.not_wanted'), LONG);
    const onWasm = await scoreFile(page, csv);
    await page.goto(`${host.url}#/settings`);
    await page.getByText(text('backend.webgpu'), { exact: true }).click();
    await page.goto(`${host.url}#/model`);
    // In use means that every golden vector has come out within the proof.
    await expect(panel(page)).toContainText(IN_USE, LONG);
    await expect(panel(page)).toContainText('swiftshader');
    expect(await scoreFile(page, csv)).toBe(onWasm);
    for (const { got, want } of await predictGolden(page, id, 30)) expect(Math.abs(got - want)).toBeLessThanOrEqual(1e-5);
    // On a busy machine the adapter may have been too slow for a shot; then it was given up, and the answers are right all the same.
    await page.goto(`${host.url}#/model`);
    await expect(panel(page)).toContainText(new RegExp(`${IN_USE}|${text('backend.off.hung')}`));
  });
}

for (const [fault, reason] of [['lose', 'device_lost'], ['hang', 'hung'], ['lie', 'disagreement']] as const) {
  test(`${reason} in the middle of a file: the file comes out whole, and the journal says so`, async ({ page }) => {
    withFaults();
    await openModel(page);
    await expect(panel(page)).toContainText(IN_USE, LONG);
    await setOff(page, fault);
    await scoreFile(page, csvOf(drawShots(1200)));
    await page.goto(`${host.url}#/model`);
    await expect(panel(page)).toContainText(text(`backend.off.${reason}`));
    await expect(page.getByText(text('history.what.backend_disabled')).first()).toBeVisible(LONG);
    for (const { got, want } of await predictGolden(page, manifest.current, 5)) expect(got).toBeCloseTo(want, 10);
    // What contradicted wasm is not trusted after a reload either, until somebody measures again.
    if (reason !== 'disagreement') return;
    await page.reload();
    await expect(panel(page)).toContainText(text('backend.off.disagreement'));
    await panel(page).getByRole('button', { name: text('backend.measure') }).click();
    await expect(panel(page)).toContainText(IN_USE, LONG);
  });
}

/** The made-up shot that the model finds likeliest to be defective, by name. */
function suspectShot(): Record<string, number | null> {
  const { rows } = JSON.parse(readFileSync(`public/models/${manifest.current}/golden.json`, 'utf8')) as Golden;
  const typical = rows.filter(({ kind, input }) => kind === 'typical' && input[0] === 2);
  const { input } = typical.reduce((most, row) => (row.calibrated > most.calibrated ? row : most));
  return Object.fromEntries(FEATURE_NAMES.map((name, i) => [name, input[i] ?? null]));
}

/** From the model view: brings the suspect shot to the line and reads what the shot view says: every signal's effect, and what to change. */
async function explainSuspect(page: Page): Promise<string> {
  await expect(page.getByText(text('model.state.ready'), { exact: true })).toBeVisible(LONG);
  const kind = await page.evaluate(async (features) => (await window.castwatch!.predict({ features })).prediction.class, suspectShot());
  expect(kind).toBe('defect');
  await page.goto(`${host.url}#/shot`);
  const section = (title: string) => page.locator('section').filter({ has: page.getByRole('heading', { name: title, exact: true }) });
  const [reasons, advice] = [section(text('explain.all.title')), section(text('explain.check'))];
  await expect(reasons.getByRole('img')).toBeVisible(LONG);
  await reasons.locator('summary').click();
  await expect(advice).toContainText(text('explain.modelSays'), LONG);
  await expect(advice).not.toContainText(text('explain.pending'), LONG);
  return [await reasons.getByRole('img').getAttribute('aria-label'), await reasons.innerText(), await advice.innerText()].join('\n');
}

/** What the processor says of the suspect shot, on a device of its own: a shot counts among the known ones of the next. */
async function explainedOnProcessor(browser: Browser): Promise<string> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await openModel(page, { backend: 'wasm' });
  const said = await explainSuspect(page);
  await context.close();
  return said;
}

/** Has the page take the software adapter for a real one, on which only these works were measured to be faster. */
async function fasterAt(page: Page, works: readonly Work[]): Promise<void> {
  await page.addInitScript(
    ([bundleId, times]) => {
      Object.defineProperty(GPUAdapterInfo.prototype, 'isFallbackAdapter', { get: () => false });
      Object.defineProperty(GPUAdapterInfo.prototype, 'architecture', { get: () => 'made-up' });
      if (localStorage.getItem('castwatch.backends') !== null) return;
      const record = { bundleId, browser: navigator.userAgent, adapter: 'google made-up', at: 1, times, distrusted: null };
      localStorage.setItem('castwatch.backends', JSON.stringify([record, { ...record, bundleId: 'other', times: null }]));
    },
    [manifest.current, WORKS.map((work) => ({ work, processorMs: 10, webgpuMs: works.includes(work) ? 5 : 15 }))] as const,
  );
}

test('the reasons of a shot and what to change come out as on the processor', async ({ page, browser }) => {
  // The device's worker tells how many rows it gets.
  withFaults("const rows = new BroadcastChannel('rows'); self.addEventListener('message', ({ data }) => data.kind === 'run' && rows.postMessage(data.rows));");
  const onProcessor = await explainedOnProcessor(browser);
  await openModel(page);
  await expect(panel(page)).toContainText(IN_USE, LONG);
  const sent = await page.evaluateHandle(() => {
    const counted = { rows: 0 };
    new BroadcastChannel('rows').onmessage = ({ data }) => (counted.rows += data as number);
    return counted;
  });
  expect(await explainSuspect(page)).toBe(onProcessor);
  // Mixtures by the thousand, and candidates.
  expect(await sent.evaluate(({ rows }) => rows)).toBeGreaterThan(3000);
  await page.goto(`${host.url}#/model`);
  await expect(panel(page)).toContainText(IN_USE);
});

for (const [fault, reason] of [['lose', 'device_lost'], ['hang', 'hung'], ['lie', 'disagreement']] as const) {
  test(`${reason} in the middle of an explanation: it is given all the same, as the processor computes it`, async ({ page, browser }) => {
    const onProcessor = await explainedOnProcessor(browser);
    withFaults();
    await fasterAt(page, EXPLAIN_WORKS);
    await openModel(page, { backend: 'auto' });
    await expect(panel(page)).toContainText(inUseFor(EXPLAIN_WORKS), LONG);
    await setOff(page, fault);
    expect(await explainSuspect(page)).toBe(onProcessor);
    await page.goto(`${host.url}#/model`);
    await expect(panel(page)).toContainText(text(`backend.off.${reason}`));
    await expect(page.getByText(text('history.what.backend_disabled')).first()).toBeVisible(LONG);
  });
}

test('no adapter: everything is computed on wasm, and nothing of WebGPU is fetched', async ({ page }) => {
  await page.addInitScript(() => (GPU.prototype.requestAdapter = () => Promise.resolve(null)));
  await openModel(page);
  await expect(page.getByText(text('model.state.ready'), { exact: true })).toBeVisible(LONG);
  await expect(panel(page)).toContainText(text('backend.adapter.none'));
  for (const { got, want } of await predictGolden(page, manifest.current, 3)) expect(got).toBeCloseTo(want, 10);
  expect(host.asked.filter((path) => path.includes('webgpu/'))).toEqual([]);
});

test('an adapter that is there for the page alone: wasm goes on, and the journal says why', async ({ page }) => {
  withFaults('GPU.prototype.requestAdapter = () => Promise.resolve(null);');
  await openModel(page);
  await expect(panel(page)).toContainText(text('backend.off.no_adapter'), LONG);
  for (const { got, want } of await predictGolden(page, manifest.current, 3)) expect(got).toBeCloseTo(want, 10);
});

test('an adapter that computes on the processor is not used by itself; what is measured stays, and another choice is followed', async ({ page }) => {
  await openModel(page, { backend: 'auto' });
  await expect(panel(page)).toContainText(text('backend.adapter.software', { name: 'google swiftshader' }), LONG);
  await expect(panel(page)).toContainText(text('backend.off.not_wanted'));
  expect(host.asked.filter((path) => path.includes('webgpu/'))).toEqual([]);
  await panel(page).getByRole('button', { name: text('backend.measure') }).click();
  const table = panel(page).getByRole('table');
  await expect(table.getByRole('row')).toHaveCount(1 + WORKS.length, LONG);
  await expect(panel(page)).toContainText(text('backend.off.not_wanted'), LONG);
  const measured = await table.innerText();
  await page.reload();
  await expect(table.getByRole('row')).toHaveCount(1 + WORKS.length);
  expect(await table.innerText()).toBe(measured);
  await page.goto(`${host.url}#/settings`);
  await page.getByText(text('backend.webgpu'), { exact: true }).click();
  await page.goto(`${host.url}#/model`);
  await expect(panel(page)).toContainText(IN_USE, LONG);
  await page.goto(`${host.url}#/settings`);
  await page.getByText(text('backend.wasm'), { exact: true }).click();
  await page.goto(`${host.url}#/model`);
  await expect(panel(page)).toContainText(text('backend.off.not_wanted'));
});

test('of what was measured on this browser and adapter, the faster is used for each work', async ({ page }) => {
  await fasterAt(page, [7535, 'candidates']);
  await openModel(page, { backend: 'auto' });
  await expect(panel(page)).toContainText(inUseFor([7535, 'candidates']), LONG);
});

test.describe('without a network', () => {
  test.use({ serviceWorkers: 'allow' });

  let yard: ReleaseYard;
  test.beforeAll(() => {
    yard = new ReleaseYard('dist');
  });
  test.afterAll(() => yard.clear());

  test('a first visit brings nothing of WebGPU; once chosen it is there without the server, and after an update too', async ({ page }) => {
    host.folder = await yard.make(1);
    await speakEnglish(page);
    await visitFirst(page, host.url);
    expect(host.asked.filter((path) => path.includes('webgpu/'))).toEqual([]);
    // A page of the first visit came from the network; the next one is served by the release.
    await page.reload();
    const choose = async (): Promise<void> => {
      await page.goto(`${host.url}#/settings`);
      await page.getByText(text('backend.webgpu'), { exact: true }).click();
      await page.goto(`${host.url}#/model`);
    };
    // A file that is not what the release says is not run: wasm goes on.
    host.tamper = (path, content) => (path.includes('asyncify') ? { body: Buffer.concat([content!.subarray(1), Buffer.from([0])]) } : null);
    await choose();
    await expect(panel(page)).toContainText(text('backend.off.failed'), LONG);
    host.tamper = () => null;
    await page.reload();
    await expect(panel(page)).toContainText(IN_USE, LONG);
    await host.stop();
    await page.reload();
    await expect(panel(page)).toContainText(IN_USE, LONG);
    for (const { got, want } of await predictGolden(page, manifest.current, 3)) expect(Math.abs(got - want)).toBeLessThanOrEqual(1e-5);
    await host.start();
    host.folder = await yard.make(2);
    await page.goto(`${host.url}#/settings`);
    await takeUpdate(page, 2);
    await host.stop();
    await page.goto(`${host.url}#/model`);
    await page.reload();
    await expect(panel(page)).toContainText(IN_USE, LONG);
    expect(await releaseOf(page)).toBe('2');
  });
});
