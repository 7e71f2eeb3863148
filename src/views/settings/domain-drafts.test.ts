import { describe, expect, test } from 'vitest';
import { DEFAULT_DOMAIN_TABLE } from '../../domain/domain-table-default.ts';
import { domainTableSchema } from '../../domain/domain-table.ts';
import { DEFECTS } from '../../domain/defect.ts';
import { causeDrafts, defectEntry, linesOf, textIn, unrecordedTexts } from './domain-drafts.ts';

const { defects } = DEFAULT_DOMAIN_TABLE;
const formOf = (entry: (typeof defects)['Stain'], language: 'ko' | 'en' | 'vi') => ({
  causes: causeDrafts(entry.causes),
  unrecorded: linesOf(unrecordedTexts(entry), language),
  measures: linesOf(entry.measures, language),
  confirmed: entry.confirmed,
});

describe('a defect in its form', () => {
  test.each(DEFECTS)('%s saved without a change means the same in every language', (defect) => {
    for (const language of ['ko', 'en', 'vi'] as const) {
      const saved = defectEntry(defects[defect], formOf(defects[defect], language), language);
      expect(saved.measures).toEqual(defects[defect].measures);
      expect(unrecordedTexts(saved)).toEqual(unrecordedTexts(defects[defect]));
      expect(causeDrafts(saved.causes)).toEqual(causeDrafts(defects[defect].causes));
      const table = { ...DEFAULT_DOMAIN_TABLE, defects: { ...defects, [defect]: saved } };
      expect(domainTableSchema.safeParse(table).success).toBe(true);
    }
  });

  test('a changed line is stored in its language and shows in the others; the rest keeps its translations', () => {
    const form = formOf(defects.Stain, 'ko');
    const [first, ...others] = form.measures.split('\n');
    const saved = defectEntry(defects.Stain, { ...form, measures: [`${first} 먼저`, ...others, '', '  새 대책  '].join('\n') }, 'ko');
    expect(saved.measures).toHaveLength(defects.Stain.measures.length + 1);
    expect(saved.measures[0]).toEqual({ ko: `${first} 먼저`, en: '', vi: '' });
    expect(textIn(saved.measures[0]!, 'en')).toBe(`${first} 먼저`);
    expect(saved.measures.slice(1, -1)).toEqual(defects.Stain.measures.slice(1));
    expect(saved.measures.at(-1)).toEqual({ ko: '새 대책', en: '', vi: '' });
  });

  test('causes can be taken away and put in', () => {
    const form = formOf(defects.Stain, 'ko');
    const causes = [...form.causes.slice(1), { id: 99, signal: 'Sensor_Factory_Humidity' as const, direction: 'high' as const }];
    const saved = defectEntry(defects.Stain, { ...form, causes }, 'ko');
    expect(saved.causes).toContainEqual({ kind: 'signal', signals: ['Sensor_Factory_Humidity'], direction: 'high' });
    expect(causeDrafts(saved.causes)).toHaveLength(form.causes.length);
  });
});
