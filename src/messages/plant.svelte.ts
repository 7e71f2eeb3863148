/**
 * What the plant knows of its signals: the domain table in use. One for the whole page, as the language is; the domain
 * table's store writes it, names and units read it.
 */
import { DEFAULT_DOMAIN_TABLE } from '../domain/domain-table-default.ts';
import type { DomainTable, LocalText, SignalEntry } from '../domain/domain-table.ts';
import type { FeatureName } from '../domain/feature.ts';
import { locale } from './locale.svelte.ts';

class Plant {
  table = $state.raw<DomainTable>(DEFAULT_DOMAIN_TABLE);

  /** What is known of a signal. */
  signal(name: FeatureName): SignalEntry {
    return this.table.signals[name];
  }
}

/** What the plant knows. */
export const plant = new Plant();

/** A text of the domain table in the language of the screen; in another where the plant wrote it in one alone. */
export function localText(text: LocalText): string {
  return text[locale.language] || text.ko || text.en || text.vi;
}
