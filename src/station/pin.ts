import { z } from '../domain/zod.ts';

/**
 * The PIN before the settings: salted, slow to try, and limited in how often it may be tried. It keeps hands off settings, not an
 * attacker off a tablet: whoever can clear the site's storage clears the PIN with it (docs/kiosk.md).
 */

/** PBKDF2-SHA256 rounds (OWASP Password Storage Cheat Sheet, 2023). */
const ROUNDS = 600_000;

/** Wrong tries before waiting begins. */
const FREE_TRIES = 3;
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 60 * 60_000;

const STORAGE_KEY = 'castwatch.pin';

export const PIN_DIGITS = { least: 4, most: 8 } as const;

/** Without letters and digits that are taken for one another. */
const RECOVERY_ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const RECOVERY_LENGTH = 16;

const secretSchema = z.object({ salt: z.string(), hash: z.string(), rounds: z.int() });

const storedSchema = z.object({
  pin: secretSchema,
  recovery: secretSchema,
  /** Wrong tries in a row. */
  wrong: z.int(),
  /** Wall clock, ms: not before this. */
  blockedUntil: z.number(),
});
type Stored = z.infer<typeof storedSchema>;

/** How a try went. */
export type PinAnswer =
  | { readonly kind: 'right' }
  | { readonly kind: 'wrong'; readonly triesLeft: number }
  /** Not tried: too many wrong ones before. */
  | { readonly kind: 'wait'; readonly ms: number };

export interface PinLockOptions {
  /** Null where the browser forbids storage: a PIN can then not be set. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null;
  readonly now?: () => number;
  /** Rounds of the hash; fewer in tests. */
  readonly rounds?: number;
}

/** The PIN of this device. */
export class PinLock {
  readonly #storage: PinLockOptions['storage'];
  readonly #now: () => number;
  readonly #rounds: number;

  constructor({ storage, now = Date.now, rounds = ROUNDS }: PinLockOptions) {
    this.#storage = storage;
    this.#now = now;
    this.#rounds = rounds;
  }

  /** Whether a PIN has been set. */
  get isSet(): boolean {
    return this.#read() !== null;
  }

  /** How long no try is taken, in ms; 0: at once. A clock that was set back does not make it longer than the longest wait. */
  get waitMs(): number {
    const left = (this.#read()?.blockedUntil ?? 0) - this.#now();
    return Math.max(0, Math.min(left, LONGEST_WAIT_MS));
  }

  /**
   * Sets or replaces the PIN ({@link PIN_DIGITS} digits).
   * @returns the recovery code, shown once to be written down, or null where it could not be stored
   */
  async set(pin: string): Promise<string | null> {
    const recovery = randomCode();
    const stored: Stored = {
      pin: await this.#hashed(pin),
      recovery: await this.#hashed(recovery),
      wrong: 0,
      blockedUntil: 0,
    };
    return this.#write(stored) ? recovery.replace(/(.{4})(?=.)/g, '$1-') : null;
  }

  /** Takes the PIN away. */
  clear(): void {
    this.#storage?.removeItem(STORAGE_KEY);
  }

  /** Tries the PIN, or the recovery code in any spelling (spaces, dashes, small letters). */
  async try(code: string): Promise<PinAnswer> {
    const stored = this.#read();
    if (!stored) return { kind: 'right' };
    const { waitMs } = this;
    if (waitMs > 0) return { kind: 'wait', ms: waitMs };
    // Counted before it is checked: a page that is reloaded in the middle gains no try.
    const wrong = stored.wrong + 1;
    const over = wrong - FREE_TRIES;
    const wait = over < 0 ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** over);
    this.#write({ ...stored, wrong, blockedUntil: wait === 0 ? 0 : this.#now() + wait });
    const plain = code.trim();
    const spelled = plain.toUpperCase().replace(/[\s-]/g, '');
    if ((await matches(stored.pin, plain)) || (await matches(stored.recovery, spelled))) {
      this.#write({ ...stored, wrong: 0, blockedUntil: 0 });
      return { kind: 'right' };
    }
    return { kind: 'wrong', triesLeft: Math.max(0, -over) };
  }

  async #hashed(code: string): Promise<Stored['pin']> {
    const salt = crypto.getRandomValues(new Uint8Array(16));
    return { salt: toBase64(salt), hash: await derive(code, salt, this.#rounds), rounds: this.#rounds };
  }

  #read(): Stored | null {
    try {
      return storedSchema.parse(JSON.parse(this.#storage?.getItem(STORAGE_KEY) ?? ''));
    } catch {
      return null;
    }
  }

  #write(stored: Stored): boolean {
    try {
      if (!this.#storage) return false;
      this.#storage.setItem(STORAGE_KEY, JSON.stringify(stored));
      return true;
    } catch {
      return false;
    }
  }
}

async function matches({ salt, hash, rounds }: Stored['pin'], code: string): Promise<boolean> {
  return (await derive(code, Uint8Array.from(atob(salt), (c) => c.charCodeAt(0)), rounds)) === hash;
}

async function derive(code: string, salt: Uint8Array<ArrayBuffer>, iterations: number): Promise<string> {
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(code), 'PBKDF2', false, ['deriveBits']);
  return toBase64(new Uint8Array(await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, key, 256)));
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** 16 letters and digits, 80 bits: its alphabet has 32 of them, so that a byte's low five bits draw one evenly. */
function randomCode(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(RECOVERY_LENGTH));
  return Array.from(bytes, (byte) => RECOVERY_ALPHABET[byte % RECOVERY_ALPHABET.length]).join('');
}
