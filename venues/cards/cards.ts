import { binance } from './binance.ts';
import { binanceUsdm } from './binance-usdm.ts';
import { bybit } from './bybit.ts';
import type { OrderCard } from './card.ts';
import { coinbase } from './coinbase.ts';
import { kraken } from './kraken.ts';
import { okx } from './okx.ts';

const CARDS: readonly OrderCard[] = [binance, binanceUsdm, coinbase, kraken, bybit, okx];

/** The card of a venue by its name; null: it gives data and paper trading only. */
export function venueCard(venue: string): OrderCard | null {
  return CARDS.find(({ name }) => name === venue) ?? null;
}

/** All cards, for documents and tests. */
export function venueCards(): readonly OrderCard[] {
  return CARDS;
}
