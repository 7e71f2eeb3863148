/** The figures of all cards as tables: one a protocol, a row a model or baseline. */
import type { Card, Figure, Protocol } from '../../domain/bundle.ts';

/** All figures under one protocol. */
export interface ProtocolTable {
  readonly protocol: Protocol;
  readonly rows: number;
  readonly defective: number;
  readonly figures: readonly Figure[];
}

const PROTOCOLS: readonly Protocol[] = ['grouped', 'forward', 'blocks', 'campaign', 'legacy'];

/** Both bundles first, then the baselines. */
const MODELS = ['field', 'legacy', 'old_recipe', 'logistic', 'twin_lookup', 'campaign_table', 'all_defective'];

const rank = (model: string): number => {
  const index = MODELS.indexOf(model);
  return index === -1 ? MODELS.length : index;
};

/** Gathers the cards' figures; a baseline that stands in several cards is taken once. */
export function protocolTables(cards: readonly Card[]): readonly ProtocolTable[] {
  return PROTOCOLS.flatMap((protocol) => {
    const figures = new Map<string, Figure>();
    for (const figure of cards.flatMap((card) => card.figures)) {
      if (figure.protocol === protocol && !figures.has(figure.model)) figures.set(figure.model, figure);
    }
    const sorted = [...figures.values()].sort((a, b) => rank(a.model) - rank(b.model));
    const first = sorted[0];
    return first === undefined ? [] : [{ protocol, rows: first.rows, defective: first.defective, figures: sorted }];
  });
}
