/** What an engineer asks for when something is wrong, as lines of label and value. */
import type { AppError } from '../../domain/app-error.ts';
import { describeError, formatBytes, formatMilliseconds, formatNumber, t } from '../../messages/index.ts';
import type { ClientStatus, ModelDiagnostics } from '../../model/client.ts';

/** What the browser tells of the device; null where it does not. */
export interface DeviceFacts {
  readonly userAgent: string;
  readonly screen: string;
  readonly cores: number;
  readonly memoryGigabytes: number | null;
  readonly pageHeapBytes: number | null;
  readonly storage: { readonly usage: number; readonly quota: number } | null;
  readonly online: boolean;
  readonly isolated: boolean;
}

/** Reads what the browser tells of the device. */
export async function readDevice(): Promise<DeviceFacts> {
  const { deviceMemory } = navigator as Navigator & { deviceMemory?: number };
  const { memory } = performance as Performance & { memory?: { usedJSHeapSize: number } };
  const storage = navigator.storage as StorageManager | undefined;
  const { usage, quota } = (await storage?.estimate().catch(() => undefined)) ?? {};
  return {
    userAgent: navigator.userAgent,
    screen: `${window.innerWidth} × ${window.innerHeight} @ ${window.devicePixelRatio}`,
    cores: navigator.hardwareConcurrency,
    memoryGigabytes: deviceMemory ?? null,
    pageHeapBytes: memory?.usedJSHeapSize ?? null,
    storage: usage === undefined || quota === undefined ? null : { usage, quota },
    online: navigator.onLine,
    isolated: window.crossOriginIsolated,
  };
}

/** Everything the diagnostics are made of. */
export interface DiagnosticFacts {
  readonly device: DeviceFacts | null;
  readonly inference: ModelDiagnostics | null;
  readonly bundleId: string | null;
  /** Sequence number of the manifest. */
  readonly sequence: number | null;
  readonly status: ClientStatus;
  /** Of the last load. */
  readonly error: AppError | null;
  /** Of the last shots. */
  readonly durationsMs: readonly number[];
}

/** One line of the diagnostics. */
export interface DiagnosticLine {
  readonly label: string;
  readonly value: string;
}

/** The diagnostics in words. */
export function diagnosticLines(facts: DiagnosticFacts): readonly DiagnosticLine[] {
  const { device, inference, error } = facts;
  const yesNo = (value: boolean): string => (value ? t('common.yes') : t('common.no'));
  const lines: (DiagnosticLine | null)[] = [
    { label: t('model.diagnostics.app'), value: `Castwatch ${__APP_VERSION__}` },
    {
      label: t('model.diagnostics.bundle'),
      value: `${facts.bundleId ?? t('common.none')}${facts.sequence === null ? '' : ` (manifest ${facts.sequence})`}`,
    },
    { label: t('model.diagnostics.state'), value: t(`model.state.${facts.status.state}`) },
    error && { label: t('model.diagnostics.error'), value: errorLine(error) },
    inference && { label: t('model.diagnostics.backend'), value: inference.backend },
    inference && { label: t('model.diagnostics.runtime'), value: inference.runtimeVersion },
    inference && { label: t('model.diagnostics.modelHeap'), value: formatBytes(inference.heapBytes) },
    inference && { label: t('model.diagnostics.download'), value: formatMilliseconds(inference.timings.download) },
    inference && { label: t('model.diagnostics.sessions'), value: formatMilliseconds(inference.timings.sessions) },
    inference && { label: t('model.diagnostics.selfTest'), value: formatMilliseconds(inference.timings.selfTest) },
    facts.durationsMs.length === 0
      ? null
      : {
          label: t('model.diagnostics.perShot', { count: facts.durationsMs.length }),
          value: formatMilliseconds(median(facts.durationsMs)),
        },
    device && { label: t('model.diagnostics.browser'), value: device.userAgent },
    device && { label: t('model.diagnostics.screen'), value: device.screen },
    device && { label: t('model.diagnostics.cores'), value: formatNumber(device.cores) },
    device?.memoryGigabytes ? { label: t('model.diagnostics.memory'), value: `${device.memoryGigabytes} GB` } : null,
    device?.pageHeapBytes ? { label: t('model.diagnostics.pageHeap'), value: formatBytes(device.pageHeapBytes) } : null,
    device?.storage
      ? {
          label: t('model.diagnostics.storage'),
          value: t('model.diagnostics.storageOf', {
            usage: formatBytes(device.storage.usage),
            quota: formatBytes(device.storage.quota),
          }),
        }
      : null,
    device && { label: t('model.diagnostics.online'), value: yesNo(device.online) },
    device && { label: t('model.diagnostics.isolated'), value: yesNo(device.isolated) },
  ];
  return lines.filter((line) => line !== null);
}

/** Code, text and what lies beneath. */
function errorLine(error: AppError): string {
  const { cause } = error;
  const beneath = cause === undefined ? '' : ` | ${cause instanceof Error ? cause.message : JSON.stringify(cause)}`;
  return `${error.code}: ${describeError(error).title} ${JSON.stringify(error.params)}${beneath}`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
