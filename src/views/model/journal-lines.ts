/** The record in the diagnostics. */
import type { JournalStatus } from '../../journal/journal.ts';
import { describeError, formatNumber, t } from '../../messages/index.ts';
import type { DiagnosticLine } from './diagnostics.ts';

/** How records are kept on this device, what was repaired, and what is lacking. */
export function journalLines(status: JournalStatus): readonly DiagnosticLine[] {
  const { role, database, log, locked, persisted, repairs, failure } = status;
  const copies = [
    t(`journal.copies.database.${database}`),
    t(log ? 'journal.copies.log' : 'journal.copies.noLog'),
    ...(locked ? [] : [t('journal.copies.unlocked')]),
  ];
  return [
    {
      label: t('journal.diagnostics.role'),
      value: failure === null ? t(`journal.role.${role}`) : `${t(`journal.role.${role}`)} | ${describeError(failure).title} ${JSON.stringify(failure.params)}`,
    },
    { label: t('journal.diagnostics.copies'), value: copies.join('; ') },
    {
      label: t('journal.diagnostics.persisted'),
      value: persisted === null ? t('common.unknown') : t(persisted ? 'common.yes' : 'common.no'),
    },
    {
      label: t('journal.diagnostics.records'),
      value: t('journal.recordsOf', {
        records: formatNumber(status.records),
        unrecorded: formatNumber(status.unrecorded),
        exported: formatNumber(status.exportedThrough),
      }),
    },
    {
      label: t('journal.diagnostics.checked'),
      value: `${t('journal.checkedOf', { done: status.checked, total: status.toCheck })}${status.stalled === null ? '' : ` | ${status.stalled}`}`,
    },
    {
      label: t('journal.diagnostics.repairs'),
      value:
        repairs.length === 0
          ? t('common.none')
          : repairs
              .map(({ what, count, from, to, segment }) =>
                [
                  `${t(`journal.repair.${what}`)}: ${formatNumber(count)}`,
                  from === undefined ? '' : `${from}–${to ?? ''}`,
                  segment === undefined ? '' : `#${segment}`,
                ].join(' ').trim(),
              )
              .join('; '),
    },
  ];
}
