import { describe, expect, it } from 'vitest';
import { hrefOf, parseHash } from './router.svelte.ts';

describe('routes', () => {
  it('name a view and perhaps a shot', () => {
    expect(parseHash('#/model')).toEqual({ view: 'model', id: null });
    expect(parseHash(hrefOf('shot', 'a/b c%'))).toEqual({ view: 'shot', id: 'a/b c%' });
  });

  it.each(['', '#', '#/', '#/nowhere', '#/__proto__', '#main'])('lead to the line from %s', (hash) => {
    expect(parseHash(hash)).toEqual({ view: 'line', id: null });
  });

  it('survive an id that is no encoded text', () => {
    expect(parseHash('#/shot/%E0%A4%A')).toEqual({ view: 'shot', id: null });
  });
});
