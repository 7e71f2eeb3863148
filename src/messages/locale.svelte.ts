/**
 * How the page speaks: language and units. One for the whole page, because the document has one `lang`;
 * the settings write it, the catalogue and the formats read it.
 */

import type { UnitPreference } from '../domain/units.ts';

/** The languages of the floor, the default first. */
export const LANGUAGES = ['ko', 'en', 'vi'] as const;

/** One of the languages every message exists in. */
export type Language = (typeof LANGUAGES)[number];

/** What a language calls itself, and what fits on a narrow switch. */
export const LANGUAGE_NAMES: Readonly<Record<Language, { readonly name: string; readonly short: string }>> = {
  ko: { name: '한국어', short: '한' },
  en: { name: 'English', short: 'EN' },
  vi: { name: 'Tiếng Việt', short: 'VI' },
};

const TAGS: Readonly<Record<Language, string>> = { ko: 'ko-KR', en: 'en-GB', vi: 'vi-VN' };

class Locale {
  language = $state<Language>('ko');
  units = $state.raw<UnitPreference>({ pressure: 'kgf/cm2', force: 'tonf' });

  /** The tag `Intl` wants for the current language. */
  get tag(): string {
    return TAGS[this.language];
  }
}

/** How the page speaks. */
export const locale = new Locale();
