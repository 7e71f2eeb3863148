import type { Unit } from './units.ts';

/** The part of the machine or its surroundings that a signal belongs to, in the order of the screens. */
export type EquipmentGroup = 'context' | 'shot_end' | 'pressure' | 'clamp_cycle' | 'spray' | 'melt' | 'cooling' | 'room';

export const EQUIPMENT_GROUPS: readonly EquipmentGroup[] = [
  'context',
  'shot_end',
  'pressure',
  'clamp_cycle',
  'spray',
  'melt',
  'cooling',
  'room',
];

/** Who may change a signal: S an operator, E an engineer, R nobody (a result of the shot), O nobody (only observed), C context. */
export type ControlClass = 'S' | 'E' | 'R' | 'O' | 'C';

/** What a signal measures. */
export type Quantity =
  | 'code'
  | 'count'
  | 'velocity'
  | 'pressure'
  | 'time'
  | 'length'
  | 'force'
  | 'temperature'
  | 'humidity';

interface FeatureFacts {
  readonly name: string;
  readonly group: EquipmentGroup;
  readonly quantity: Quantity;
  readonly unit: Unit;
  /** False where the plant has not confirmed the unit: the screen marks it. */
  readonly unitConfirmed: boolean;
  readonly control: ControlClass;
  /** A stored limit that never varies in the data the models were trained on. */
  readonly constant: boolean;
}

function fact<const N extends string>(
  name: N,
  group: EquipmentGroup,
  quantity: Quantity,
  unit: Unit,
  control: ControlClass,
  flags: { unitConfirmed?: boolean; constant?: boolean } = {},
) {
  const { unitConfirmed = true, constant = false } = flags;
  return { name, group, quantity, unit, unitConfirmed, control, constant } satisfies FeatureFacts as FeatureFacts & { readonly name: N };
}

const unconfirmed = { unitConfirmed: false } as const;
const limit = { constant: true } as const;

/** The 30 inputs, in the order of the data set's columns and of every array of 30 values in the app. */
export const FEATURES = [
  fact('Process_Product_Type', 'context', 'code', 'none', 'C'),
  fact('Process_Shot', 'context', 'count', 'count', 'C'),
  fact('Process_Velocity_1', 'shot_end', 'velocity', 'm/s', 'E'),
  fact('Process_Velocity_2', 'shot_end', 'velocity', 'm/s', 'E'),
  fact('Process_Velocity_3', 'shot_end', 'velocity', 'm/s', 'E'),
  fact('Process_High_Velocity', 'shot_end', 'velocity', 'm/s', 'E'),
  fact('Process_Cylinder_Pressure', 'pressure', 'pressure', 'kgf/cm2', 'E', unconfirmed),
  fact('Process_Rapid_Rise_Time', 'shot_end', 'time', 's', 'R'),
  fact('Process_Biscuit_Thickness', 'shot_end', 'length', 'mm', 'R'),
  fact('Process_Clamping_Force', 'clamp_cycle', 'force', 'tonf', 'E', unconfirmed),
  fact('Process_Cycle_Time', 'clamp_cycle', 'time', 's', 'R'),
  fact('Process_Pressure_Rise_Time', 'pressure', 'time', 's', 'R'),
  fact('Process_Casting_Pressure', 'pressure', 'pressure', 'kgf/cm2', 'R', unconfirmed),
  fact('Process_Spray_Time', 'spray', 'time', 's', 'S'),
  fact('Process_Spray_1_Time', 'spray', 'time', 's', 'S'),
  fact('Process_Spray_2_Time', 'spray', 'time', 's', 'S'),
  fact('Sensor_Melting_Furnace_Temp', 'melt', 'temperature', 'degC', 'S'),
  fact('Sensor_Air_Pressure', 'room', 'pressure', 'bar', 'O', unconfirmed),
  fact('Sensor_Air_Pressure_Min', 'room', 'pressure', 'bar', 'O', { ...unconfirmed, ...limit }),
  fact('Sensor_Air_Pressure_Max', 'room', 'pressure', 'bar', 'O', { ...unconfirmed, ...limit }),
  fact('Sensor_Coolant_Temp', 'cooling', 'temperature', 'degC', 'O'),
  fact('Sensor_Coolant_Temp_Min', 'cooling', 'temperature', 'degC', 'O', limit),
  fact('Sensor_Coolant_Temp_Max', 'cooling', 'temperature', 'degC', 'O', limit),
  fact('Sensor_Coolant_Pressure', 'cooling', 'pressure', 'bar', 'E', unconfirmed),
  fact('Sensor_Factory_Temp', 'room', 'temperature', 'degC', 'O'),
  fact('Sensor_Factory_Temp_Min', 'room', 'temperature', 'degC', 'O', limit),
  fact('Sensor_Factory_Temp_Max', 'room', 'temperature', 'degC', 'O', limit),
  fact('Sensor_Factory_Humidity', 'room', 'humidity', '%RH', 'O'),
  fact('Sensor_Factory_Humidity_Min', 'room', 'humidity', '%RH', 'O', limit),
  fact('Sensor_Factory_Humidity_Max', 'room', 'humidity', '%RH', 'O', limit),
] as const;

export type Feature = (typeof FEATURES)[number];
export type FeatureName = Feature['name'];

export const FEATURE_COUNT = FEATURES.length;
export const FEATURE_NAMES: readonly FeatureName[] = FEATURES.map((feature) => feature.name);

/** Position of each feature in an array of 30 values. */
export const FEATURE_INDEX: Readonly<Record<FeatureName, number>> = Object.fromEntries(
  FEATURE_NAMES.map((name, index) => [name, index]),
) as Record<FeatureName, number>;

export const PRODUCT_INDEX = FEATURE_INDEX.Process_Product_Type;
export const SHOT_INDEX = FEATURE_INDEX.Process_Shot;

const names: ReadonlySet<string> = new Set(FEATURE_NAMES);

export function isFeatureName(name: string): name is FeatureName {
  return names.has(name);
}
