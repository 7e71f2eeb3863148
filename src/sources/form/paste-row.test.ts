import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FEATURE_COUNT, FEATURE_NAMES } from '../../domain/feature.ts';
import { readPastedRow, type PastedRow, type PasteError } from './paste-row.ts';

const values = Array.from({ length: FEATURE_COUNT }, (_, i) => i + 0.25);
const texts = values.map(String);
const commas = texts.map((text) => text.replace('.', ','));
const read = (text: string) => readPastedRow(text, 'row');

async function rowOf(text: string): Promise<PastedRow> {
  const result = await read(text);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

async function errorOf(text: string): Promise<PasteError> {
  const result = await read(text);
  if (result.ok) throw new Error('was read');
  return result.error;
}

describe('a pasted row', () => {
  it.each([
    ['tabs', texts.join('\t')],
    ['tabs and decimal commas', commas.join('\t')],
    ['semicolons and decimal commas', commas.join(';')],
    ['commas', texts.join(',')],
    ['commas and quoted decimal commas', commas.map((text) => `"${text}"`).join(',')],
    ['blanks', texts.join('  ')],
    ['blanks and decimal commas', commas.join(' ')],
    ['an id before it', ['77', ...texts].join('\t')],
    ['an id before it and defect flags after it', ['77', ...texts, ...new Array<string>(26).fill('0')].join('\t')],
    ['names above it', `${FEATURE_NAMES.join('\t')}\n${texts.join('\t')}`],
    ['names above it in another order', `${FEATURE_NAMES.toReversed().join(';')}\r\n${commas.toReversed().join(';')}\r\n`],
    ['blank lines around it', `\n\n${texts.join('\t')}\n\n`],
  ])('is read with %s', async (_, text) => {
    expect(await rowOf(text)).toEqual({ values: Float64Array.from(values), furtherRows: 0 });
  });

  it('reads back whatever is written, missing values too', async () => {
    const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(NaN));
    const row = fc.array(value, { minLength: FEATURE_COUNT, maxLength: FEATURE_COUNT });
    await fc.assert(
      fc.asyncProperty(row, fc.constantFrom('\t', ';'), fc.boolean(), async (some, separator, comma) => {
        fc.pre(some.some((one) => !Number.isNaN(one)));
        const cells = some.map((one) => (Number.isNaN(one) ? '' : comma ? String(one).replace('.', ',') : String(one)));
        expect([...(await rowOf(cells.join(separator))).values]).toEqual(some.map((one) => one + 0));
      }),
    );
  });

  it('is the first of several, and says how many were left aside', async () => {
    const { values: first, furtherRows } = await rowOf(`${texts.join('\t')}\n${texts.toReversed().join('\t')}\nx`);
    expect([...first]).toEqual(values);
    expect(furtherRows).toBe(2);
  });

  it('is refused with what is wrong', async () => {
    expect(await errorOf(' \n ')).toEqual({ kind: 'nothing' });
    expect(await errorOf(texts.slice(1).join('\t'))).toEqual({ kind: 'count', found: 29, expected: 30 });
    expect(await errorOf(commas.join(','))).toEqual({ kind: 'count', found: 60, expected: 30 });
    const withText = texts.with(3, 'fast').join('\t');
    for (const text of [withText, `${FEATURE_NAMES.join('\t')}\n${withText}`]) {
      expect(await errorOf(text)).toMatchObject({
        kind: 'row',
        row: { code: 'bad_cells', cells: [{ name: FEATURE_NAMES[3], problem: 'not_a_number', text: 'fast' }] },
      });
    }
    expect(await errorOf(`${FEATURE_NAMES.slice(2).join('\t')}\n${texts.slice(2).join('\t')}`)).toMatchObject({
      kind: 'header',
      error: { code: 'missing_columns', params: { columns: `${FEATURE_NAMES[0]}, ${FEATURE_NAMES[1]}` } },
    });
    expect(await errorOf('hello')).toMatchObject({ kind: 'header' });
  });
});
