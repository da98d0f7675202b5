import assert from 'node:assert/strict';
import { Decimal } from 'decimal.js';
import { TIMEFRAME_MS } from '../../contracts/series.ts';
import type { OpenRooms } from '../../host/compose.ts';
import type { LedgerOrder } from '../../trading/ledger/records.ts';
import { backtestOf } from './backtest-story.ts';
import { near } from './near.ts';
import { EVER } from './trading.ts';

/** A share of the capital: what a sum of doubles may lose against the books' exact decimals. */
const TOLERANCE = 1e-9;

/**
 * What an account traded on recorded bars is the backtest of those bars: orders and fills as strings, equity to 1e-9.
 * @returns how much there was to compare
 */
export async function assertSameDecisions(rooms: OpenRooms, account: string) {
  const { ledger } = rooms;
  const record = ledger.account(account);
  const { orders, fills, equity, result } = await backtestOf(rooms, record);
  const sent = ledger.orders(account, EVER).map(orderLine).sort();
  assert.deepEqual(sent, [...orders].sort());

  const booked = record.symbols.flatMap(({ symbol }) => ledger.paper.fills(account, symbol, 0));
  const barMs = TIMEFRAME_MS[record.symbols[0].timeframe];
  assert.deepEqual(
    booked
      .map(({ symbol, side, price, quantity, time, fees }) =>
        [symbol, Math.floor(time / barMs) * barMs, side, quantity, price, fees[0]?.amount ?? '0'].join(' '),
      )
      .sort(),
    fills
      .map(({ symbol, side, price, quantity, time, fee }) =>
        [symbol, time, side, digits(quantity), digits(price), digits(fee)].join(' '),
      )
      .sort(),
  );
  const known = ledger.fills(account, EVER).filter(({ origin }) => origin !== 'stranger');
  assert.equal(known.length, booked.length);

  const memory = record.riskMemory as { equity: number };
  near(memory.equity, equity.at(-1)!, TOLERANCE * Number(record.capital));
  assert.equal(record.closes, equity.length);
  assert.deepEqual(ledger.check(account), []);
  return { orders: orders.length, fills: fills.length, trades: result.trades.length, closes: equity.length };
}

function orderLine({ symbol, barTime, leg, side, quantity, price, reduceOnly }: LedgerOrder): string {
  const isLong = (side === 'buy') !== reduceOnly;
  return `${symbol} ${barTime} ${leg} ${isLong ? 'LONG' : 'SHORT'} ${Number(quantity)} ${price === null ? null : Number(price)}`;
}

function digits(value: number): string {
  return new Decimal(value).toFixed();
}
