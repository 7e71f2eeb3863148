import type { AppError } from '../domain/app-error.ts';
import type { Card, Manifest, ManifestBundle } from '../domain/bundle.ts';
import { z } from '../domain/zod.ts';
import { workSchema, type Acceleration, type BackendEvent, type WorkTimes } from './acceleration.ts';
import type { LoadedBundle, LoadProgress, ModelDiagnostics } from './client.ts';
import type { Prediction } from './prediction.ts';
import type { SelfTestReport } from './self-test.ts';

/**
 * What the page and the worker say to each other. Every command has an id and gets exactly one reply, except
 * `configure` and `abort`; a load may send news before it.
 */

const id = z.int().check(z.nonnegative());

export const commandSchema = z.discriminatedUnion('kind', [
  /** The first message: the address of the models, ending with a slash. Has no reply. */
  z.object({ kind: z.literal('configure'), modelsUrl: z.url() }),
  /** Asks for a sign of life. */
  z.object({ kind: z.literal('beat'), id }),
  z.object({ kind: z.literal('manifest'), id }),
  // The page has the entry from the verified manifest.
  z.object({ kind: z.literal('card'), id, entry: z.custom<ManifestBundle>((entry) => typeof entry === 'object' && entry !== null) }),
  z.object({ kind: z.literal('load'), id, bundleId: z.nullable(z.string()) }),
  // Only that it is an array of doubles is checked: the pipeline takes every double there is.
  z.object({
    kind: z.literal('predict'),
    id,
    bundleId: z.string(),
    values: z.instanceof(Float64Array),
    threshold: z.optional(z.number()),
    total: z.optional(z.number()),
    details: z.optional(z.boolean()),
  }),
  z.object({ kind: z.literal('accelerate'), id, bundleId: z.string(), works: z.array(workSchema) }),
  z.object({ kind: z.literal('measure'), id, bundleId: z.string() }),
  z.object({ kind: z.literal('compute'), id, bundleId: z.string(), values: z.instanceof(Float64Array) }),
  z.object({ kind: z.literal('unload'), id, bundleId: z.string() }),
  z.object({ kind: z.literal('selfTest'), id, bundleId: z.string() }),
  z.object({ kind: z.literal('diagnostics'), id, bundleId: z.string() }),
  /** Give up the command of that id; it answers `aborted`. */
  z.object({ kind: z.literal('abort'), id }),
]);

export type Command = z.infer<typeof commandSchema>;
/** A command that is answered. */
export type Question = Exclude<Command, { kind: 'abort' | 'configure' }>;

/** The value of a successful reply, by kind of command. */
export interface Answers {
  beat: null;
  manifest: Manifest;
  card: Card;
  load: LoadedBundle;
  predict: Prediction;
  unload: null;
  selfTest: SelfTestReport;
  diagnostics: ModelDiagnostics;
  accelerate: Acceleration;
  measure: readonly WorkTimes[] | null;
  compute: Prediction | null;
}

export type Reply =
  | { readonly kind: 'answer'; readonly id: number; readonly value: Answers[keyof Answers] }
  | { readonly kind: 'failure'; readonly id: number; readonly error: AppError }
  /** Nobody asked: the worker tells. */
  | { readonly kind: 'event'; readonly id: -1; readonly event: BackendEvent }
  | { readonly kind: 'progress'; readonly id: number; readonly progress: LoadProgress }
  /** The bundle that is being loaded answers already (see `PredictionClient.load`). */
  | { readonly kind: 'early'; readonly id: number; readonly bundle: LoadedBundle };

/** The envelope of a reply; what is inside comes from our own code of the same build. */
export const replySchema = z.custom<Reply>(
  (reply) =>
    typeof reply === 'object' &&
    reply !== null &&
    'kind' in reply &&
    'id' in reply &&
    typeof reply.id === 'number' &&
    ((reply.kind === 'answer' && 'value' in reply) ||
      (reply.kind === 'failure' && 'error' in reply) ||
      (reply.kind === 'event' && 'event' in reply) ||
      (reply.kind === 'progress' && 'progress' in reply) ||
      (reply.kind === 'early' && 'bundle' in reply)),
);
