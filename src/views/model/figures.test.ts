import { describe, expect, it } from 'vitest';
import type { Card, Figure } from '../../domain/bundle.ts';
import { protocolTables } from './figures.ts';
import { flatten } from './flatten.ts';

const figure = (protocol: string, model: string, rows = 100): Figure =>
  ({ protocol, model, rows, defective: 20, metrics: {} }) as unknown as Figure;
const card = (...figures: Figure[]): Card => ({ figures }) as unknown as Card;

describe('the figures of several cards', () => {
  it('stand in one table a protocol, both bundles first, each baseline once, the honest protocols first', () => {
    const tables = protocolTables([
      card(figure('legacy', 'twin_lookup'), figure('legacy', 'legacy'), figure('grouped', 'twin_lookup')),
      card(figure('legacy', 'twin_lookup'), figure('legacy', 'field'), figure('grouped', 'field')),
    ]);
    expect(tables.map(({ protocol }) => protocol)).toEqual(['grouped', 'legacy']);
    expect(tables[0]?.figures.map(({ model }) => model)).toEqual(['field', 'twin_lookup']);
    expect(tables[1]?.figures.map(({ model }) => model)).toEqual(['field', 'legacy', 'twin_lookup']);
  });

  it('keep a model that nobody has a name for', () => {
    expect(protocolTables([card(figure('blocks', 'new_thing'))])[0]?.figures[0]?.model).toBe('new_thing');
  });
});

describe('a recipe as lines', () => {
  it('names the way to every value', () => {
    expect(flatten({ name: 'field', boosting: { depth: 4, library: 'sklearn' }, sizes: [1, 2] })).toEqual([
      ['name', 'field'],
      ['boosting.depth', '4'],
      ['boosting.library', 'sklearn'],
      ['sizes', '[1,2]'],
    ]);
  });
});
