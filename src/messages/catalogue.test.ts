import { describe, expect, it } from 'vitest';
import { catalogue } from './catalogue.ts';
import { defineMessages, type Entry } from './define.ts';
import { LANGUAGES } from './locale.svelte.ts';
import { t, translateKey } from './translate.ts';

const entries = Object.entries(catalogue as Record<string, Entry>);
const hangul = /[\uac00-\ud7a3]/;
const vietnamese = /[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]/i;

/** The words of a text, without its parameters, symbols and abbreviations. */
const wordsOf = (text: string): readonly string[] => text.replace(/\{\w+\}/g, '').match(/[A-Za-z]*[a-z]{3,}/g) ?? [];
/** Names that stay as they are. */
const NAMES = new Set(['Castwatch', 'Brier', 'kgf', 'tonf', 'bar', 'Shot', 'shot', 'Seed', 'log', 'odds', 'Log', 'biscuit']);

describe('the catalogue', () => {
  it('has a text in every language for every key but the units that have no symbol', () => {
    const empty = entries.flatMap(([key, entry]) => LANGUAGES.filter((language) => entry[language].trim() === '').map((l) => `${key} ${l}`));
    expect(empty).toEqual(['none', 'count'].flatMap((unit) => LANGUAGES.map((language) => `unit.${unit} ${language}`)));
  });

  it('leaves no Korean in English or Vietnamese and no Vietnamese in Korean or English', () => {
    const strays = entries.filter(
      ([, { ko, en, vi }]) => hangul.test(en) || hangul.test(vi) || vietnamese.test(en) || vietnamese.test(ko),
    );
    expect(strays).toEqual([]);
  });

  it('leaves no text in English', () => {
    const untranslated = entries
      .filter(([, { ko, en, vi }]) => {
        const english = wordsOf(en).some((word) => !NAMES.has(word));
        return english && (!hangul.test(ko) || vi === en);
      })
      .map(([key]) => key);
    expect(untranslated).toEqual([]);
  });

  it('uses a full-width colon, stray blank or double blank nowhere', () => {
    const untidy = entries.filter(([, entry]) => LANGUAGES.some((language) => /：| {2}|^\s|\s$/.test(entry[language])));
    expect(untidy).toEqual([]);
  });
});

describe('types of the catalogue', () => {
  it('refuse what is incomplete', () => {
    // @ts-expect-error a language is missing
    defineMessages('test', { 'test.a': { ko: '가', en: 'a' } });
    // @ts-expect-error Vietnamese names another parameter
    defineMessages('test', { 'test.a': { ko: '{n}개', en: '{n} pieces', vi: '{m} cái' } });
    // @ts-expect-error the key is outside its namespace
    defineMessages('test', { 'other.a': { ko: '가', en: 'a', vi: 'b' } });
    // @ts-expect-error no such key
    expect(() => t('line.nothing')).toThrow();
    // @ts-expect-error the parameter is missing
    expect(t('line.age')).toContain('{seconds}');
    // @ts-expect-error the parameter has another name
    expect(t('line.age', { minutes: 3 })).toContain('{seconds}');
  });
});

describe('looking up', () => {
  it('fills parameters, and never from a prototype', () => {
    expect(t('line.age', { seconds: 3 })).toBe('3초 전');
    expect(translateKey('line.age', JSON.parse('{"__proto__": {"seconds": 1}}') as Record<string, number>)).toBe('{seconds}초 전');
    expect(translateKey('__proto__')).toBeUndefined();
    expect(translateKey('toString')).toBeUndefined();
  });
});
