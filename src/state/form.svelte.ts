/** The form's state: one shot typed by hand. */
import type { AppError } from '../domain/app-error.ts';
import type { ProductReference, Reference } from '../domain/bundle.ts';
import { FEATURE_COUNT, FEATURE_INDEX, FEATURE_NAMES, PRODUCT_INDEX, type FeatureName } from '../domain/feature.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { parseShot } from '../domain/shot.ts';
import type { JudgedShot } from '../domain/verdict.ts';
import type { Line } from '../line/line.ts';
import type { PastedRow, PasteError } from '../sources/form/paste-row.ts';

/** A field's value in recorded units; null while it is empty, NaN while its text is no number. */
export type FormValue = number | null;

/** What is to be said of a field. Only `not_a_number` keeps the shot from being judged; the others make it HOLD or unusual. */
export type FieldState = 'fine' | 'unusual' | 'out_of_range' | 'missing' | 'not_a_number';

/** What of the line the form needs. */
export type FormLine = Pick<Line, 'receive' | 'on' | 'bundle'>;

/** The 30 values of the form and the verdict on them. */
export class FormState {
  /** In the order of the inputs. */
  values = $state.raw<readonly FormValue[]>(new Array<FormValue>(FEATURE_COUNT).fill(null));
  reference = $state.raw<Reference | null>(null);
  judged = $state.raw<JudgedShot | null>(null);
  /** The values, the threshold or the bundle are no longer those of the verdict. */
  stale = $state(false);
  /** A shot is being judged. */
  busy = $state(false);

  /** Product of the form; `undefined` where the bundle does not know it. */
  readonly product: ProductReference | undefined = $derived.by(() => {
    const key = this.productKey;
    return this.reference && Object.hasOwn(this.reference.products, key) ? this.reference.products[key] : undefined;
  });
  readonly states: readonly FieldState[] = $derived(
    FEATURE_NAMES.map((name, i) => fieldState(name, this.values[i] ?? null, this.product)),
  );
  /** Inputs whose text is no number. */
  readonly unreadable: readonly FeatureName[] = $derived(
    FEATURE_NAMES.filter((_, i) => this.states[i] === 'not_a_number'),
  );

  readonly #line: FormLine;

  constructor(line: FormLine) {
    this.#line = line;
    if (line.bundle) this.#use(line.bundle.reference);
  }

  /** Follows the line's bundle and threshold from now on; returns the way to stop. */
  start(): () => void {
    const stops = [
      this.#line.on('bundle', ({ reference }) => this.#use(reference)),
      this.#line.on('policy', () => (this.stale = true)),
    ];
    return () => stops.forEach((stop) => stop());
  }

  /** The product's number as text, as the bundle names it. */
  get productKey(): string {
    return String(this.values[PRODUCT_INDEX] ?? '');
  }

  /** The products of the bundle. */
  get products(): readonly string[] {
    return Object.keys(this.reference?.products ?? {});
  }

  /** Changes one value, in the recorded unit. */
  set(name: FeatureName, value: FormValue): void {
    this.values = this.values.with(FEATURE_INDEX[name], value);
    this.stale = true;
  }

  /** Makes it another product's shot: all values become its medians. */
  setProduct(product: string): void {
    const reference = this.reference;
    if (reference && Object.hasOwn(reference.products, product)) this.#fill(medians(reference, product));
  }

  /** Back to the medians of the product; of the first one where the form's is unknown. */
  reset(): void {
    const [first] = this.products;
    const product = this.product ? this.productKey : first;
    if (product !== undefined) this.setProduct(product);
    this.judged = null;
  }

  /** Takes 30 values over (NaN: missing; what is not finite must be typed anew). */
  fill(values: Float64Array): void {
    this.#fill(Array.from(values, (value) => (Number.isNaN(value) ? null : Number.isFinite(value) ? value : NaN)));
  }

  /** Takes over a row of texts that no shot could be made of; what is no number must be typed anew. */
  async fillTexts(texts: readonly string[]): Promise<void> {
    const { readCell } = await import('../sources/csv/cell.ts');
    this.#fill(
      texts.map((text) => {
        const value = readCell(text);
        return value === null ? NaN : Number.isNaN(value) ? null : Number.isFinite(value) ? value : NaN;
      }),
    );
  }

  /** Takes a row over that was copied out of a spreadsheet. @param name what it is called in messages */
  async paste(text: string, name: string): Promise<Result<PastedRow, PasteError>> {
    const { readPastedRow } = await import('../sources/form/paste-row.ts');
    const pasted = await readPastedRow(text, name);
    if (!pasted.ok) return err(pasted.error);
    this.fill(pasted.value.values);
    return ok(pasted.value);
  }

  /** Sends the shot down the line. Refused while a text is no number: every such field is named. */
  async submit(): Promise<Result<JudgedShot, AppError>> {
    const features = Object.fromEntries(
      FEATURE_NAMES.map((name, i) => {
        const value = this.values[i] ?? null;
        return [name, value !== null && Number.isNaN(value) ? 'text' : value];
      }),
    );
    const shot = parseShot(features, { source: 'form', receivedAt: Date.now() });
    if (!shot.ok) return shot;
    this.busy = true;
    const { values } = this;
    try {
      const judged = await this.#line.receive(shot.value);
      this.judged = judged;
      this.stale = values !== this.values;
      return ok(judged);
    } finally {
      this.busy = false;
    }
  }

  #fill(values: readonly FormValue[]): void {
    this.values = values;
    this.stale = true;
  }

  #use(reference: Reference): void {
    const first = this.reference === null;
    this.reference = reference;
    this.stale = true;
    if (first) this.reset();
  }
}

/** What is to be said of a value. */
function fieldState(name: FeatureName, value: FormValue, product: ProductReference | undefined): FieldState {
  if (value === null) return 'missing';
  if (Number.isNaN(value)) return 'not_a_number';
  const outside = (range: readonly [number, number] | undefined): boolean =>
    range !== undefined && (value < range[0] || value > range[1]);
  if (outside(product?.hard[name])) return 'out_of_range';
  return outside(product?.usual[name]) ? 'unusual' : 'fine';
}

/** The median of every input of a product; the product's own number for the product. */
function medians(reference: Reference, product: string): FormValue[] {
  const level = reference.quantile_levels.indexOf(0.5);
  return FEATURE_NAMES.map((name, i) =>
    i === PRODUCT_INDEX ? Number(product) : (reference.products[product]?.quantiles[name]?.[level] ?? null),
  );
}
