import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startBeacon } from './beacon.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('says what the log should show, every ten minutes, and minds no failure', async () => {
  const asked: string[] = [];
  let bundle = 'field-1.0.0';
  const stop = startBeacon({
    base: 'https://plant.example/app/#/line',
    facts: () => ({ app: '1.0.0', bundle }),
    fetch: (url) => {
      asked.push(url);
      return Promise.reject(new Error('offline'));
    },
  });
  bundle = 'legacy-1.0.0';
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  stop();
  await vi.advanceTimersByTimeAsync(60 * 60_000);
  expect(asked).toEqual([
    'https://plant.example/app/beacon.txt?app=1.0.0&bundle=field-1.0.0',
    'https://plant.example/app/beacon.txt?app=1.0.0&bundle=legacy-1.0.0',
  ]);
});
