import type { InferRequest, InferredClose } from '../../contracts/live-trading.ts';
import type { SymbolResult } from '../../contracts/trading.ts';
import { asActivity } from '../activity.ts';
import { accountOf, type TradingRooms } from './trading-rooms.ts';

/** One prediction for each symbol whose bar is there. */
export function inferBars(rooms: TradingRooms) {
  return asActivity(async (request: InferRequest): Promise<readonly SymbolResult<InferredClose>[]> => {
    const { close, refreshed } = request;
    const open = await rooms.open(accountOf(rooms, request));
    const known = new Map(refreshed.map(row => [row.symbol, row]));
    const asked = close.symbols.filter(({ symbol }) => known.get(symbol)?.ok);
    const answers = await rooms.infer(open, asked, close.closeTime);
    const inferred = new Map(answers.map(answer => [answer.symbol, answer]));
    return refreshed.map(row => {
      if (!row.ok) return row;
      const answer = inferred.get(row.symbol)!;
      return answer.ok ? { ...answer, value: { ...answer.value, quote: row.value.quote } } : answer;
    });
  });
}
