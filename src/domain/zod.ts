import * as z from 'zod/mini';

/**
 * Zod as the app uses it: the `mini` build, a third of the size of the full one, which a bundler could not shake out of every
 * worker. Refinements are functions: `z.string().check(z.maxLength(9))`, `z.nullable(z.string())`.
 */

// Zod would compile validators with `new Function`; under the Content-Security-Policy even the probe is a violation.
z.config({ ...z.locales.en(), jitless: true });

export { z };

/** A schema whose values are of type T. */
export type Schema<T> = z.ZodMiniType<T>;
