/** The browser's databases in one of its stores. */
export type Place = () => Promise<IDBFactory>;

/** Buckets are not yet in TypeScript's library. */
interface Buckets {
  keys(): Promise<readonly string[]>;
  open(name: string, options: { durability: 'strict' }): Promise<{ readonly indexedDB: IDBFactory }>;
}

const BUCKET = 'castwatch-journal';

/**
 * Where the journal's database may be, in the order of trying. A browser keeps all databases of an origin in one store, and
 * where that is damaged (Chromium: its manifest is missing) none of them opens, whatever its name. A storage bucket has a
 * store of its own: the second place, and the first from then on.
 */
export async function databasePlaces(): Promise<readonly Place[]> {
  const common: Place = () => Promise.resolve(indexedDB);
  const { storageBuckets } = navigator as { storageBuckets?: Buckets };
  if (!storageBuckets) return [common];
  const own: Place = async () => (await storageBuckets.open(BUCKET, { durability: 'strict' })).indexedDB;
  const moved = await storageBuckets.keys().then(
    (names) => names.includes(BUCKET),
    () => false,
  );
  return moved ? [own, common] : [common, own];
}
