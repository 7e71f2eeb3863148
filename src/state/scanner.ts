/** A keyboard-wedge scanner: it types like a very fast person and ends with Enter. */

/** Nobody types two keys this close together again and again, in milliseconds. */
const FAST_MS = 50;

/** Shorter bursts are somebody's fingers. */
const SHORTEST = 4;

const LONGEST = 200;

/** What a key did: part of a burst, the end of a code, or nothing of a scanner's. */
export type ScanStep = { readonly kind: 'typing' } | { readonly kind: 'burst' } | { readonly kind: 'code'; readonly code: string };

/** Tells codes of a scanner from what people type, by the time between keys alone. */
export class Scanner {
  #text = '';
  #last = -Infinity;

  /** @param time of the key, in milliseconds of any clock that does not run backwards */
  key(key: string, time: number): ScanStep {
    const fast = time - this.#last <= FAST_MS;
    this.#last = time;
    if (key === 'Enter') {
      const code = this.#text;
      this.#text = '';
      return fast && code.length >= SHORTEST ? { kind: 'code', code } : { kind: 'typing' };
    }
    if (key === 'Shift') return { kind: 'typing' };
    if (key.length !== 1) {
      this.#text = '';
      return { kind: 'typing' };
    }
    this.#text = fast && this.#text.length < LONGEST ? this.#text + key : key;
    return fast && this.#text.length > 1 ? { kind: 'burst' } : { kind: 'typing' };
  }
}

/**
 * Calls back with every code that is scanned while no field has the focus: what is typed into a field is the field's.
 * Returns the way to stop.
 */
export function listenForCodes(target: Pick<Window, 'addEventListener' | 'removeEventListener'>, oncode: (code: string) => void): () => void {
  const scanner = new Scanner();
  const listen = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const element = event.target instanceof Element ? event.target : null;
    if (element?.matches('input:not([type=radio], [type=checkbox], [type=range]), textarea, select, [contenteditable]')) return;
    const step = scanner.key(event.key, event.timeStamp);
    if (step.kind === 'typing') return;
    // A code must not press the button that happens to have the focus.
    event.preventDefault();
    event.stopPropagation();
    if (step.kind === 'code') oncode(step.code);
  };
  target.addEventListener('keydown', listen, true);
  return () => target.removeEventListener('keydown', listen, true);
}
