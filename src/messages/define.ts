/**
 * How a message is written down: one entry, three languages side by side, checked by the type system.
 *
 * A missing language, a key outside its namespace, or a `{param}` that only some of the languages name is a type error.
 */

import type { Language } from './locale.svelte.ts';

/** One message in all languages. `{name}` marks the place of a parameter. */
export type Entry = Readonly<Record<Language, string>>;

/** The parameter names in a message text: `ParamNames<'{n} of {total}'>` is `'n' | 'total'`. */
export type ParamNames<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamNames<Rest>
  : never;

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** An entry whose languages name the same parameters; anything else resolves to a text that says what is wrong. */
type SameParams<E extends Entry> =
  Same<ParamNames<E['ko']>, ParamNames<E['en']>> extends true
    ? Same<ParamNames<E['ko']>, ParamNames<E['vi']>> extends true
      ? unknown
      : 'vi names other parameters than ko'
    : 'en names other parameters than ko';

type Checked<Prefix extends string, Entries> = {
  [Key in keyof Entries]: Key extends `${Prefix}.${string}`
    ? Entries[Key] extends Entry
      ? SameParams<Entries[Key]>
      : Entry
    : `the key must begin with ${Prefix}.`;
};

/**
 * Declares the messages of one namespace.
 *
 * @param _prefix the namespace; every key begins with it and a dot, so that a key is found by searching its full text
 * @param entries the messages
 */
export function defineMessages<const Prefix extends string, const Entries extends Record<string, Entry>>(
  _prefix: Prefix,
  entries: Entries & Checked<Prefix, Entries>,
): Entries {
  return entries;
}
