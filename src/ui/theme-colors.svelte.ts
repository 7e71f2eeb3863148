/** The tokens as colours for what draws on a canvas and cannot use CSS. Reactive: a change of theme is followed. */
import { createSubscriber } from 'svelte/reactivity';

const TOKENS = {
  text: '--text',
  muted: '--muted',
  line: '--line',
  band: '--band',
  panel: '--panel',
  ok: '--ok',
  ng: '--ng',
  hold: '--hold',
  info: '--info',
  series1: '--series-1',
  series2: '--series-2',
  series3: '--series-3',
  series4: '--series-4',
  series5: '--series-5',
} as const;

/** The colours of the current theme. */
export type ThemeColors = Readonly<Record<keyof typeof TOKENS, string>>;

const subscribe = createSubscriber((update) => {
  const observer = new MutationObserver(update);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'data-andon'] });
  return () => observer.disconnect();
});

/** Reads the colours of the current theme from the tokens. */
export function themeColors(): ThemeColors {
  subscribe();
  const style = getComputedStyle(document.documentElement);
  const entries = Object.entries(TOKENS).map(([name, token]) => [name, style.getPropertyValue(token).trim()]);
  return Object.fromEntries(entries) as ThemeColors;
}
