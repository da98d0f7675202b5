import type { SymbolBook } from './symbol-book.ts';

/** Equity as a share of gross notional at which a venue takes an account's swaps over. */
export const MAINTENANCE_SHARE = 0.005;

/**
 * How far on the way from the opens (0) to the worst prices of the bar (1), all symbols together, the account's equity falls
 * to the maintenance share of its gross notional; null where it does not. Both are linear on the way.
 */
export function liquidationPoint(cash: number, books: readonly SymbolBook[]): number | null {
  const atWorst = marginAt(cash, books, 1);
  if (!(atWorst <= 0)) return null;
  const atOpen = marginAt(cash, books, 0);
  return atOpen <= 0 ? 0 : atOpen / (atOpen - atWorst);
}

/** Price of a symbol at that point; without a bar its last close. */
export function priceAt(book: SymbolBook, point: number): number {
  if (book.row < 0) return book.lastClose;
  const open = book.candles.open[book.row];
  return open + point * (worstPrice(book) - open);
}

/** What equity is over the maintenance share of the gross notional, in quote. */
function marginAt(cash: number, books: readonly SymbolBook[], point: number): number {
  let margin = cash;
  for (const book of books) {
    const { side, quantity } = book.position;
    if (side !== 0) margin += (side - MAINTENANCE_SHARE) * quantity * priceAt(book, point);
  }
  return margin;
}

function worstPrice({ position, candles, row }: SymbolBook): number {
  return position.side > 0 ? candles.low[row] : candles.high[row];
}
