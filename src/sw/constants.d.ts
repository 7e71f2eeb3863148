/** PEM of the key that signs release manifests (see scripts/build-constants.ts). */
declare const __RELEASE_PUBLIC_KEY__: string;
/** No release below these numbers is taken (see deploy/release-policy.ts). */
declare const __MINIMUM_SEQUENCE__: { readonly app: number; readonly models: number };
/** How long a release on trial has to prove itself. */
declare const __TRIAL_SECONDS__: number;
