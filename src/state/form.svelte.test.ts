import { describe, expect, it, vi } from 'vitest';
import type { ProductReference, Reference } from '../domain/bundle.ts';
import { FEATURE_INDEX, FEATURE_NAMES, PRODUCT_INDEX } from '../domain/feature.ts';
import type { Shot } from '../domain/shot.ts';
import type { JudgedShot } from '../domain/verdict.ts';
import type { LoadedBundle } from '../model/client.ts';
import { FormState, type FormLine } from './form.svelte.ts';

/** A product whose medians are `median`, usual within 2 of it and trusted within 5. */
function productOf(median: number): ProductReference {
  const all = <T>(value: T): Record<string, T> => Object.fromEntries(FEATURE_NAMES.map((name) => [name, value]));
  return {
    quantiles: all([median - 2, median, median + 2]),
    usual: all([median - 2, median + 2]),
    hard: all([median - 5, median + 5]),
  } as unknown as ProductReference;
}
const reference = {
  quantile_levels: [0.005, 0.5, 0.995],
  products: { '1': productOf(10), '2': productOf(100) },
} as unknown as Reference;

function formOf() {
  const listeners = new Map<string, (payload: never) => void>();
  const receive = vi.fn((shot: Shot) => Promise.resolve({ shot, verdict: { class: 'ok' } } as JudgedShot));
  const line: FormLine = {
    bundle: { reference } as LoadedBundle,
    receive,
    on: ((event: string, listener: (payload: never) => void) => {
      listeners.set(event, listener);
      return () => listeners.delete(event);
    }),
  };
  const form = new FormState(line);
  form.start();
  return { form, receive, announce: (event: string, payload: unknown) => listeners.get(event)?.(payload as never) };
}
const stateOf = (form: FormState, name: (typeof FEATURE_NAMES)[number]) => form.states[FEATURE_INDEX[name]];

describe('the form', () => {
  it('begins with the medians of the first product and follows a change of product', () => {
    const { form } = formOf();
    expect(form.productKey).toBe('1');
    expect(form.values[FEATURE_INDEX.Process_Cycle_Time]).toBe(10);
    form.setProduct('2');
    expect(form.values[PRODUCT_INDEX]).toBe(2);
    expect(form.values[FEATURE_INDEX.Process_Cycle_Time]).toBe(100);
    form.set('Process_Cycle_Time', 7);
    form.reset();
    expect(form.productKey).toBe('2');
    expect(form.values[FEATURE_INDEX.Process_Cycle_Time]).toBe(100);
  });

  it('says of every value whether it is usual, trusted, missing or no number', () => {
    const { form } = formOf();
    const said = (value: number | null) => {
      form.set('Process_Cycle_Time', value);
      return stateOf(form, 'Process_Cycle_Time');
    };
    expect([10, 12, 12.1, 15, 15.1, null, NaN].map(said)).toEqual([
      'fine',
      'fine',
      'unusual',
      'unusual',
      'out_of_range',
      'missing',
      'not_a_number',
    ]);
  });

  it('sends the shot down the line, missing values as such', async () => {
    const { form, receive } = formOf();
    form.set('Process_Cycle_Time', null);
    form.set('Process_Spray_Time', 9.5);
    await form.submit();
    const shot = receive.mock.calls[0]![0];
    expect(shot.source).toBe('form');
    expect(shot.values[FEATURE_INDEX.Process_Cycle_Time]).toBeNaN();
    expect(shot.values[FEATURE_INDEX.Process_Spray_Time]).toBe(9.5);
    expect(form.judged?.shot).toBe(shot);
    expect(form.stale).toBe(false);
  });

  it('sends nothing while a text is no number, and names every such field', async () => {
    const { form, receive } = formOf();
    form.set('Process_Cycle_Time', NaN);
    form.set('Sensor_Coolant_Temp', NaN);
    const refused = await form.submit();
    expect(refused).toMatchObject({
      ok: false,
      error: { code: 'shot_invalid', params: { fields: [{ name: 'Process_Cycle_Time' }, { name: 'Sensor_Coolant_Temp' }] } },
    });
    expect(form.unreadable).toEqual(['Process_Cycle_Time', 'Sensor_Coolant_Temp']);
    expect(receive).not.toHaveBeenCalled();
  });

  it('calls a verdict old as soon as a value, the threshold or the bundle changes', async () => {
    const { form, announce } = formOf();
    const fresh = async () => {
      await form.submit();
      return form.stale;
    };
    expect(await fresh()).toBe(false);
    form.set('Process_Cycle_Time', 11);
    expect(form.stale).toBe(true);
    expect(await fresh()).toBe(false);
    announce('policy', {});
    expect(form.stale).toBe(true);
    expect(await fresh()).toBe(false);
    announce('bundle', { reference });
    expect(form.stale).toBe(true);
    expect(form.values[FEATURE_INDEX.Process_Cycle_Time]).toBe(11);
  });

  it('takes a pasted row over, also of a product nobody knows', async () => {
    const { form } = formOf();
    const texts = FEATURE_NAMES.map((_, i) => (i === PRODUCT_INDEX ? '7' : i === 4 ? '' : `${i},5`));
    expect(await form.paste(texts.join('\t'), 'row')).toMatchObject({ ok: true });
    expect(form.product).toBeUndefined();
    expect(form.productKey).toBe('7');
    expect(form.values[3]).toBe(3.5);
    expect(form.values[4]).toBeNull();
    const before = form.values;
    expect(await form.paste('1\t2', 'row')).toMatchObject({ ok: false, error: { kind: 'count', found: 2 } });
    expect(form.values).toBe(before);
  });

  it('takes a rejected row over to be mended: what is no number has to be typed', async () => {
    const { form } = formOf();
    await form.fillTexts(FEATURE_NAMES.map((_, i) => (i === 0 ? '1' : i === 5 ? 'fast' : i === 6 ? '' : '10')));
    expect(form.unreadable).toEqual([FEATURE_NAMES[5]]);
    expect(form.values[6]).toBeNull();
    expect(form.productKey).toBe('1');
  });
});
