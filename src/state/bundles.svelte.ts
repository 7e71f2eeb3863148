/** The bundles the server offers, with their cards. */
import type { AppError } from '../domain/app-error.ts';
import type { Card, Manifest, ManifestBundle } from '../domain/bundle.ts';
import type { Result } from '../domain/result.ts';
import type { PredictionClient } from '../model/client.ts';

/** Reads the card of a bundle without its models. */
export type CardReader = (entry: ManifestBundle, signal: AbortSignal) => Promise<Result<Card>>;

/** Manifest and cards, read when a view asks for them. */
export class Bundles {
  manifest = $state.raw<Manifest | null>(null);
  cards = $state.raw<readonly Card[]>([]);
  /** Why the list or one of the cards could not be read; what could be read is there all the same. */
  error = $state.raw<AppError | null>(null);
  readonly #client: Pick<PredictionClient, 'manifest'>;
  readonly #readCard: CardReader;

  constructor(client: Pick<PredictionClient, 'manifest'>, readCard: CardReader) {
    this.#client = client;
    this.#readCard = readCard;
  }

  /** Reads the manifest and every card. */
  async refresh(signal: AbortSignal): Promise<void> {
    const manifest = await this.#client.manifest({ signal });
    if (signal.aborted) return;
    if (!manifest.ok) {
      this.error = manifest.error;
      return;
    }
    this.manifest = manifest.value;
    const cards = await Promise.all(manifest.value.bundles.map((entry) => this.#readCard(entry, signal)));
    if (signal.aborted) return;
    this.cards = cards.flatMap((card) => (card.ok ? [card.value] : []));
    this.error = cards.find((card) => !card.ok)?.error ?? null;
  }
}
