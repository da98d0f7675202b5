import { AlphaloomError } from '../../contracts/errors.ts';
import type { RecoveredAccount, RecoverRequest } from '../../contracts/live-trading.ts';
import type { Desk } from '../../trading/desk.ts';
import { recoverAccount } from '../../trading/recovery/recover.ts';
import { asActivity } from '../activity.ts';
import { catchUp } from './catch-up.ts';
import { accountOf, type OpenAccount, seriesOf, type TradingRooms } from './trading-rooms.ts';
import { warmUp } from './warm-up.ts';

const RECOVERY_MS = 60_000;
/** Ledger and venue are compared again after so long: somebody may trade the account by hand. */
const RECOVER_EVERY_MS = 3_600_000;
/** What failed is tried again: what is read only by a recovery is missing until then. */
const TRY_AGAIN_MS = 30_000;

/** How a run begins: everything is settled and compared with the venue; models are loaded before a close needs them. */
export function recoverTrading(rooms: TradingRooms) {
  return asActivity(async (request: RecoverRequest, { signal }): Promise<RecoveredAccount> => {
    const record = accountOf(rooms, request);
    rooms.recoverDue.set(record.account, rooms.clock.now() + TRY_AGAIN_MS);
    const open = await rooms.open(record);
    const desk = rooms.desk(open, signal, open.recorded === null ? null : record.lastCloseTime);
    const findings = await recovered(rooms, desk, request.isStart);
    rooms.recoverDue.set(record.account, rooms.clock.now() + RECOVER_EVERY_MS);
    const late = open.recorded === null ? await lateSeries(rooms, open, signal) : [];
    await warmUp(rooms, open);
    return { notes: [...findings, ...late] };
  });
}

/**
 * What was found. Swaps that are set up otherwise than when the account began keep it from entering, not from looking after what
 * it holds; an account that begins is refused, also where nobody can say how they are set up.
 */
async function recovered({ ledger }: TradingRooms, desk: Desk, isStart: boolean): Promise<readonly string[]> {
  try {
    const findings = await recoverAccount(desk, { deadline: desk.now() + RECOVERY_MS });
    return findings.map(({ kind }) => kind);
  } catch (error) {
    if (!(error instanceof AlphaloomError)) throw error;
    const isRefused = error.code === 'SWAP_SETTINGS_REFUSED';
    const record = ledger.account(desk.account);
    const holds = ledger.positions(desk.account).length > 0;
    if (isStart && !holds && !isRefused && desk.venue.card.kind === 'swap') throw unread(error);
    if (!isRefused || (isStart && !holds)) throw error;
    if (record.state === 'running') {
      const operationId = `recover/${desk.account}/${record.stateTime}`;
      await ledger.applyMessage(
        {
          message: 'pause',
          account: desk.account,
          operationId,
          actor: 'recovery',
          reason: error.message,
          payload: {},
        },
        { now: desk.now(), policy: null },
      );
    }
    return [error.code];
  }
}

function unread({ message }: AlphaloomError): AlphaloomError {
  return new AlphaloomError(
    'SWAP_SETTINGS_REFUSED',
    `How its swaps are set up could not be read; start it again. ${message}`,
  );
}

/** Series that could not be brought up to now: each close tries again. */
async function lateSeries(rooms: TradingRooms, open: OpenAccount, signal: AbortSignal): Promise<string[]> {
  const { symbols, policy } = open.record;
  const confirming = policy.confirmation?.timeframe;
  const traded = symbols.map(symbol => seriesOf(open.record, symbol));
  if (confirming !== undefined)
    traded.push(...symbols.map(({ symbol }) => seriesOf(open.record, { symbol, timeframe: confirming })));
  const wanted = [...traded, ...(await rooms.leaders(traded))];
  const late: string[] = [];
  for (const series of wanted) {
    try {
      await catchUp(rooms, series, signal);
    } catch (error) {
      if (!(error instanceof AlphaloomError)) throw error;
      late.push(error.code);
    }
  }
  return late;
}
