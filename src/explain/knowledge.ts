/** What the domain table says of a shot and of a change: general knowledge beside what the models found. */
import type { ProductReference } from '../domain/bundle.ts';
import { DEFECTS, type Defect } from '../domain/defect.ts';
import type { Cause, CauseDirection, DomainTable } from '../domain/domain-table.ts';
import { isFeatureName, type FeatureName } from '../domain/feature.ts';
import type { Change } from './counterfactual.ts';

/** A defect with the causes that this shot shows. */
export interface LikelyCause {
  readonly defect: Defect;
  /** Share of the product's shots that had it. */
  readonly share: number;
  /** The signals of the shot that stand on the side that makes the defect likelier. */
  readonly signals: readonly { readonly name: FeatureName; readonly direction: 'low' | 'high' }[];
}

/** A rarer defect is not usual in a product. */
const USUAL_SHARE = 0.01;
const MEDIAN = 3;

/**
 * The defects usual in a product whose causes are among the signals that raised this shot's probability, the most frequent
 * first; what matches none of the shot's signals is left out.
 */
export function likelyCauses(
  table: DomainTable,
  product: ProductReference,
  values: Float64Array,
  raising: readonly { readonly name: FeatureName; readonly index: number }[],
): readonly LikelyCause[] {
  return usualDefects(product).flatMap(({ defect, share }) => {
    const signals = raising.flatMap(({ name, index }) => {
      const side = sideOf(product, name, values[index] ?? NaN);
      if (side === null) return [];
      const fits = table.defects[defect].causes.some(
        (cause) => names(cause, name) && (cause.kind === 'signal') && (cause.direction === 'off' || cause.direction === side),
      );
      return fits ? [{ name, direction: side }] : [];
    });
    return signals.length > 0 ? [{ defect, share, signals }] : [];
  });
}

/** The defects found in at least one of a hundred of a product's shots, the most frequent first. */
export function usualDefects({ defects, shots }: ProductReference): readonly { readonly defect: Defect; readonly share: number }[] {
  return DEFECTS.map((defect) => ({ defect, share: (defects[defect] ?? 0) / Math.max(1, shots) }))
    .filter(({ share }) => share >= USUAL_SHARE)
    .sort((a, b) => b.share - a.share);
}

/** The defects that changes make likelier, those that the product knows first. */
export function counterRisks(table: DomainTable, product: ProductReference, changes: readonly Change[]): readonly Defect[] {
  const count = (defect: Defect): number => product.defects[defect] ?? 0;
  return DEFECTS.filter((defect) =>
    table.defects[defect].causes.some((cause) => changes.some((change) => worsens(cause, change, product))),
  ).sort((a, b) => count(b) - count(a));
}

/** Whether a change moves a signal to the side that makes the defect likelier; for `off`, away from the product's median. */
function worsens(cause: Cause, { name, from, to }: Change, product: ProductReference): boolean {
  if (cause.kind !== 'signal' || !moved(product, name).some((each) => names(cause, each))) return false;
  const away: Record<CauseDirection, boolean> = {
    low: to < from,
    high: to > from,
    off: Math.abs(to - medianOf(product, name)) > Math.abs(from - medianOf(product, name)),
  };
  return away[cause.direction];
}

/** A changed signal and those that follow it. */
function moved(product: ProductReference, name: FeatureName): FeatureName[] {
  return [name, ...product.demo.coupled.flatMap(({ source, target }) => (source === name && isFeatureName(target) ? [target] : []))];
}

function names(cause: Cause, name: FeatureName): boolean {
  return cause.kind === 'signal' && cause.signals.includes(name);
}

/** The side of its median that a value stands on; null on the median, or where it is not known. */
function sideOf(product: ProductReference, name: FeatureName, value: number): 'low' | 'high' | null {
  const median = medianOf(product, name);
  if (value < median) return 'low';
  return value > median ? 'high' : null;
}

function medianOf(product: ProductReference, name: FeatureName): number {
  return product.quantiles[name]?.[MEDIAN] ?? NaN;
}
