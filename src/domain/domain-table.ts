/**
 * What the shop floor knows beyond the data: unit, equipment and control class of each signal; likely causes and
 * counter-measures of each defect. General knowledge, not the models': a default is shipped, the plant may change it.
 */
import { DEFECTS, type Defect } from './defect.ts';
import { FEATURE_NAMES, type ControlClass, type FeatureName, type Quantity } from './feature.ts';
import type { Unit } from './units.ts';
import { z, type Schema } from './zod.ts';

/** A text in every language of the floor. */
export interface LocalText {
  readonly ko: string;
  readonly en: string;
  readonly vi: string;
}

export interface SignalEntry {
  /** The unit the machine records in. */
  readonly unit: Unit;
  /** False while nobody has confirmed the unit: the screen marks it. */
  readonly unitConfirmed: boolean;
  /** Where to look: the equipment that sets or shows the signal; empty for a code or a count. */
  readonly equipment: LocalText;
  readonly equipmentConfirmed: boolean;
  readonly control: ControlClass;
}

/** The side of a signal that makes a defect likelier; `off` for either side of what is right. */
export type CauseDirection = 'low' | 'high' | 'off';

export type Cause =
  | { readonly kind: 'signal'; readonly signals: readonly FeatureName[]; readonly direction: CauseDirection }
  /** What no signal of the log shows (the die's temperature, handling). */
  | { readonly kind: 'unrecorded'; readonly text: LocalText };

export interface DefectEntry {
  readonly causes: readonly Cause[];
  readonly measures: readonly LocalText[];
  /** False while nobody has confirmed the entry: the screen marks it. */
  readonly confirmed: boolean;
}

export interface DomainTable {
  readonly schema: 1;
  /** Who changed it last; empty for the shipped default. */
  readonly author: string;
  /** When, as YYYY-MM-DD. */
  readonly date: string;
  readonly signals: Readonly<Record<FeatureName, SignalEntry>>;
  readonly defects: Readonly<Record<Defect, DefectEntry>>;
}

/** The units that a quantity may be recorded in. */
export const UNITS_OF: Readonly<Record<Quantity, readonly Unit[]>> = {
  code: ['none'],
  count: ['count'],
  velocity: ['m/s'],
  pressure: ['kgf/cm2', 'bar', 'MPa'],
  time: ['s'],
  length: ['mm'],
  force: ['tonf', 'kN'],
  temperature: ['degC'],
  humidity: ['%RH'],
};

/** The date of a moment (milliseconds since the epoch) at this place, as YYYY-MM-DD. */
export function localDate(moment: number): string {
  const date = new Date(moment);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

const text = z.string().check(z.maxLength(300));
const localText = z.strictObject({ ko: text, en: text, vi: text });
const units = [...new Set(Object.values(UNITS_OF).flat())] as [Unit, ...Unit[]];

const causeSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('signal'),
    signals: z.array(z.enum(FEATURE_NAMES)).check(z.minLength(1), z.maxLength(FEATURE_NAMES.length)),
    direction: z.enum(['low', 'high', 'off']),
  }),
  z.strictObject({ kind: z.literal('unrecorded'), text: localText }),
]);

/** A domain table of a file or of this device's storage. Every signal and every defect must be there, and nothing else. */
export const domainTableSchema: Schema<DomainTable> = z.strictObject({
  schema: z.literal(1),
  author: z.string().check(z.maxLength(100)),
  date: z.iso.date(),
  signals: z.record(
    z.enum(FEATURE_NAMES),
    z.strictObject({
      unit: z.enum(units),
      unitConfirmed: z.boolean(),
      equipment: localText,
      equipmentConfirmed: z.boolean(),
      control: z.enum(['S', 'E', 'R', 'O', 'C']),
    }),
  ),
  defects: z.record(
    z.enum(DEFECTS),
    z.strictObject({
      causes: z.array(causeSchema).check(z.maxLength(20)),
      measures: z.array(localText).check(z.maxLength(20)),
      confirmed: z.boolean(),
    }),
  ),
});
