/** The players of an attribution: the 30 inputs, where inputs that are one cause count once. */
import type { ProductReference, Scaler } from '../domain/bundle.ts';
import { FEATURE_INDEX, FEATURE_NAMES, isFeatureName, type FeatureName } from '../domain/feature.ts';

/** One or more inputs that an effect is attributed to together. */
export interface Signal {
  /** The input that names it: of a coupled group the one that causes the others. */
  readonly name: FeatureName;
  /** Positions among the 30 inputs, the naming one first. */
  readonly members: readonly number[];
}

/**
 * The signals of a product: a coupled target (the casting pressure is the cylinder pressure times a constant) belongs to
 * its source, the stored limits that never vary are one group, every other input stands alone. Together they hold each of
 * the 30 inputs once.
 */
export function signalsOf(constants: Scaler['constants'], coupled: ProductReference['demo']['coupled']): readonly Signal[] {
  const sourceOf = new Map<string, string>(coupled.map(({ target, source }) => [target, source]));
  const [firstConstant] = FEATURE_NAMES.filter((name) => constants.includes(name));
  const leader = (name: FeatureName): FeatureName => {
    if (firstConstant !== undefined && constants.includes(name)) return firstConstant;
    const source = sourceOf.get(name);
    return source !== undefined && isFeatureName(source) ? source : name;
  };
  return FEATURE_NAMES.filter((name) => leader(name) === name).map((name) => ({
    name,
    members: [
      FEATURE_INDEX[name],
      ...FEATURE_NAMES.filter((other) => other !== name && leader(other) === name).map((other) => FEATURE_INDEX[other]),
    ],
  }));
}
