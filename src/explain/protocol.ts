/** What the page and the explanation worker say to each other. Every command but `open` and `abort` gets exactly one reply. */
import type { AppError } from '../domain/app-error.ts';
import type { ControlClass, FeatureName } from '../domain/feature.ts';
import { z } from '../domain/zod.ts';
import type { Advice, ExplainerFiles, ShotExplanation, TreeExplanation, Unexplained } from './explainer.ts';
import type { Survey } from './survey.ts';

const id = z.int().check(z.nonnegative());
const values = z.instanceof(Float64Array);

/** The bundle's files were checked when it was loaded, by the same build. */
const files = z.custom<ExplainerFiles>((value) => typeof value === 'object' && value !== null && 'reference' in value);
const controls = z.custom<Readonly<Record<FeatureName, ControlClass>>>((value) => typeof value === 'object' && value !== null);

export const commandSchema = z.discriminatedUnion('kind', [
  /** Explain by this bundle from now on. Has no reply. */
  z.object({ kind: z.literal('open'), bundleId: z.string(), files }),
  z.object({ kind: z.literal('explain'), id, bundleId: z.string(), values }),
  z.object({ kind: z.literal('trees'), id, bundleId: z.string(), values }),
  z.object({ kind: z.literal('advise'), id, bundleId: z.string(), values, threshold: z.number(), controls, past: values }),
  z.object({ kind: z.literal('survey'), id, bundleId: z.string(), values }),
  /** Give up the command of that id; it answers `aborted`. */
  z.object({ kind: z.literal('abort'), id }),
]);

export type Command = z.infer<typeof commandSchema>;
/** A command that is answered. */
export type Question = Exclude<Command, { kind: 'open' | 'abort' }>;

/** The value of a successful reply, by kind of command. */
export interface Answers {
  explain: ShotExplanation | Unexplained;
  trees: TreeExplanation | Unexplained;
  advise: Advice | Unexplained;
  survey: Survey | Unexplained;
}

export type Reply =
  | { readonly kind: 'answer'; readonly id: number; readonly value: Answers[keyof Answers] }
  | { readonly kind: 'failure'; readonly id: number; readonly error: AppError }
  /** Shots of a survey that are done. */
  | { readonly kind: 'progress'; readonly id: number; readonly done: number };

/** The envelope of a reply; what is inside comes from our own code of the same build. */
export const replySchema = z.custom<Reply>(
  (reply) => typeof reply === 'object' && reply !== null && 'kind' in reply && 'id' in reply && typeof reply.id === 'number',
);
