import { AlphaloomError } from '../../contracts/errors.ts';
import { PREDICTION_DEADLINE_MS } from '../../contracts/prediction.ts';
import { TIMEFRAME_MS } from '../../contracts/series.ts';
import { type OpenAccount, seriesOf, type TradingRooms } from './trading-rooms.ts';

/**
 * The first question after a start reads bars and opens models: nobody is to wait for that at a close. Asked as of the last bar
 * that is there, by as long as it takes; what can't be said then is said at the closes.
 */
export async function warmUp(rooms: TradingRooms, open: OpenAccount): Promise<void> {
  const { record, recorded } = open;
  const { symbols, clock } = record;
  await Promise.all(
    symbols.map(async symbol => {
      if (!(await isListed(open, symbol.symbol))) return;
      const until = clock.kind === 'replay' ? clock.fromTime : rooms.clock.now();
      if (recorded !== null) await recorded.last(seriesOf(record, symbol), 1, Number.POSITIVE_INFINITY);
      const { openTime } = await open.bars.last(seriesOf(record, symbol), 1, until);
      const closeTime = openTime.length === 0 ? until : openTime[0] + TIMEFRAME_MS[symbol.timeframe];
      await rooms.infer(open, [symbol], closeTime, PREDICTION_DEADLINE_MS.interactive);
    }),
  );
}

/** One symbol that its venue lists no more keeps nothing from the others. */
async function isListed({ market }: OpenAccount, symbol: string): Promise<boolean> {
  try {
    await market(symbol);
    return true;
  } catch (error) {
    if (error instanceof AlphaloomError && error.code === 'SYMBOL_UNKNOWN') return false;
    throw error;
  }
}
