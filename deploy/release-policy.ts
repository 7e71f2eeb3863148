/** What a release says about itself beside its content. Change it with a release, not for one device. */

/**
 * No device goes below these numbers, whatever a server offers: they are part of the signed manifest and built into the
 * service worker. Raise them when an older release must not come back (a wrong model, a hole). `app` counts as
 * `CASTWATCH_RELEASE_SEQUENCE`, `models` as the `sequence` of `models/manifest.json`.
 */
export const MINIMUM_SEQUENCE = { app: 0, models: 1 } as const;

/** Share of the fleet that takes a new release by itself: all of it, unless a release says otherwise. */
export const DEFAULT_SHARE = 1;
