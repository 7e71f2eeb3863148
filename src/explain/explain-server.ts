/** The explanation worker's work, wherever it runs. */
import { appError, detailOf, type AppError } from '../domain/app-error.ts';
import { nextTask } from '../domain/next-task.ts';
import { Explainer, type ExplainerFiles } from './explainer.ts';
import { measureWorks } from './measure.ts';
import { PageEvaluator } from './page-evaluator.ts';
import type { Answers, Command, Question, Reply } from './protocol.ts';
import { surveyShots } from './survey.ts';

/** Answers commands. A survey lets other commands in after every shot, and so does whatever waits for the page. */
export class ExplainServer {
  readonly #reply: (reply: Reply, transfer: Transferable[]) => void;
  readonly #page: PageEvaluator;
  readonly #between: () => Promise<void>;
  readonly #aborted = new Set<number>();
  readonly #surveys = new Set<number>();
  /** Why the bundle could not be opened. */
  #refused: AppError | null = null;
  #open: { readonly bundleId: string; readonly explainer: Explainer } | null = null;

  /** @param between resolves when what has arrived in the meantime was handled */
  constructor(reply: (reply: Reply, transfer: Transferable[]) => void, between: () => Promise<void> = nextTask) {
    this.#reply = reply;
    this.#page = new PageEvaluator(reply);
    this.#between = between;
  }

  /** Handles one command; resolves when it is answered. */
  async handle(command: Command): Promise<void> {
    if (command.kind === 'open') {
      this.#use(command.bundleId, command.files);
      return;
    }
    if (command.kind === 'accelerate') {
      this.#page.use(command.works);
      return;
    }
    if (command.kind === 'computed') {
      this.#page.answer(command.id, command.evaluated);
      return;
    }
    if (command.kind === 'abort') {
      if (this.#surveys.has(command.id)) this.#aborted.add(command.id);
      return;
    }
    const { id, bundleId } = command;
    if (this.#open?.bundleId !== bundleId) {
      this.#reply({ kind: 'failure', id, error: this.#refused ?? appError('not_ready', {}) }, []);
      return;
    }
    try {
      const value = await this.#answer(command, this.#open.explainer);
      if (value) this.#reply({ kind: 'answer', id, value }, []);
      else this.#reply({ kind: 'failure', id, error: appError('aborted', {}) }, []);
    } catch (thrown) {
      this.#reply({ kind: 'failure', id, error: appError('worker_died', { detail: detailOf(thrown) }, thrown) }, []);
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

  #answer(command: Question, explainer: Explainer): Answers[keyof Answers] | Promise<Answers[keyof Answers] | null> {
    const { values, bundleId } = command;
    switch (command.kind) {
      case 'explain':
        return this.#explain(explainer, bundleId, values);
      case 'trees':
        return explainer.explainTrees(values);
      case 'advise': {
        const elsewhere = this.#page.for('candidates', bundleId);
        return elsewhere ? explainer.adviseBy(elsewhere, values, command) : explainer.advise(values, command);
      }
      case 'survey':
        return this.#survey(command, explainer);
      case 'measure':
        return measureWorks(explainer, values, () => this.#page.always(bundleId));
    }
  }

  #explain(explainer: Explainer, bundleId: string, values: Float64Array): Answers['explain'] | Promise<Answers['explain']> {
    const elsewhere = this.#page.for('attribution', bundleId);
    return elsewhere ? explainer.explainBy(elsewhere, values) : explainer.explain(values);
  }

  /** Null when the survey was aborted. */
  async #survey({ id, bundleId, values }: Extract<Question, { kind: 'survey' }>, explainer: Explainer): Promise<Answers['survey'] | null> {
    this.#surveys.add(id);
    try {
      const steps = surveyShots((shot) => this.#explain(explainer, bundleId, shot), values);
      for (;;) {
        const step = await steps.next();
        if (step.done) return step.value;
        this.#reply({ kind: 'progress', id, done: step.value }, []);
        await this.#between();
        if (this.#aborted.has(id)) return null;
      }
    } finally {
      this.#surveys.delete(id);
      this.#aborted.delete(id);
    }
  }
}
