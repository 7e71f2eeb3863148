/** A picture of each defect on a 32-unit grid, drawn as strokes: a part's outline and what is wrong with it. */
import { DEFECTS, type Defect } from '../../domain/defect.ts';

const PART = 'M4 6h24v20H4z';

export const DEFECT_PICTURES: Readonly<Record<Defect, string>> = {
  Short_Shot: 'M4 6h14l4 5-3 4 4 5-2 6H4z',
  Bubble: `${PART}M12 20a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM21 15a2 2 0 1 0 0-4 2 2 0 0 0 0 4z`,
  Exfoliation: `${PART}M8 20c4-6 8-6 12-2l4-4M14 16l4-5 5 1`,
  Blow_Hole: `${PART}M10 12h.01M16 20h.01M22 13h.01M14 16a2 2 0 1 0 4 0 2 2 0 0 0-4 0z`,
  Stain: `${PART}M10 18c-1-5 4-7 7-5 4-1 7 3 4 6-2 3-9 3-11-1z`,
  Dent: `${PART}M10 12c0 9 12 9 12 0`,
  Deformation: 'M4 10c8-6 16 6 24 0v14c-8 6-16-6-24 0z',
  Contamination: `${PART}M10 13l2 2M21 12l-2 2M12 21l2-2M20 20l2 1M16 15l1 2`,
  Impurity: `${PART}M12 12l4 2-3 3zM20 18l3 2-4 2z`,
  Crack: `${PART}M16 6l-3 6 5 3-4 5 3 6`,
  Scratch: `${PART}M8 20L20 9M12 23L24 12`,
  Burning_Mark: `${PART}M16 23c-5 0-6-5-3-8 1 2 2 1 2-5 6 3 7 13 1 13z`,
  Inclusions: `${PART}M10 12h4v4h-4zM18 17h5v4h-5z`,
};

/**
 * The defects in the order in which they are offered: what inspection found most often first, then what the bundle's data
 * say of the product.
 */
export function byFrequency(
  found: readonly Defect[],
  usual: Readonly<Partial<Record<Defect, number>>>,
): readonly Defect[] {
  const count = (defect: Defect): number => found.filter((one) => one === defect).length;
  return [...DEFECTS].sort((a, b) => count(b) - count(a) || (usual[b] ?? 0) - (usual[a] ?? 0));
}
