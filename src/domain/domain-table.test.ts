import { describe, expect, test } from 'vitest';
import { DEFAULT_DOMAIN_TABLE } from './domain-table-default.ts';
import { domainTableSchema, UNITS_OF } from './domain-table.ts';
import { FEATURES } from './feature.ts';

interface Draft {
  schema: number;
  date: string;
  note?: string;
  signals: Record<string, object>;
  defects: Record<string, object>;
}
const copy = (): Draft => JSON.parse(JSON.stringify(DEFAULT_DOMAIN_TABLE)) as Draft;

describe('the shipped table', () => {
  test('is what its schema asks for', () => {
    expect(domainTableSchema.safeParse(copy()).error).toBeUndefined();
  });

  test('agrees with the facts of the signals and marks what the plant has not confirmed', () => {
    for (const { name, unit, control, quantity } of FEATURES) {
      expect(DEFAULT_DOMAIN_TABLE.signals[name]).toMatchObject({ unit, control });
      expect(UNITS_OF[quantity]).toContain(unit);
    }
    expect(DEFAULT_DOMAIN_TABLE.signals.Process_Cylinder_Pressure.unitConfirmed).toBe(false);
    expect(DEFAULT_DOMAIN_TABLE.signals.Process_Spray_1_Time.equipmentConfirmed).toBe(false);
    expect(DEFAULT_DOMAIN_TABLE.signals.Process_Spray_1_Time.unitConfirmed).toBe(true);
    expect(DEFAULT_DOMAIN_TABLE.defects.Burning_Mark.confirmed).toBe(false);
  });

  test('has every text in every language', () => {
    const texts = (value: unknown): unknown[] => {
      if (typeof value !== 'object' || value === null) return [];
      return 'ko' in value ? [value] : Object.values(value).flatMap(texts);
    };
    for (const text of texts(DEFAULT_DOMAIN_TABLE) as Record<string, string>[]) {
      const filled = [text['ko'], text['en'], text['vi']].map((each) => each !== '');
      expect(new Set(filled).size).toBe(1);
    }
  });
});

describe('a table from a file', () => {
  test.each<[string, (table: Draft) => void]>([
    ['without a signal', ({ signals }) => delete signals['Process_Shot']],
    ['with a signal that does not exist', ({ signals }) => (signals['Die_Temp'] = {})],
    ['with a control class that does not exist', ({ signals }) => Object.assign(signals['Process_Shot']!, { control: 'X' })],
    [
      'with a cause that names no signal',
      ({ defects }) => Object.assign(defects['Dent']!, { causes: [{ kind: 'signal', signals: [], direction: 'low' }] }),
    ],
    ['with a further key', (table) => (table.note = 'x')],
    ['of another schema', (table) => (table.schema = 2)],
    ['with a date that is none', (table) => (table.date = '2026-13-40')],
  ])('%s is refused', (_, spoil) => {
    const table = copy();
    spoil(table);
    expect(domainTableSchema.safeParse(table).success).toBe(false);
  });
});
