import { expect, test } from 'vitest';
import { Latest } from './latest.ts';

/** Work that ends when the test says so. */
function work(): { run: () => Promise<string>; end: (value: string) => void; started: () => boolean } {
  let end: (value: string) => void = () => undefined;
  let started = false;
  const outcome = new Promise<string>((resolve) => (end = resolve));
  return {
    run: () => {
      started = true;
      return outcome;
    },
    end: (value) => end(value),
    started: () => started,
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test('of the requests that come while one runs, only the last is worked on', async () => {
  const taken: string[] = [];
  const latest = new Latest<string>();
  const [first, second, third] = [work(), work(), work()];
  for (const each of [first, second, third]) latest.request(each.run, (value) => taken.push(value));
  expect([first.started(), second.started(), third.started()]).toEqual([true, false, false]);

  first.end('first');
  await settled();
  expect([second.started(), third.started()]).toEqual([false, true]);

  third.end('third');
  await settled();
  expect(taken).toEqual(['first', 'third']);
});

test('a request after the work has ended runs at once', async () => {
  const latest = new Latest<string>();
  const [first, second] = [work(), work()];
  latest.request(first.run, () => undefined);
  first.end('');
  await settled();
  latest.request(second.run, () => undefined);
  expect(second.started()).toBe(true);
});
