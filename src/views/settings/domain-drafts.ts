/** What is being edited of the domain table, in the shape of the form, and back. */
import type { Cause, CauseDirection, DefectEntry, LocalText } from '../../domain/domain-table.ts';
import type { FeatureName } from '../../domain/feature.ts';
import type { Language } from '../../messages/index.ts';

/** One cause as a row of the form. */
export interface CauseDraft {
  readonly id: number;
  signal: FeatureName;
  direction: CauseDirection;
}

/** The causes of a defect that signals show, one signal a row. */
export function causeDrafts(causes: readonly Cause[]): CauseDraft[] {
  return causes
    .flatMap((cause) => (cause.kind === 'signal' ? cause.signals.map((signal) => ({ signal, direction: cause.direction })) : []))
    .map((draft, id) => ({ id, ...draft }));
}

/** The texts of a list as lines in one language, in another where there is none. */
export function linesOf(texts: readonly LocalText[], language: Language): string {
  return texts.map((text) => textIn(text, language)).join('\n');
}

/**
 * Lines as texts. A line that was there before keeps its translations; a changed or new one is stored in this language
 * alone, since its old translations would say something else.
 */
export function textsOf(lines: string, before: readonly LocalText[], language: Language): LocalText[] {
  return lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => changedText(line, before.find((text) => textIn(text, language) === line) ?? null, language));
}

/** A text of one field: unchanged with its translations, else in this language alone. */
export function changedText(line: string, before: LocalText | null, language: Language): LocalText {
  const text = line.trim();
  if (before !== null && textIn(before, language) === text) return before;
  return { ko: '', en: '', vi: '', [language]: text };
}

/** A text in a language, in another where there is none. */
export function textIn(text: LocalText, language: Language): string {
  return text[language] || text.ko || text.en || text.vi;
}

/** A defect's entry from its form. */
export function defectEntry(
  before: DefectEntry,
  form: { readonly causes: readonly CauseDraft[]; readonly unrecorded: string; readonly measures: string; readonly confirmed: boolean },
  language: Language,
): DefectEntry {
  return {
    causes: [
      ...form.causes.map(({ signal, direction }): Cause => ({ kind: 'signal', signals: [signal], direction })),
      ...textsOf(form.unrecorded, unrecordedTexts(before), language).map((text): Cause => ({ kind: 'unrecorded', text })),
    ],
    measures: textsOf(form.measures, before.measures, language),
    confirmed: form.confirmed,
  };
}

/** The causes of a defect that no signal shows. */
export function unrecordedTexts({ causes }: DefectEntry): readonly LocalText[] {
  return causes.flatMap((cause) => (cause.kind === 'unrecorded' ? [cause.text] : []));
}
