/** What the plant has chosen on this device, kept in local storage and checked when it is read back. */
import type { Policy } from '../domain/policy.ts';
import type { UnitPreference } from '../domain/units.ts';
import { z, type Schema } from '../domain/zod.ts';
import { LANGUAGES, locale, type Language } from '../messages/locale.svelte.ts';
import { DEFAULT_SHIFTS, type ShiftPlan } from '../monitor/field/shifts.ts';

/** Day, night, or what the device says. */
export type Theme = 'day' | 'night' | 'auto';

/** What computes: what is faster on this device, always wasm, or always WebGPU where there is one. */
export type BackendChoice = 'auto' | 'wasm' | 'webgpu';

/** How the device stands beside the machine. */
export interface KioskSettings {
  /** Screen kept on, gestures refused, back to the line view when nobody is there. */
  readonly enabled: boolean;
  /** Nobody there after this many minutes: back to the line view, and the settings are locked again. */
  readonly idleMinutes: number;
  /** How much darker a quiet screen gets at night when nobody is there, 0 to .8; never while something is abnormal. */
  readonly nightDim: number;
  /** Move the picture by a few pixels every minute, against burn-in. */
  readonly pixelShift: boolean;
}

/** All settings. */
export interface SettingsData {
  readonly language: Language;
  readonly theme: Theme;
  /** Show good parts in the andon's green. */
  readonly andon: boolean;
  readonly units: UnitPreference;
  /** How the threshold is chosen; null: as the bundle proposes. */
  readonly policy: Policy | null;
  /** The bundle to use; null: the manifest's current one. */
  readonly bundleId: string | null;
  /** Name of the line in exported files and reports. */
  readonly lineName: string;
  readonly shifts: ShiftPlan;
  /** The other bundle judges along, unseen, so that both can be compared. */
  readonly shadow: boolean;
  /** Share of the parts that are asked for inspection after the first of a run, 0 to 1; 0: none at all. */
  readonly inspectionShare: number;
  /** How much of that share goes to the riskiest parts, 0 to 1. */
  readonly inspectionRiskiest: number;
  readonly kiosk: KioskSettings;
  /** Ask the own host for one byte now and then, so that its access log shows which devices are alive. */
  readonly beacon: boolean;
  /** Minutes without a shot and without a touch before a downloaded update is switched to. */
  readonly updateIdleMinutes: number;
  /** Days after which raw values that have been exported may be thinned to figures per day. */
  readonly retentionDays: number;
  readonly backend: BackendChoice;
}

/** What may be chosen for {@link SettingsData.updateIdleMinutes}. */
export const UPDATE_IDLE_MINUTES = [5, 15, 60] as const;

/** The settings of a device that nobody has touched. */
export const DEFAULT_SETTINGS: SettingsData = {
  language: 'ko',
  theme: 'auto',
  andon: false,
  units: { pressure: 'kgf/cm2', force: 'tonf' },
  policy: null,
  bundleId: null,
  lineName: 'line-1',
  shifts: DEFAULT_SHIFTS,
  shadow: false,
  inspectionShare: 0.02,
  inspectionRiskiest: 0.3,
  kiosk: { enabled: false, idleMinutes: 5, nightDim: 0.4, pixelShift: true },
  beacon: false,
  updateIdleMinutes: 15,
  retentionDays: 400,
  backend: 'auto',
};

/** Limits of {@link SettingsData.retentionDays}. */
export const RETENTION_DAYS = { low: 30, high: 3650 } as const;

/** Limits of the kiosk's numbers. */
export const KIOSK_LIMITS = { idleMinutes: { low: 1, high: 120 }, nightDim: { low: 0, high: 0.8 } } as const;

/** Limits of the numbers a policy may carry, in the numbers' own terms. */
export const POLICY_LIMITS = {
  budget: { low: 0.01, high: 1 },
  cost: { low: 0.1, high: 1000 },
  fixed: { low: 0, high: 1 },
} as const;

const within = ({ low, high }: { readonly low: number; readonly high: number }) => z.number().check(z.minimum(low), z.maximum(high));

const policySchema: Schema<Policy> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('budget'), flagged: within(POLICY_LIMITS.budget) }),
  z.object({ kind: z.literal('cost'), ratio: within(POLICY_LIMITS.cost) }),
  z.object({ kind: z.literal('fixed'), threshold: within(POLICY_LIMITS.fixed) }),
]);

const fields = {
  language: z.enum(LANGUAGES),
  theme: z.enum(['day', 'night', 'auto']),
  andon: z.boolean(),
  units: z.object({ pressure: z.enum(['kgf/cm2', 'MPa']), force: z.enum(['tonf', 'kN']) }),
  policy: z.nullable(policySchema),
  bundleId: z.nullable(z.string().check(z.maxLength(200))),
  lineName: z.string().check(z.minLength(1), z.maxLength(40)),
  shifts: z.object({ start: z.int().check(z.minimum(0), z.maximum(23)), hours: z.union([z.literal(6), z.literal(8), z.literal(12)]) }),
  shadow: z.boolean(),
  inspectionShare: z.number().check(z.minimum(0), z.maximum(1)),
  inspectionRiskiest: z.number().check(z.minimum(0), z.maximum(1)),
  kiosk: z.object({
    enabled: z.boolean(),
    idleMinutes: within(KIOSK_LIMITS.idleMinutes),
    nightDim: within(KIOSK_LIMITS.nightDim),
    pixelShift: z.boolean(),
  }),
  beacon: z.boolean(),
  updateIdleMinutes: z.number().check(z.minimum(1), z.maximum(1440)),
  retentionDays: z.int().check(z.minimum(RETENTION_DAYS.low), z.maximum(RETENTION_DAYS.high)),
  backend: z.enum(['auto', 'wasm', 'webgpu']),
} satisfies { [Key in keyof SettingsData]: Schema<SettingsData[Key]> };

/** What settings need of local storage. */
export type SettingsStorage = Pick<Storage, 'getItem' | 'setItem'>;

const STORAGE_KEY = 'castwatch.settings';

/** Whether what was stored could be used, and what was changed could be stored. */
export type SettingsHealth = 'good' | 'discarded' | 'not-saved';

/** The settings of this device. A damaged entry falls back to its default; the others stay. */
export class Settings {
  /** All settings at once; replaced as a whole. */
  data = $state.raw<SettingsData>(DEFAULT_SETTINGS);
  health = $state<SettingsHealth>('good');
  readonly #storage: SettingsStorage | null;

  /** @param storage null where the browser forbids it: settings then last as long as the page */
  constructor(storage: SettingsStorage | null) {
    this.#storage = storage;
    this.data = this.#read();
    this.#speak();
  }

  /** Changes some settings and keeps them. */
  update(changes: Partial<SettingsData>): void {
    this.data = { ...this.data, ...changes };
    this.#speak();
    try {
      if (this.#storage === null) throw new Error('no storage');
      this.#storage.setItem(STORAGE_KEY, JSON.stringify(this.data));
      this.health = 'good';
    } catch {
      this.health = 'not-saved';
    }
  }

  /** Back to the settings of an untouched device. */
  reset(): void {
    this.update(DEFAULT_SETTINGS);
  }

  #speak(): void {
    locale.language = this.data.language;
    locale.units = this.data.units;
  }

  #read(): SettingsData {
    let stored: unknown;
    try {
      const text = this.#storage?.getItem(STORAGE_KEY) ?? null;
      if (text === null) return DEFAULT_SETTINGS;
      stored = JSON.parse(text);
    } catch {
      this.health = 'discarded';
      return DEFAULT_SETTINGS;
    }
    const record = z.record(z.string(), z.unknown()).safeParse(stored);
    if (!record.success) {
      this.health = 'discarded';
      return DEFAULT_SETTINGS;
    }
    const entries = Object.entries(fields).map(([name, schema]) => {
      const key = name as keyof SettingsData;
      if (!Object.hasOwn(record.data, key)) return [key, DEFAULT_SETTINGS[key]];
      const parsed = (schema as Schema<unknown>).safeParse(record.data[key]);
      if (!parsed.success) this.health = 'discarded';
      return [key, parsed.success ? parsed.data : DEFAULT_SETTINGS[key]];
    });
    return Object.fromEntries(entries) as SettingsData;
  }
}
