/** The explanation worker's work, wherever it runs. */
import { appError, detailOf, type AppError } from '../domain/app-error.ts';
import { nextTask } from '../domain/next-task.ts';
import { Explainer, type ExplainerFiles } from './explainer.ts';
import type { Answers, Command, Question, Reply } from './protocol.ts';
import { surveyShots } from './survey.ts';

/** Answers commands. A survey lets other commands in after every shot. */
export class ExplainServer {
  readonly #reply: (reply: Reply) => void;
  readonly #between: () => Promise<void>;
  readonly #aborted = new Set<number>();
  readonly #surveys = new Set<number>();
  /** Why the bundle could not be opened. */
  #refused: AppError | null = null;
  #open: { readonly bundleId: string; readonly explainer: Explainer } | null = null;

  /** @param between resolves when what has arrived in the meantime was handled */
  constructor(reply: (reply: Reply) => void, between: () => Promise<void> = nextTask) {
    this.#reply = reply;
    this.#between = between;
  }

  /** Handles one command; resolves when it is answered. */
  async handle(command: Command): Promise<void> {
    if (command.kind === 'open') {
      this.#use(command.bundleId, command.files);
      return;
    }
    if (command.kind === 'abort') {
      if (this.#surveys.has(command.id)) this.#aborted.add(command.id);
      return;
    }
    const { id, bundleId } = command;
    if (this.#open?.bundleId !== bundleId) {
      this.#reply({ kind: 'failure', id, error: this.#refused ?? appError('not_ready', {}) });
      return;
    }
    try {
      const value = await this.#answer(command, this.#open.explainer);
      if (value) this.#reply({ kind: 'answer', id, value });
      else this.#reply({ kind: 'failure', id, error: appError('aborted', {}) });
    } catch (thrown) {
      this.#reply({ kind: 'failure', id, error: appError('worker_died', { detail: detailOf(thrown) }, thrown) });
    }
  }

  #use(bundleId: string, files: ExplainerFiles): void {
    this.#open = null;
    this.#refused = null;
    try {
      this.#open = { bundleId, explainer: new Explainer(files) };
    } catch (thrown) {
      this.#refused = appError('runtime_failed', { detail: detailOf(thrown) }, thrown);
    }
  }

  #answer(command: Question, explainer: Explainer): Answers[keyof Answers] | Promise<Answers['survey'] | null> {
    switch (command.kind) {
      case 'explain':
        return explainer.explain(command.values);
      case 'trees':
        return explainer.explainTrees(command.values);
      case 'advise':
        return explainer.advise(command.values, command);
      case 'survey':
        return this.#survey(command.id, explainer, command.values);
    }
  }

  /** Null when the survey was aborted. */
  async #survey(id: number, explainer: Explainer, values: Float64Array): Promise<Answers['survey'] | null> {
    this.#surveys.add(id);
    try {
      const steps = surveyShots(explainer, values);
      for (;;) {
        const step = steps.next();
        if (step.done) return step.value;
        this.#reply({ kind: 'progress', id, done: step.value });
        await this.#between();
        if (this.#aborted.has(id)) return null;
      }
    } finally {
      this.#surveys.delete(id);
      this.#aborted.delete(id);
    }
  }
}
