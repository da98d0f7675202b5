import assert from 'node:assert/strict';
import { Decimal } from 'decimal.js';
import type { Fill } from '../../contracts/fill.ts';
import { TIMEFRAME_MS } from '../../contracts/series.ts';
import type { OpenRooms } from '../../host/compose.ts';
import type { LedgerOrder } from '../../trading/ledger/records.ts';
import type { VenueFill } from '../../trading/venue.ts';
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
  const ledger = await rooms.ledger();
  const record = ledger.account(account);
  const { orders, fills, equity, result } = await backtestOf(rooms, record);
  const sent = ledger.orders(account, EVER).map(orderLine).sort();
  assert.deepEqual(sent, [...orders].sort());

  const booked = record.symbols.flatMap(({ symbol }) => ledger.paper.fills(account, symbol, 0));
  const barMs = TIMEFRAME_MS[record.symbols[0].timeframe];
  assert.deepEqual(booked.map(fill => bookedLine(fill, barMs)).sort(), fills.map(fillLine).sort());
  const known = ledger.fills(account, EVER).filter(({ origin }) => origin !== 'stranger');
  assert.equal(known.length, booked.length);

  const memory = record.riskMemory as { equity: number };
  near(memory.equity, equity.at(-1)!, TOLERANCE * Number(record.capital));
  assert.equal(record.closes, equity.length);
  assert.deepEqual(ledger.check(account), []);
  return { orders: orders.length, fills: fills.length, trades: result.trades.length, closes: equity.length };
}

/** An order of the ledger as the story of a backtest tells it. */
export function orderLine({ symbol, barTime, leg, side, quantity, price, reduceOnly }: LedgerOrder): string {
  const isLong = (side === 'buy') !== reduceOnly;
  return `${symbol} ${barTime} ${leg} ${isLong ? 'LONG' : 'SHORT'} ${Number(quantity)} ${price === null ? null : Number(price)}`;
}

/** A fill of a backtest: symbol, bar, side, quantity, price, fee, and dust that went with it. */
export function fillLine({ symbol, side, price, quantity, time, fee, feeCurrency, dust }: Fill): string {
  const fees = [...(fee > 0 ? [digits(fee), feeCurrency] : []), ...(dust > 0 ? [digits(dust), 'base'] : [])];
  return [symbol, time, side, digits(quantity), digits(price), ...fees].join(' ');
}

/** The same of a fill that the paper venue reported. */
export function bookedLine({ symbol, side, price, quantity, time, fees }: VenueFill, barMs: number): string {
  const taken = fees.flatMap(({ amount, currency }) => [
    amount,
    symbol.startsWith(currency) ? 'base' : 'quote',
  ]);
  return [symbol, Math.floor(time / barMs) * barMs, side, quantity, price, ...taken].join(' ');
}

function digits(value: number): string {
  return new Decimal(value).toFixed();
}
