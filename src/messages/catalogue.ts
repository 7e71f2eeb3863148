/** The whole catalogue: every namespace in one object, and the types of its keys and parameters. */
import { backend } from './backend.ts';
import { batch } from './batch.ts';
import { common } from './common.ts';
import { csv } from './csv.ts';
import { defects } from './defects.ts';
import type { ParamNames } from './define.ts';
import { errors, fieldProblems } from './errors.ts';
import { domainTable } from './domain-table.ts';
import { explain } from './explain.ts';
import { equipment, features } from './features.ts';
import { form } from './form.ts';
import { kiosk } from './kiosk.ts';
import { history } from './history.ts';
import { inspection } from './inspection.ts';
import { journal } from './journal.ts';
import { line } from './line.ts';
import { load } from './load.ts';
import { memory } from './memory.ts';
import { model } from './model.ts';
import { nav } from './nav.ts';
import { quality } from './quality.ts';
import { settings } from './settings.ts';
import { shot } from './shot.ts';
import { units } from './units.ts';
import { updates } from './updates.ts';
import { verdict } from './verdict.ts';

/** Every message by its key. */
export const catalogue = {
  ...backend,
  ...batch,
  ...common,
  ...csv,
  ...defects,
  ...domainTable,
  ...equipment,
  ...errors,
  ...explain,
  ...features,
  ...fieldProblems,
  ...form,
  ...kiosk,
  ...history,
  ...inspection,
  ...journal,
  ...line,
  ...load,
  ...memory,
  ...model,
  ...nav,
  ...quality,
  ...settings,
  ...shot,
  ...units,
  ...updates,
  ...verdict,
};

type Catalogue = typeof catalogue;

/** The key of a message. */
export type MessageKey = keyof Catalogue;

/** The parameter names of a message. */
export type ParamsOf<Key extends MessageKey> = ParamNames<Catalogue[Key]['ko']>;
