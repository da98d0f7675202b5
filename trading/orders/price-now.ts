import { AlphaloomError } from '../../contracts/errors.ts';
import { sooner, type TimedDesk } from '../desk.ts';
import { asked, hasTime } from '../in-time.ts';
import type { Quote } from '../venue.ts';

/** What closes a position is not kept waiting by a venue that tells no price. */
const PATIENCE_MS = 1_000;

/**
 * What the symbol trades at, for work that can do without.
 * @returns null: the venue does not tell, or not soon
 * @throws AlphaloomError TRADING_LATE when the desk's own time is up
 */
export async function priceNow(desk: TimedDesk, symbol: string): Promise<Quote | null> {
  try {
    const quote = await asked(sooner(desk, desk.now() + PATIENCE_MS), desk.venue.quote(symbol));
    return Number(quote.last) > 0 ? quote : null;
  } catch (error) {
    if (error instanceof AlphaloomError && hasTime(desk)) return null;
    throw error;
  }
}
