/** The station in the diagnostics: releases and their checks, the screen, and what befell it. */
import type { CheckOutcome, ReleaseFacts, UpdateStatus } from '../../domain/updates.ts';
import type { MarkerRow } from '../../journal/store/database.ts';
import { formatBytes, formatDateTime, t } from '../../messages/index.ts';
import type { HealthEntry } from '../../state/health.svelte.ts';
import type { UpdatePhase } from '../../state/updates.svelte.ts';
import type { WakeState } from '../../station/wake-lock.ts';
import { markerText } from '../shared/marker-text.ts';
import type { DiagnosticLine } from './diagnostics.ts';

export interface StationFacts {
  readonly device: string;
  readonly phase: UpdatePhase;
  readonly status: UpdateStatus | null;
  readonly wake: WakeState;
}

/** Looks at the server that are shown; the exported file has all that are kept. */
const SHOWN_ATTEMPTS = 5;

const words = ({ version, build, app, models, headers }: ReleaseFacts): string =>
  `${t('updates.release', { version, build: build.slice(0, 8), models })} [${app}.${models} ${headers.slice(0, 8)}]`;

/** Release, signature, what was tried, and whether the screen stays on. */
export function stationLines({ device, phase, status, wake }: StationFacts): readonly DiagnosticLine[] {
  const lines: (DiagnosticLine | null)[] = [
    { label: t('model.station.device'), value: device },
    { label: t('model.station.updates'), value: t(`updates.phase.${phase}`) },
    { label: t('model.station.signature'), value: t(`model.station.signature.${signatureState(status)}`) },
    ...(['yours', 'previous'] as const).map((which) => {
      const release = status?.[which];
      return release ? { label: t(which === 'yours' ? 'updates.running' : 'updates.previous'), value: words(release) } : null;
    }),
    status?.candidate ? { label: t('updates.next'), value: `${words(status.candidate.release)} | ${status.candidate.stage}` } : null,
    status?.missing
      ? {
          label: t('model.station.missing'),
          value: `${status.missing.files.length} (${formatBytes(status.missing.bytes)}): ${status.missing.files.join(', ')}`,
        }
      : null,
    status && { label: t('model.station.attempts'), value: status.attempts.slice(-SHOWN_ATTEMPTS).reverse().map(attemptText).join('; ') || t('common.none') },
    status && {
      label: t('model.station.bad'),
      value: status.bad.map(({ release, reason, detail, at }) => `${formatDateTime(at)} ${words(release)} ${reason} ${detail}`.trim()).join('; ') || t('common.none'),
    },
    { label: t('kiosk.wake'), value: t(`kiosk.wake.${wake}`) },
  ];
  return lines.filter((line) => line !== null);
}

/** Whether what runs was verified against the key in the service worker. */
export function signatureState(status: UpdateStatus | null): 'verified' | 'network' | 'none' {
  if (status === null) return 'none';
  return status.yours === null ? 'network' : 'verified';
}

function attemptText({ at, result, file }: CheckOutcome): string {
  return `${formatDateTime(at)} ${t(`updates.result.${result}`)}${file === null ? '' : ` (${file})`}`;
}

const KEPT_TYPES: ReadonlySet<string> = new Set(['station', 'release']);
/** The journal stamps an event a moment after the page saw it. */
const SAME_MS = 10_000;

/** One thing that befell the station. */
export interface LogLine {
  readonly at: number;
  readonly text: string;
}

/** What the journal has kept of the station and its releases, and what this page has seen but the journal has not kept; newest first. */
export function logLines(markers: readonly MarkerRow[], log: readonly HealthEntry[]): readonly LogLine[] {
  const kept = markers.flatMap((marker) => (marker.kind === 'event' && KEPT_TYPES.has(marker.data.type) ? [marker] : []));
  const isKept = ({ at, event: { kind } }: HealthEntry): boolean =>
    kept.some((marker) => marker.data.details['what'] === kind && Math.abs(marker.at - at) < SAME_MS);
  return [
    ...kept.map((marker) => ({ at: marker.at, text: markerText(marker) })),
    ...log.filter((entry) => !isKept(entry)).map(({ at, event }) => ({ at, text: `${event.kind}: ${'detail' in event ? event.detail : `${event.ms} ms`}` })),
  ].sort((a, b) => b.at - a.at);
}
