/** Where in the app the person is: hash routes, so that plain files can be hosted anywhere and the back button works. */

/** The views, in the order of the navigation. */
export const VIEWS = ['line', 'shot', 'history', 'batch', 'form', 'quality', 'model', 'settings'] as const;

/** The name of a view, which is its route: `#/line`. */
export type ViewName = (typeof VIEWS)[number];

/** A place in the app: `#/shot/<id>` opens one shot, `#/shot` the latest. */
export interface Route {
  readonly view: ViewName;
  readonly id: string | null;
}

/** Reads a location hash. What is no route is the line view. */
export function parseHash(hash: string): Route {
  const [view = '', id] = hash.replace(/^#\/?/, '').split('/');
  const known = VIEWS.find((name) => name === view);
  if (known === undefined) return { view: 'line', id: null };
  try {
    return { view: known, id: id === undefined || id === '' ? null : decodeURIComponent(id) };
  } catch {
    return { view: known, id: null };
  }
}

/** The hash of a place. */
export function hrefOf(view: ViewName, id: string | null = null): string {
  return id === null ? `#/${view}` : `#/${view}/${encodeURIComponent(id)}`;
}

/** The current place, kept in the location hash. */
export class Router {
  route = $state.raw<Route>({ view: 'line', id: null });
  readonly #window: Pick<Window, 'location' | 'addEventListener' | 'removeEventListener'>;

  constructor(target: Pick<Window, 'location' | 'addEventListener' | 'removeEventListener'>) {
    this.#window = target;
    this.route = parseHash(target.location.hash);
  }

  /** Follows the location from now on; returns the way to stop. */
  start(): () => void {
    const follow = (): void => {
      this.route = parseHash(this.#window.location.hash);
    };
    this.#window.addEventListener('hashchange', follow);
    return () => this.#window.removeEventListener('hashchange', follow);
  }

  /** Goes to a place. */
  go(view: ViewName, id: string | null = null): void {
    this.#window.location.hash = hrefOf(view, id);
    this.route = { view, id };
  }
}
