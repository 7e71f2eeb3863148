import { afterEach, describe, expect, it } from 'vitest';
import { locale } from '../messages/locale.svelte.ts';
import { DEFAULT_SETTINGS, Settings, type SettingsStorage } from './settings.svelte.ts';

function storageWith(text: string | null): SettingsStorage & { text: string | null } {
  return {
    text,
    getItem() {
      return this.text;
    },
    setItem(_key, value) {
      this.text = value;
    },
  };
}

afterEach(() => {
  locale.language = 'ko';
});

describe('settings', () => {
  it('come back as they were left', () => {
    const storage = storageWith(null);
    const first = new Settings(storage);
    expect(first.data).toEqual(DEFAULT_SETTINGS);
    first.update({ language: 'vi', theme: 'night', policy: { kind: 'cost', ratio: 8 } });
    const second = new Settings(storage);
    expect(second.data).toEqual({ ...DEFAULT_SETTINGS, language: 'vi', theme: 'night', policy: { kind: 'cost', ratio: 8 } });
    expect(second.health).toBe('good');
  });

  it('speak their language at once', () => {
    const settings = new Settings(storageWith('{"language":"en"}'));
    expect(locale.language).toBe('en');
    settings.update({ language: 'vi' });
    expect(locale.language).toBe('vi');
  });

  it('keep what is good of a damaged entry and say that something was lost', () => {
    const settings = new Settings(
      storageWith(JSON.stringify({ language: 'vi', theme: 'neon', policy: { kind: 'budget', flagged: 7 }, andon: true })),
    );
    expect(settings.data).toEqual({ ...DEFAULT_SETTINGS, language: 'vi', andon: true });
    expect(settings.health).toBe('discarded');
  });

  it.each(['{', '7', '[]', 'null', '"ko"'])('survive a stored %s', (text) => {
    const settings = new Settings(storageWith(text));
    expect(settings.data).toEqual(DEFAULT_SETTINGS);
    expect(settings.health).toBe('discarded');
  });

  it('take nothing from a prototype', () => {
    const settings = new Settings(storageWith('{"__proto__":{"andon":true}}'));
    expect(settings.data.andon).toBe(false);
  });

  it('hold for the page where nothing can be stored', () => {
    for (const storage of [null, { getItem: () => null, setItem: () => { throw new Error('quota'); } }]) {
      const settings = new Settings(storage);
      settings.update({ andon: true });
      expect(settings.data.andon).toBe(true);
      expect(settings.health).toBe('not-saved');
    }
  });
});
