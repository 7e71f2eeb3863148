/** The backends in words. */
import { t } from '../../messages/index.ts';
import type { Acceleration, Work } from '../../model/acceleration.ts';
import type { Backends } from '../../state/backends.svelte.ts';
import type { BackendChoice } from '../../state/settings.svelte.ts';
import type { DiagnosticLine } from './diagnostics.ts';

/** What is chosen, what there is, and what is in use. */
export function backendLines({ adapter, acceleration, record }: Pick<Backends, 'adapter' | 'acceleration' | 'record'>, choice: BackendChoice): readonly DiagnosticLine[] {
  return [
    { label: t('backend.title'), value: t(`backend.${choice}`) },
    { label: t('backend.adapter'), value: adapterText(adapter) },
    { label: t('backend.state'), value: record?.distrusted != null ? `${t('backend.off.disagreement')} (${record.distrusted})` : stateText(acceleration) },
  ];
}

/** What computes a work now. */
export function usedBackend(acceleration: Acceleration, work: Work): 'wasm' | 'webgpu' {
  return acceleration.state === 'on' && acceleration.works.includes(work) ? 'webgpu' : 'wasm';
}

function adapterText(adapter: Backends['adapter']): string {
  if (adapter === null) return t('backend.adapter.none');
  return adapter.software ? t('backend.adapter.software', { name: adapter.name }) : adapter.name;
}

function stateText(acceleration: Acceleration): string {
  if (acceleration.state === 'on') {
    return t('backend.state.on', { works: acceleration.works.map((work) => t(`backend.work.${work}`)).join(', ') });
  }
  const { reason, detail } = acceleration;
  return [t(`backend.off.${reason}`), detail && `(${detail})`].filter(Boolean).join(' ');
}
