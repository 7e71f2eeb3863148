import { expect, it, vi } from 'vitest';
import { WakeLock, type WakeApi, type WakeState } from './wake-lock.ts';

function stage(request?: WakeApi['request']) {
  const target = new EventTarget();
  const page = {
    visibilityState: 'visible' as DocumentVisibilityState,
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
  };
  const sentinels: EventTarget[] = [];
  const api: WakeApi = {
    request:
      request ??
      (() => {
        const sentinel = Object.assign(new EventTarget(), { release: () => Promise.resolve() });
        sentinels.push(sentinel);
        return Promise.resolve(sentinel);
      }),
  };
  const states: WakeState[] = [];
  const see = (visibility: DocumentVisibilityState): void => {
    page.visibilityState = visibility;
    target.dispatchEvent(new Event('visibilitychange'));
  };
  return { page, api, sentinels, states, see, lock: new WakeLock(api, page, (state) => states.push(state)) };
}
const settled = () => new Promise((resolve) => setTimeout(resolve));

it('asks again when the browser took the lock away and the page is seen again', async () => {
  const { lock, sentinels, see, states } = stage();
  lock.start();
  await settled();
  see('hidden');
  sentinels[0]!.dispatchEvent(new Event('release'));
  await settled();
  expect(sentinels).toHaveLength(1);
  see('visible');
  await settled();
  expect(sentinels).toHaveLength(2);
  expect(states).toEqual(['held', 'released', 'held']);
});

it('asks a browser that refused again after a while', async () => {
  vi.useFakeTimers();
  let asked = 0;
  const { lock, states } = stage(() => {
    asked += 1;
    return Promise.reject(new Error('low battery'));
  });
  const stop = lock.start();
  await vi.advanceTimersByTimeAsync(31_000);
  expect(asked).toBe(2);
  stop();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(asked).toBe(2);
  expect(states[0]).toBe('refused');
  vi.useRealTimers();
});

it('says that a browser cannot', () => {
  const states: WakeState[] = [];
  const { page } = stage();
  new WakeLock(undefined, page, (state) => states.push(state)).start();
  expect(states).toEqual(['unsupported']);
});
