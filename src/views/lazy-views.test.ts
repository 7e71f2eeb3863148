import type { Component } from 'svelte';
import { describe, expect, test } from 'vitest';
import { LazyViews, type LazyViewName, type ViewLoaders } from './lazy-views.svelte.ts';

const component = (() => undefined) as unknown as Component;

/** Views whose files come only while the network is up. */
function house(network: { up: boolean }): { views: LazyViews; asked: LazyViewName[] } {
  const asked: LazyViewName[] = [];
  const loader = (view: LazyViewName) => () => {
    asked.push(view);
    return network.up ? Promise.resolve({ default: component }) : Promise.reject(new TypeError('Failed to fetch'));
  };
  const loaders: ViewLoaders = {
    shot: loader('shot'),
    history: loader('history'),
    batch: loader('batch'),
    form: loader('form'),
    quality: loader('quality'),
    model: loader('model'),
    settings: loader('settings'),
  };
  return { views: new LazyViews(loaders), asked };
}

describe('views fetched later', () => {
  test('are on their way until they are there, and are fetched once', async () => {
    const { views, asked } = house({ up: true });
    const first = views.load('shot');
    expect(views.get('shot')).toEqual({ state: 'loading' });
    await Promise.all([first, views.load('shot')]);
    expect(views.get('shot')).toEqual({ state: 'ready', component });
    await views.load('shot');
    expect(asked).toEqual(['shot']);
  });

  test('say that they failed, and that they failed again, until the network is back', async () => {
    const network = { up: false };
    const { views } = house(network);
    await views.load('batch');
    expect(views.get('batch')).toEqual({ state: 'failed', again: false });
    await views.load('batch');
    expect(views.get('batch')).toEqual({ state: 'failed', again: true });
    network.up = true;
    await views.load('batch');
    expect(views.get('batch')).toEqual({ state: 'ready', component });
  });

  test('come by themselves when the page is idle; one that cannot be had is tried again only when it is asked for', async () => {
    const network = { up: false };
    const { views, asked } = house(network);
    views.preload();
    await expect.poll(() => asked.length, { timeout: 10_000 }).toBe(7);
    await Promise.resolve();
    expect(views.get('settings')).toEqual({ state: 'loading' });
    network.up = true;
    await views.load('settings');
    expect(views.get('settings')).toEqual({ state: 'ready', component });
  });

  test('stop coming when told so', async () => {
    const { views, asked } = house({ up: true });
    views.preload()();
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(asked).toEqual([]);
  });
});
