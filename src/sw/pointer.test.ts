import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Pointer, ReleaseFacts } from '../domain/updates.ts';
import { adopt, begin, complete, confirm, EMPTY_POINTER, fallBack, judgeOffer, keptReleases, MAX_STARTS, reject, startPage, startTrial } from './pointer.ts';

const NO_FLOOR = { app: 0, models: 0 };
const facts = (n: number, models = 1): ReleaseFacts => ({
  id: `r${n}`, app: n, models, version: '1.0.0', build: `b${n}`, headers: 'h', bundle: 'field-0.1.0',
});
const running = (n: number): Pointer => ({ ...EMPTY_POINTER, current: facts(n) });
const ready = (from: Pointer, n: number): Pointer => complete(begin(from, facts(n)), `r${n}`);
const offer = (n: number, more = {}) => ({ release: facts(n), selected: true, forced: false, ...more });

describe('judging an offer', () => {
  test('another release is taken, the same is not', () => {
    expect(judgeOffer(running(3), offer(4), NO_FLOOR)).toBe('take');
    expect(judgeOffer(running(3), offer(3), NO_FLOOR)).toBe('current');
    expect(judgeOffer(ready(running(3), 4), offer(4), NO_FLOOR)).toBe('ready');
  });

  test('a host may go back, but not below what is built in, nor below what a release that ran has demanded', () => {
    expect(judgeOffer(running(3), offer(2), NO_FLOOR)).toBe('take');
    expect(judgeOffer(running(3), offer(2), { app: 3, models: 0 })).toBe('below_minimum');
    const raised = confirm(startTrial(ready(running(3), 4), 'r4'), 'r4', { app: 3, models: 1 });
    expect(judgeOffer(raised, offer(2), NO_FLOOR)).toBe('below_minimum');
    expect(judgeOffer(raised, { ...offer(5), release: facts(5, 0) }, NO_FLOOR)).toBe('below_minimum');
    // A release that demands more than itself does not lock the device out.
    const greedy = confirm(startTrial(ready(running(3), 4), 'r4'), 'r4', { app: 900, models: 900 });
    expect(judgeOffer(greedy, offer(5), NO_FLOOR)).toBe('take');
  });

  test('a share of the fleet: the others wait unless a person asks; a new device takes what there is', () => {
    expect(judgeOffer(running(3), offer(4, { selected: false }), NO_FLOOR)).toBe('not_selected');
    expect(judgeOffer(running(3), offer(4, { selected: false, forced: true }), NO_FLOOR)).toBe('take');
    expect(judgeOffer(EMPTY_POINTER, offer(4, { selected: false }), NO_FLOOR)).toBe('take');
  });

  test('what failed its self-test is refused for good, what merely was not confirmed comes back when a person asks', () => {
    const failed = reject(startTrial(ready(running(3), 4), 'r4'), 'r4', 'self_test', '', 0);
    expect(judgeOffer(failed, offer(4, { forced: true }), NO_FLOOR)).toBe('known_bad');
    const late = reject(startTrial(ready(running(3), 4), 'r4'), 'r4', 'not_confirmed', '', 0);
    expect(judgeOffer(late, offer(4), NO_FLOOR)).toBe('known_bad');
    expect(judgeOffer(late, offer(4, { forced: true }), NO_FLOOR)).toBe('take');
  });
});

describe('a trial', () => {
  test('ends in the new release, with the one before kept', () => {
    const after = confirm(startTrial(ready(running(3), 4), 'r4'), 'r4', NO_FLOOR);
    expect([after.current?.id, after.previous?.id, after.candidate]).toEqual(['r4', 'r3', null]);
  });

  test('that nobody confirms is over after some starts', () => {
    let pointer = startTrial(ready(running(3), 4), 'r4');
    for (let start = 0; start < MAX_STARTS; start += 1) {
      const started = startPage(pointer, true, 0);
      expect(started.serve?.id).toBe('r4');
      pointer = started.pointer;
    }
    const last = startPage(pointer, true, 0);
    expect([last.serve?.id, last.pointer.bad[0]?.reason]).toEqual(['r3', 'not_confirmed']);
  });

  test('begins by itself only where there is nothing to protect', () => {
    expect(startPage(ready(running(3), 4), true, 0).serve?.id).toBe('r3');
    expect(startPage(ready(running(3), 4), false, 0).serve?.id).toBe('r4');
    expect(startPage(ready(EMPTY_POINTER, 4), false, 0).serve?.id).toBe('r4');
  });
});

/** Any order of events, also those that make no sense. */
const event = fc.oneof(
  ...(['begin', 'complete', 'startTrial', 'confirm', 'reject', 'adopt'] as const).map((kind) => fc.record({ kind: fc.constant(kind), n: fc.integer({ min: 1, max: 5 }) })),
  fc.record({ kind: fc.constantFrom('page' as const, 'fallBack' as const), n: fc.constant(0) }),
);

test('whatever happens in whatever order, only a tried or adopted release becomes current, and bad ones never do', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      let pointer: Pointer = EMPTY_POINTER;
      for (const { kind, n } of events) {
        const before = pointer;
        const id = `r${n}`;
        if (kind === 'begin') pointer = ['take'].includes(judgeOffer(pointer, offer(n), NO_FLOOR)) ? begin(pointer, facts(n)) : pointer;
        else if (kind === 'complete') pointer = complete(pointer, id);
        else if (kind === 'startTrial') pointer = startTrial(pointer, id);
        else if (kind === 'confirm') pointer = confirm(pointer, id, NO_FLOOR);
        else if (kind === 'reject') pointer = reject(pointer, id, 'self_test', '', 0);
        else if (kind === 'adopt') pointer = adopt(pointer, id, NO_FLOOR);
        else if (kind === 'fallBack') pointer = fallBack(pointer);
        else pointer = startPage(pointer, pointer.current !== null, 0).pointer;

        if (pointer.current?.id !== before.current?.id) {
          const proven = kind === 'confirm' && before.candidate?.stage === 'trial' && before.candidate.release.id === pointer.current?.id;
          const adopted = kind === 'adopt' && before.current === null;
          const back = kind === 'fallBack' && before.previous?.id === pointer.current?.id;
          expect(proven || adopted || back).toBe(true);
        }
        expect(pointer.current === null && before.current !== null).toBe(false);
        const bad = pointer.bad.map(({ release }) => release.id);
        if (pointer.current?.id !== before.current?.id) expect(bad).not.toContain(pointer.current?.id);
        expect(new Set(keptReleases(pointer)).has(pointer.current?.id ?? 'none')).toBe(pointer.current !== null);
      }
    }),
    { numRuns: 2000 },
  );
});
