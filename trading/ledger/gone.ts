import type { DatabaseSync } from 'node:sqlite';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { TradingMessagePayload } from '../../contracts/messages.ts';
import { amount, digits } from './amounts.ts';
import { lastEventId, recordEvent } from './events.ts';
import { bookFill } from './fills.ts';
import { selectMarket } from './markets.ts';
import { selectOpenOrders } from './orders.ts';
import { settleSymbols } from './outcomes.ts';
import { quantityOf, selectPosition } from './positions.ts';
import type { AccountRecord } from './records.ts';
import { checkTraded } from './refusals.ts';
import type { By, Carried } from './wishes.ts';

/**
 * Books, on an operator's word, what of a position left the venue by no order of ours: as a fill at the price that it brought.
 * @throws AlphaloomError SYMBOL_NOT_TRADED; ACCOUNT_STATE where the position is not as large, or an order that may still sell of it is at the venue
 */
export function bookGone(
  sql: DatabaseSync,
  account: AccountRecord,
  { symbol, quantity, price, evidence }: TradingMessagePayload<'adjust'>,
  by: By,
): Carried {
  checkTraded(sql, account, [symbol]);
  const held = quantityOf(selectPosition(sql, account.account, symbol));
  const market = selectMarket(sql, account, symbol);
  if (account.mode === 'paper')
    throw refused(account, symbol, 'It trades on paper: nothing is gone that it did not sell');
  if (market === null || amount(quantity).gt(held.abs()))
    throw refused(account, symbol, `It holds ${digits(held)}: no ${quantity} of it can be gone`);
  const sent = selectOpenOrders(sql, account.account, symbol).find(({ status }) => status !== 'planned');
  if (sent) {
    const { leg, client_order_id: id, status } = sent;
    const order = id.slice(0, 8);
    throw refused(
      account,
      symbol,
      `The ${leg} ${order} is ${status}: what it sells would count twice. Flatten the symbol first (trade flatten), which ends it; where the venue can’t be asked about it, say what became of it: trade resolve ${order} --as cancelled --evidence TEXT`,
    );
  }
  const firstEvent = lastEventId(sql);
  const detail = { quantity, price, evidence };
  recordEvent(sql, { account: account.account, symbol, kind: 'adjusted', ...by, detail });
  const fill = {
    tradeId: `gone/${by.operationId}`,
    venueOrderId: '',
    clientOrderId: null,
    symbol,
    side: held.isNegative() ? ('buy' as const) : ('sell' as const),
    price,
    quantity: digits(amount(quantity).div(market.contractSize ?? 1)),
    fees: [],
    isMaker: false,
    time: by.at,
    reason: 'operator' as const,
  };
  bookFill(sql, fill, { account, market, order: null, at: by.at, isAssumed: true });
  settleSymbols(sql, account, [symbol], { at: by.at, firstEvent });
  return { outcome: `booked ${quantity} of ${symbol} as gone`, why: evidence };
}

function refused({ account }: AccountRecord, symbol: string, why: string): AlphaloomError {
  return new AlphaloomError('ACCOUNT_STATE', `${account} ${symbol}: ${why}.`, { account, symbol });
}
