/**
 * A sign of life for the host's access log: a GET of one byte from the own origin. What it says stands in the address, because the
 * address is what a log keeps. Off unless the plant wants it.
 */

const EVERY_MS = 10 * 60_000;

export interface BeaconOptions {
  /** Address of the page; the one-byte file lies beside it. */
  readonly base: string;
  /** What the log should show: device, release, bundle. Asked anew each time. */
  readonly facts: () => Readonly<Record<string, string>>;
  readonly fetch: (url: string, init: RequestInit) => Promise<unknown>;
}

/** Sends one now and every ten minutes; returns the way to stop. A beacon that does not get through is not missed. */
export function startBeacon({ base, facts, fetch }: BeaconOptions): () => void {
  const send = (): void => {
    const address = new URL('beacon.txt', base);
    for (const [name, value] of Object.entries(facts())) address.searchParams.set(name, value);
    fetch(address.href, { cache: 'no-store', credentials: 'omit' }).catch(() => undefined);
  };
  send();
  const timer = setInterval(send, EVERY_MS);
  return () => clearInterval(timer);
}
