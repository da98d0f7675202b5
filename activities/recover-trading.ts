import type { LiveTradingInput, RecoveredAccount } from '../contracts/live-trading.ts';
import { recoverAccount } from '../trading/recover.ts';
import { asActivity } from './activity.ts';
import { accountOf, seriesOf, type TradingRooms } from './trading-rooms.ts';

const RECOVERY_MS = 60_000;

/** How a run begins: everything is settled and compared with the venue; models are loaded before a close needs them. */
export function recoverTrading(rooms: TradingRooms) {
  return asActivity(async (request: LiveTradingInput, { signal }): Promise<RecoveredAccount> => {
    const record = accountOf(rooms, request);
    const open = await rooms.open(record);
    const desk = rooms.desk(open, signal, open.recorded === null ? null : record.lastCloseTime);
    const findings = await recoverAccount(desk, { deadline: desk.now() + RECOVERY_MS });
    await warmUp(rooms, open);
    return { notes: findings.map(({ kind }) => kind) };
  });
}

/** The first question after a start reads bars and opens models: nobody is to wait for that at a close. */
async function warmUp(rooms: TradingRooms, open: Awaited<ReturnType<TradingRooms['open']>>): Promise<void> {
  const { record, recorded } = open;
  const { symbols, clock } = record;
  for (const symbol of symbols) {
    await open.market(symbol.symbol);
    if (recorded !== null) await recorded.last(seriesOf(record, symbol), 1, Number.POSITIVE_INFINITY);
  }
  await rooms.infer(open, symbols, clock.kind === 'replay' ? clock.fromTime : rooms.clock.now());
}
