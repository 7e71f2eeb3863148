import { beforeEach, describe, expect, it } from 'vitest';
import { PinLock } from './pin.ts';

class MemoryStorage {
  readonly items = new Map<string, string>();
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }
  removeItem(key: string): void {
    this.items.delete(key);
  }
}

let storage: MemoryStorage;
let time: number;
const lock = (): PinLock => new PinLock({ storage, now: () => time, rounds: 10 });

beforeEach(() => {
  storage = new MemoryStorage();
  time = 1_000_000;
});

describe('a PIN', () => {
  it('opens for itself and for nothing else', async () => {
    await lock().set('2468');
    expect(lock().isSet).toBe(true);
    expect(await lock().try('2469')).toEqual({ kind: 'wrong', triesLeft: 2 });
    expect(await lock().try('2468')).toEqual({ kind: 'right' });
  });

  it('is stored neither itself nor twice alike', async () => {
    await lock().set('2468');
    const first = storage.getItem('castwatch.pin');
    await lock().set('2468');
    expect(first).not.toContain('2468');
    expect(storage.getItem('castwatch.pin')).not.toBe(first);
  });

  it('opens for the recovery code in any spelling', async () => {
    const code = await lock().set('2468');
    expect(code).toMatch(/^(?:[A-Z2-9]{4}-){3}[A-Z2-9]{4}$/);
    expect(await lock().try(code!.toLowerCase())).toEqual({ kind: 'right' });
    expect(await lock().try(` ${code!.replaceAll('-', ' ')} `)).toEqual({ kind: 'right' });
  });

  it('waits longer after every wrong try beyond the third, also over a reload, and never without end', async () => {
    await lock().set('2468');
    const waits: number[] = [];
    for (let i = 0; i < 12; i += 1) {
      await lock().try('0000');
      waits.push(lock().waitMs);
      time += lock().waitMs;
    }
    expect(waits.slice(0, 5)).toEqual([0, 0, 30_000, 60_000, 120_000]);
    expect(Math.max(...waits)).toBe(3_600_000);
  });

  it('takes not even the right PIN while it waits', async () => {
    await lock().set('2468');
    for (let i = 0; i < 3; i += 1) await lock().try('0000');
    expect(await lock().try('2468')).toEqual({ kind: 'wait', ms: 30_000 });
    time += 30_000;
    expect(await lock().try('2468')).toEqual({ kind: 'right' });
    await lock().try('0000');
    expect(lock().waitMs).toBe(0);
  });

  it('does not wait for days because a clock was set back', async () => {
    await lock().set('2468');
    for (let i = 0; i < 3; i += 1) await lock().try('0000');
    time -= 30 * 24 * 3_600_000;
    expect(lock().waitMs).toBeLessThanOrEqual(3_600_000);
  });

  it('is gone when it is removed', async () => {
    await lock().set('2468');
    lock().clear();
    expect(lock().isSet).toBe(false);
  });

  it('says when it cannot be stored', async () => {
    expect(await new PinLock({ storage: null, rounds: 10 }).set('2468')).toBeNull();
  });
});
