import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8');

/** The colours of a theme's block. */
function colorsOf(theme: 'day' | 'night'): Record<string, string> {
  const block = new RegExp(`data-theme='${theme}'\\] \\{([^}]*)\\}`).exec(css)?.[1] ?? '';
  const declarations = [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)];
  return Object.fromEntries(declarations.map(([, name = '', color = '']) => [name, color]));
}

/** WCAG 2.2 relative luminance. */
function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = parseInt(color.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG 2.2 contrast ratio. */
function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

describe.each(['day', 'night'] as const)('the %s theme', (theme) => {
  const colors = colorsOf(theme);
  const of = (name: string): string => colors[name] ?? '';

  it.each(
    ['text', 'muted', 'ng', 'hold', 'andon-ok', 'info'].flatMap((ink) => ['ground', 'panel', 'raised'].map((on) => [ink, on])),
  )('writes %s legibly on %s', (ink, on) => {
    expect(contrast(of(ink), of(on))).toBeGreaterThanOrEqual(4.5);
  });

  it.each([
    ['on-ng', 'ng-ground'],
    ['on-hold', 'hold-ground'],
    ['on-info', 'info'],
    ['text', 'info-ground'],
    ['raised', 'text'],
  ])('writes %s legibly on %s', (ink, on) => {
    expect(contrast(of(ink), of(on))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(
    ['control-line', 'mark', 'focus', 'series-1', 'series-2', 'series-3', 'series-4', 'series-5'].flatMap((shape) =>
      ['panel', 'raised'].map((on) => [shape, on]),
    ),
  )('draws %s visibly on %s', (shape, on) => {
    expect(contrast(of(shape), of(on))).toBeGreaterThanOrEqual(3);
  });

  it('keeps the grounds of NG and HOLD apart in greyscale', () => {
    expect(contrast(of('ng-ground'), of('hold-ground'))).toBeGreaterThanOrEqual(1.5);
  });
});
