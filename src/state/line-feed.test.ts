import { describe, expect, it } from 'vitest';
import { FEATURE_COUNT, FEATURE_INDEX, PRODUCT_INDEX, SHOT_INDEX } from '../domain/feature.ts';
import { createShot, type Shot, type ShotSource } from '../domain/shot.ts';
import type { JudgedShot, Verdict, VerdictClass } from '../domain/verdict.ts';
import type { Reference } from '../domain/bundle.ts';
import type { Line, LineEvents } from '../line/line.ts';
import { Clock } from './clock.svelte.ts';
import { FEED_LENGTH, LineFeed } from './line-feed.svelte.ts';
import { ShotHistory } from './shot-history.svelte.ts';
import { staleAfterMs } from './staleness.ts';

/** A line that announces what it is told to. */
function announcer() {
  const listeners: ((judged: JudgedShot) => void)[] = [];
  const line = {
    on: (_event: keyof LineEvents, listener: (judged: JudgedShot) => void) => {
      listeners.push(listener);
      return () => listeners.splice(listeners.indexOf(listener), 1);
    },
  } as unknown as Line;
  return { line, announce: (judged: JudgedShot) => listeners.forEach((listener) => listener(judged)) };
}

function judged(
  shotNumber: number,
  { product = 1, source = 'demo', verdict = 'ok', repeat = false }: { product?: number; source?: ShotSource; verdict?: VerdictClass; repeat?: boolean } = {},
): JudgedShot {
  const values = new Float64Array(FEATURE_COUNT);
  values[PRODUCT_INDEX] = product;
  values[SHOT_INDEX] = shotNumber;
  const shot: Shot = { ...createShot(values, { source, receivedAt: shotNumber * 1000 }), repeat };
  return { shot, verdict: { class: verdict } as Verdict };
}

describe('the feed', () => {
  it('counts what came in since the run began', () => {
    const { line, announce } = announcer();
    const feed = new LineFeed(line, () => 0);
    feed.start();
    announce(judged(1));
    announce(judged(2, { verdict: 'ng' }));
    announce(judged(2, { verdict: 'ng', repeat: true }));
    announce(judged(3, { verdict: 'hold' }));
    expect(feed.counts).toEqual({ shots: 3, ng: 1, hold: 1, repeats: 1, since: 1000 });
    expect(feed.recent).toHaveLength(4);
  });

  it.each([
    ['the counter goes back', judged(1)],
    ['the product changes', judged(9, { product: 2 })],
    ['another source delivers', judged(9, { source: 'api' })],
  ])('begins a new run when %s', (_, next) => {
    const { line, announce } = announcer();
    const feed = new LineFeed(line, () => 0);
    feed.start();
    announce(judged(7));
    announce(judged(8));
    announce(next);
    expect(feed.counts.shots).toBe(1);
    expect(feed.counts.since).toBe(next.shot.receivedAt);
  });

  it('does not take a lost counter for a new run', () => {
    const { line, announce } = announcer();
    const feed = new LineFeed(line, () => 0);
    feed.start();
    announce(judged(7));
    announce(judged(Number.NaN));
    announce(judged(9));
    expect(feed.counts.shots).toBe(3);
    announce(judged(2));
    expect(feed.counts.shots).toBe(1);
  });

  it('leaves typed shots to the history', () => {
    const { line, announce } = announcer();
    const feed = new LineFeed(line, () => 0);
    const history = new ShotHistory(line);
    feed.start();
    history.start();
    announce(judged(1));
    announce(judged(50, { source: 'form', product: 2 }));
    announce(judged(2));
    expect(feed.recent.map(({ shot }) => shot.source)).toEqual(['demo', 'demo']);
    expect(feed.counts.shots).toBe(2);
    expect(history.live).toHaveLength(3);
  });

  it('keeps the newest of many, and stops when told', () => {
    const { line, announce } = announcer();
    const feed = new LineFeed(line, () => 0);
    const stop = feed.start();
    for (let i = 1; i <= FEED_LENGTH + 20; i += 1) announce(judged(i));
    expect(feed.recent).toHaveLength(FEED_LENGTH);
    expect(feed.latest?.shot.values[SHOT_INDEX]).toBe(FEED_LENGTH + 20);
    stop();
    announce(judged(9999));
    expect(feed.latest?.shot.values[SHOT_INDEX]).toBe(FEED_LENGTH + 20);
  });
});

describe('walking through shots', () => {
  it('opens the latest, or one by its id with its neighbours', () => {
    const { line, announce } = announcer();
    const history = new ShotHistory(line);
    history.start();
    expect(history.place(null)).toBeNull();
    const [a, b, c] = [judged(1), judged(2), judged(3)];
    [a, b, c].forEach(announce);
    expect(history.place(null)).toMatchObject({ judged: c, previous: b.shot.id, next: null, index: 2, total: 3 });
    expect(history.place(b.shot.id)).toMatchObject({ previous: a.shot.id, next: c.shot.id });
    expect(history.place('unknown')).toBeNull();
  });

  it('walks through a file where a shot of it was opened', () => {
    const { line, announce } = announcer();
    const history = new ShotHistory(line);
    history.start();
    announce(judged(1));
    const rows = [judged(5, { source: 'csv' }), judged(6, { source: 'csv' })];
    history.offer(rows);
    expect(history.place(rows[1]!.shot.id)).toMatchObject({ previous: rows[0]!.shot.id, next: null, total: 2 });
    expect(history.place(null)?.judged.shot.source).toBe('demo');
  });
});

describe('the age of a shot', () => {
  const reference = {
    products: { '1': { usual: { Process_Cycle_Time: [20, 24] }, quantiles: { Process_Cycle_Time: [20, 20, 21, 22, 23, 24, 24] } } },
  } as unknown as Reference;

  it('goes stale after two of its own cycles', () => {
    const { shot } = judged(1);
    shot.values[FEATURE_INDEX.Process_Cycle_Time] = 21;
    expect(staleAfterMs(shot, reference)).toBe(42_000);
  });

  it('is not kept alive by the long cycle of a stop, nor by a missing one', () => {
    const { shot } = judged(1);
    for (const cycle of [219, 0, Number.NaN]) {
      shot.values[FEATURE_INDEX.Process_Cycle_Time] = cycle;
      expect(staleAfterMs(shot, reference)).toBe(44_000);
    }
  });

  it('counts the longer of both clocks, so that nothing old looks fresh', () => {
    let wall = 100_000;
    let monotonic = 5_000;
    const clock = new Clock(() => wall, () => monotonic);
    const arrival = { wall, monotonic };
    wall -= 3_600_000;
    monotonic += 60_000;
    clock.tick();
    expect(clock.ageOf(arrival)).toBe(60_000);
    wall = 100_000 + 90_000;
    monotonic = 5_001;
    clock.tick();
    expect(clock.ageOf(arrival)).toBe(90_000);
  });
});
