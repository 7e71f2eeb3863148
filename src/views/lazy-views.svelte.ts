/** The views beside the line view: each is a file of its own, fetched when it is asked for or when the page has nothing to do. */
import type { Component } from 'svelte';
import type { ViewName } from '../state/router.svelte.ts';

/** A view that is not in the first file. The line view is: an operator must never wait for it. */
export type LazyViewName = Exclude<ViewName, 'line'>;

/** How a view's file is fetched. */
export type ViewLoaders = Readonly<Record<LazyViewName, () => Promise<{ readonly default: Component }>>>;

const LOADERS: ViewLoaders = {
  shot: () => import('./shot/ShotView.svelte'),
  history: () => import('./history/HistoryView.svelte'),
  batch: () => import('./batch/BatchView.svelte'),
  form: () => import('./form/FormView.svelte'),
  quality: () => import('./quality/QualityView.svelte'),
  model: () => import('./model/ModelView.svelte'),
  settings: () => import('./settings/SettingsView.svelte'),
};

/** What is known of a view: its component, that its file is on the way, or that it could not be had. */
export type LazyView =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly component: Component }
  | {
      readonly state: 'failed';
      /** It failed again after a retry: some browsers remember a failed file as long as the page lives. */
      readonly again: boolean;
    };

/** Fetches views and keeps them. */
export class LazyViews {
  #views = $state.raw<Partial<Record<LazyViewName, LazyView>>>({});
  readonly #loaders: ViewLoaders;

  constructor(loaders: ViewLoaders = LOADERS) {
    this.#loaders = loaders;
  }

  /** What is known of a view; before it is asked for it counts as on the way. */
  get(view: LazyViewName): LazyView {
    return this.#views[view] ?? { state: 'loading' };
  }

  /** Fetches a view unless it is there or on its way. A failure is a state, never a rejection. */
  async load(view: LazyViewName): Promise<void> {
    const before = this.#views[view];
    if (before?.state === 'loading' || before?.state === 'ready') return;
    this.#put(view, { state: 'loading' });
    try {
      this.#put(view, { state: 'ready', component: (await this.#loaders[view]()).default });
    } catch {
      this.#put(view, { state: 'failed', again: before?.state === 'failed' });
    }
  }

  /**
   * Fetches the views that are missing one after the other, each when the page is idle, so that nobody waits for one later.
   * One that fails is left for when it is asked for. Returns the way to stop.
   */
  preload(): () => void {
    const waiting = (Object.keys(this.#loaders) as LazyViewName[]).filter((view) => this.#views[view] === undefined);
    let stopped = false;
    const next = (): void => {
      const view = waiting.shift();
      if (view === undefined || stopped) return;
      whenIdle(() => {
        if (stopped) return;
        if (this.#views[view] !== undefined) {
          next();
          return;
        }
        void this.load(view).then(() => {
          if (this.#views[view]?.state === 'failed') this.#put(view, undefined);
          next();
        });
      });
    };
    next();
    return () => {
      stopped = true;
    };
  }

  #put(view: LazyViewName, known: LazyView | undefined): void {
    this.#views = { ...this.#views, [view]: known };
  }
}

/** Safari has no idle callback: there a pause does. */
function whenIdle(work: () => void): void {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(work, { timeout: 5000 });
  else setTimeout(work, 500);
}
