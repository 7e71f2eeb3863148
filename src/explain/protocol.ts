/**
 * What the page and the explanation worker say to each other. Every question gets exactly one answer or failure. The worker may ask
 * in its turn (`compute`), and goes on when it is told (`computed`).
 */
import type { AppError } from '../domain/app-error.ts';
import type { ControlClass, FeatureName } from '../domain/feature.ts';
import { z } from '../domain/zod.ts';
import { EXPLAIN_WORKS, type WorkTimes } from '../model/acceleration.ts';
import type { Evaluated } from './evaluator.ts';
import type { Advice, ExplainerFiles, ShotExplanation, TreeExplanation, Unexplained } from './explainer.ts';
import type { Survey } from './survey.ts';

const id = z.int().check(z.nonnegative());
const values = z.instanceof(Float64Array);

/** The bundle's files were checked when it was loaded, by the same build. */
const files = z.custom<ExplainerFiles>((value) => typeof value === 'object' && value !== null && 'reference' in value);
const controls = z.custom<Readonly<Record<FeatureName, ControlClass>>>((value) => typeof value === 'object' && value !== null);

/** Its numbers are checked where they are used. */
const evaluated = z.custom<Evaluated>((value) => typeof value === 'object' && value !== null && 'probability' in value);

export const commandSchema = z.discriminatedUnion('kind', [
  /** Explain by this bundle from now on. Has no reply. */
  z.object({ kind: z.literal('open'), bundleId: z.string(), files }),
  z.object({ kind: z.literal('explain'), id, bundleId: z.string(), values }),
  z.object({ kind: z.literal('trees'), id, bundleId: z.string(), values }),
  z.object({ kind: z.literal('advise'), id, bundleId: z.string(), values, threshold: z.number(), controls, past: values }),
  z.object({ kind: z.literal('survey'), id, bundleId: z.string(), values }),
  /** Measure the works of explanations on both backends with a shot. */
  z.object({ kind: z.literal('measure'), id, bundleId: z.string(), values }),
  /** Have these works evaluated by the page from now on, on WebGPU. Has no reply. */
  z.object({ kind: z.literal('accelerate'), works: z.array(z.enum(EXPLAIN_WORKS)) }),
  /** What came of a `compute`; null: evaluate it yourself. Has no reply. */
  z.object({ kind: z.literal('computed'), id, evaluated: z.nullable(evaluated) }),
  /** Give up the command of that id; it answers `aborted`. */
  z.object({ kind: z.literal('abort'), id }),
]);

export type Command = z.infer<typeof commandSchema>;
/** A command that is answered. */
export type Question = Exclude<Command, { kind: 'open' | 'accelerate' | 'computed' | 'abort' }>;

/** The value of a successful reply, by kind of command. */
export interface Answers {
  explain: ShotExplanation | Unexplained;
  trees: TreeExplanation | Unexplained;
  advise: Advice | Unexplained;
  survey: Survey | Unexplained;
  /** Works that could be measured on both backends. */
  measure: readonly WorkTimes[];
}

export type Reply =
  | { readonly kind: 'answer'; readonly id: number; readonly value: Answers[keyof Answers] }
  | { readonly kind: 'failure'; readonly id: number; readonly error: AppError }
  /** The worker asks: n*30 recorded values to evaluate on WebGPU. The id is the worker's own. */
  | { readonly kind: 'compute'; readonly id: number; readonly bundleId: string; readonly values: Float64Array<ArrayBuffer> }
  /** Shots of a survey that are done. */
  | { readonly kind: 'progress'; readonly id: number; readonly done: number };

/** The envelope of a reply; what is inside comes from our own code of the same build. */
export const replySchema = z.custom<Reply>(
  (reply) => typeof reply === 'object' && reply !== null && 'kind' in reply && 'id' in reply && typeof reply.id === 'number',
);
