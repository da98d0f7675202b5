import { AlphaloomError } from '../../contracts/errors.ts';
import type { MessageRequest } from '../../contracts/live-trading.ts';
import type { TradingAnswer } from '../../contracts/messages.ts';
import { until } from '../../trading/desk.ts';
import type { AccountRecord } from '../../trading/ledger/records.ts';
import { settledOrSilent } from '../../trading/orders/ask-venue.ts';
import { asActivity } from '../activity.ts';
import { accountOf, type TradingRooms } from './trading-rooms.ts';

/** So long a venue is asked about an order that is to be resolved. */
const ASKED_MS = 5_000;

/** What a message wants, written into the ledger once per operation id. */
export function applyMessage(rooms: TradingRooms) {
  return asActivity(async (request: MessageRequest, { signal }): Promise<TradingAnswer> => {
    const { operation } = request;
    const record = accountOf(rooms, request);
    const { policy: named, symbols } = operation.payload;
    const policy = typeof named === 'string' ? await rooms.loadPolicy(named) : null;
    if (operation.message === 'set') {
      const wanted = (symbols as AccountRecord['symbols'] | undefined) ?? record.symbols;
      await rooms.requireSettable({ ...record, symbols: wanted, policy: policy ?? record.policy });
    }
    const isVenueSilent = operation.message === 'resolve' && (await isSilent(rooms, request, signal));
    return await rooms.ledger.applyMessage(operation, { now: rooms.clock.now(), policy, isVenueSilent });
  });
}

/** The venue's own word on an order comes before an operator's. */
async function isSilent(rooms: TradingRooms, request: MessageRequest, signal: AbortSignal): Promise<boolean> {
  const desk = rooms.desk(await rooms.open(accountOf(rooms, request)), signal, null);
  return await settledOrSilent(until(desk, desk.now() + ASKED_MS), String(request.operation.payload.order));
}

/** Who sent a signal awaits nothing: the ledger says what came of it. */
export function recordRefusal(rooms: TradingRooms) {
  return asActivity(async (request: MessageRequest & { reason: string }): Promise<{ account: string }> => {
    const { account, operation, reason } = request;
    const { message, actor, operationId } = operation;
    if (rooms.ledger.id !== request.ledgerId) throw new AlphaloomError('LEDGER_MISMATCH', reason);
    await rooms.ledger.recordEvent({
      account,
      kind: 'refused',
      detail: { message, actor, operationId, reason },
      now: rooms.clock.now(),
    });
    return { account };
  });
}
