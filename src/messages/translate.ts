/** Looking a message up in the language of the screen. Reactive: what reads `t()` follows a change of language. */
import { catalogue, type MessageKey, type ParamsOf } from './catalogue.ts';
import { formatNumber } from './format.ts';
import { locale } from './locale.svelte.ts';

/** What may stand in a `{param}`: a number is written in the language's own format. */
export type ParamValue = string | number;

type Arguments<Key extends MessageKey> = [ParamsOf<Key>] extends [never]
  ? []
  : [params: Readonly<Record<ParamsOf<Key>, ParamValue>>];

/**
 * The text of a message in the current language.
 *
 * @param key the message
 * @param args its parameters, required exactly when the text has any
 */
export function t<Key extends MessageKey>(key: Key, ...args: Arguments<Key>): string {
  return fill(catalogue[key][locale.language], args[0]);
}

/** Whether a text is the key of a message. */
export function isMessageKey(key: string): key is MessageKey {
  return Object.hasOwn(catalogue, key);
}

/**
 * A message whose key is known only at run time (an `AppError` carries its key as data).
 * An unknown key gives `undefined`: the caller says what stands in its place.
 */
export function translateKey(key: string, params: Readonly<Record<string, ParamValue>> = {}): string | undefined {
  return isMessageKey(key) ? fill(catalogue[key][locale.language], params) : undefined;
}

function fill(text: string, params: Readonly<Record<string, ParamValue>> | undefined): string {
  if (params === undefined) return text;
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = Object.hasOwn(params, name) ? params[name] : undefined;
    if (value === undefined) return placeholder;
    return typeof value === 'number' ? formatNumber(value) : value;
  });
}
