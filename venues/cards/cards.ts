import { binance } from './binance.ts';
import type { OrderCard } from './card.ts';

const CARDS: readonly OrderCard[] = [binance];

/** The card of a venue by its name; null: it gives data and paper trading only. */
export function venueCard(venue: string): OrderCard | null {
  return CARDS.find(({ name }) => name === venue) ?? null;
}

/** All cards, for documents and tests. */
export function venueCards(): readonly OrderCard[] {
  return CARDS;
}
