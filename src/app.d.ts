/** Version of the app, from package.json at build time. */
declare const __APP_VERSION__: string;
/** PEM of the key that signs the manifest, from a file at build time (see vite.config.ts). */
declare const __MANIFEST_PUBLIC_KEY__: string;
