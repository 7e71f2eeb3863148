const DEVICE_KEY = 'castwatch.device';

/** A random name for this device, kept: what staged releases and the host's log know it by. */
export function deviceId(storage: Pick<Storage, 'getItem' | 'setItem'> | null): string {
  try {
    const kept = storage?.getItem(DEVICE_KEY);
    if (kept != null && kept !== '') return kept;
    const fresh = crypto.randomUUID();
    storage?.setItem(DEVICE_KEY, fresh);
    return fresh;
  } catch {
    return 'unnamed';
  }
}
