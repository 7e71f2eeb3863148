import fc from 'fast-check';
import { expect, it } from 'vitest';
import { historyPage, type HistoryCursor, type HistoryFilter } from './query.ts';
import { kept, shotItem, TestJournal, verdictItem } from './store/test-journal.ts';

/** Stretches of a line: so many shots of a product with one verdict, dense and sparse in turn. */
const stretches = fc.array(
  fc.record({ shots: fc.integer({ min: 1, max: 40 }), product: fc.constantFrom(1, 2), verdict: fc.constantFrom('ok', 'ng', 'hold'), source: fc.constantFrom('api', 'api', 'demo') }),
  { minLength: 1, maxLength: 12 },
);
const filters = fc.record(
  { stream: fc.constantFrom('line', 'demo'), product: fc.constantFrom(1, 2), verdict: fc.constantFrom('ok', 'ng', 'hold') },
  { requiredKeys: ['stream'] },
) as fc.Arbitrary<HistoryFilter>;

it('pages hold every row that fits once, newest first, wherever the rows lie', async () => {
  await fc.assert(
    fc.asyncProperty(stretches, filters, fc.integer({ min: 1, max: 9 }), async (line, filter, limit) => {
      const journal = TestJournal.fresh();
      await journal.open();
      let counter = 0;
      for (const { shots, product, verdict, source } of line) {
        const items = Array.from({ length: shots }, (_, i) => [shotItem((counter += 1), { product, source }), verdictItem({ item: 2 * i }, { verdict })]);
        await kept(journal.writer.append(items.flat()));
      }
      const { database } = journal.writer.store;
      const all = (await database.getAll('shots')).reverse().filter(
        ({ shot, verdict }) =>
          shot?.stream === filter.stream &&
          (filter.product === undefined || shot.product === filter.product) &&
          (filter.verdict === undefined || verdict?.class === filter.verdict),
      );
      const paged: number[] = [];
      let cursor: HistoryCursor | null = null;
      do {
        const page = await historyPage(database, filter, limit, cursor);
        expect(page.rows.length).toBeLessThanOrEqual(limit);
        paged.push(...page.rows.map(({ seq }) => seq));
        cursor = page.next;
      } while (cursor);
      expect(paged).toEqual(all.map(({ seq }) => seq));
    }),
    { numRuns: 60 },
  );
});
