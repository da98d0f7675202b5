import assert from 'node:assert/strict';
import type { BacktestSetup } from '../../contracts/backtest.ts';
import type { Ledger } from '../../trading/ledger/ledger.ts';
import type { LedgerOrder } from '../../trading/ledger/records.ts';

const DAY_MS = 86_400_000;
const EVER = { fromTime: 0, toTime: Number.MAX_SAFE_INTEGER };
const NEAR = 1e-9;

/** An account's money after each close, as its fills and the bars say it: nothing of it is read from what decided. */
interface Marks {
  readonly equity: number;
  readonly held: ReadonlyMap<string, number>;
}

/**
 * Recomputes from fills and bars what each entry was allowed when it was decided, by the numbers of the policy, and says how many
 * there were. Of accounts whose symbols have bars of one duration.
 */
export function assertWithinLimits(ledger: Ledger, account: string, setup: BacktestSetup): number {
  const { markets, policy, initialCash } = setup;
  const risk = policy.risk!;
  const barMs = markets[0].barMs!;
  const marks = marksOf(ledger, account, setup);
  const closes = [...marks.keys()];
  const trades = ledger.trades(account, EVER);
  const entries = ledger
    .orders(account, EVER)
    .filter(({ leg, sentAt }) => leg === 'entry' && sentAt !== null);
  const filledByDay = new Map<string, number>();
  for (const entry of entries) {
    const close = entry.barTime + barMs;
    const { equity, held } = marks.get(close)!;
    const told = `${entry.symbol} at ${new Date(close).toISOString()}`;
    const priceOf = (symbol: string) => closeAt(setup, symbol, close);
    const notional =
      Number(entry.quantity) * (entry.price === null ? priceOf(entry.symbol) : Number(entry.price));
    const waiting = entries.filter(
      other => other !== entry && restsAt(other, close) && other.symbol !== entry.symbol,
    );
    const exposures = [
      ...[...held].map(([symbol, quantity]) => ({ symbol, worth: quantity * priceOf(symbol) })),
      ...waiting.map(({ symbol, side, quantity, filled }) => ({
        symbol,
        worth: (side === 'buy' ? 1 : -1) * (Number(quantity) - Number(filled)) * priceOf(symbol),
      })),
    ].filter(({ symbol }) => symbol !== entry.symbol);
    const gross = exposures.reduce((sum, { worth }) => sum + Math.abs(worth), notional);
    const signed = entry.side === 'buy' ? notional : -notional;
    const net = exposures.reduce((sum, { worth }) => sum + worth, signed);
    const most = (limit: number | undefined) => (limit ?? Number.POSITIVE_INFINITY) * equity * (1 + NEAR);
    assert.ok(notional <= most(risk.maxPosition), `${told}: a position of ${notional} of ${equity}`);
    assert.ok(gross <= most(risk.maxGrossExposure), `${told}: gross ${gross} of ${equity}`);
    assert.ok(Math.abs(net) <= most(risk.maxNetExposure), `${told}: net ${net} of ${equity}`);

    const dayStart = Math.floor(close / DAY_MS) * DAY_MS;
    const before = closes.findLast(time => time <= dayStart);
    const dayEquity = before === undefined ? initialCash : marks.get(before)!.equity;
    assert.ok(
      1 - equity / dayEquity < (risk.maxDailyLoss ?? 2),
      `${told}: the day has lost ${1 - equity / dayEquity}`,
    );
    let peak = initialCash;
    for (const time of closes) {
      if (time > close) break;
      peak = Math.max(peak, marks.get(time)!.equity);
      const drawdown = 1 - marks.get(time)!.equity / peak;
      assert.ok(
        drawdown < (risk.maxDrawdown ?? 2),
        `${told}: was halted since ${new Date(time).toISOString()}`,
      );
    }
    if (Number(entry.filled) > 0) {
      const key = `${entry.symbol} ${dayStart}`;
      filledByDay.set(key, (filledByDay.get(key) ?? 0) + 1);
      assert.ok(
        filledByDay.get(key)! <= (risk.maxTradesPerDay ?? Number.POSITIVE_INFINITY),
        `${told}: trade ${filledByDay.get(key)} of the day`,
      );
    }
    const ends = trades.filter(
      trade => trade.symbol === entry.symbol && trade.closedTime !== null && trade.closedTime <= close,
    );
    for (const { closedTime } of ends) {
      const since = close - Math.ceil(closedTime! / barMs) * barMs;
      assert.ok(since >= (risk.cooldownMinutes ?? 0) * 60_000, `${told}: ${since} ms after a trade`);
    }
  }
  return entries.length;
}

/** Cash and positions after all fills of bars that have closed. */
function marksOf(ledger: Ledger, account: string, setup: BacktestSetup): Map<number, Marks> {
  const { markets, initialCash, fromTime, toTime } = setup;
  const barMs = markets[0].barMs!;
  const fills = ledger.fills(account, EVER).toSorted((a, b) => a.time - b.time);
  const held = new Map<string, number>();
  const marks = new Map<number, Marks>();
  let cash = initialCash;
  let next = 0;
  for (let close = Math.ceil(fromTime / barMs) * barMs + barMs; close <= toTime; close += barMs) {
    for (; next < fills.length && fills[next].time < close; next++) {
      const { symbol, side, quantity, price, fees } = fills[next];
      const sign = side === 'buy' ? 1 : -1;
      cash -= sign * Number(quantity) * Number(price);
      let moved = sign * Number(quantity);
      for (const { amount, currency } of fees) {
        if (symbol.startsWith(currency)) moved -= Number(amount);
        else cash -= Number(amount);
      }
      held.set(symbol, (held.get(symbol) ?? 0) + moved);
    }
    let equity = cash;
    for (const [symbol, quantity] of held) equity += quantity * closeAt(setup, symbol, close);
    marks.set(close, { equity, held: new Map(held) });
  }
  return marks;
}

function closeAt({ markets }: BacktestSetup, symbol: string, close: number): number {
  const { candles, barMs } = markets.find(market => market.symbol === symbol)!;
  const row = candles.openTime.findLastIndex(time => time + barMs! <= close);
  return candles.close[row];
}

/** It was sent before this close, or at it, and its end came later. */
function restsAt({ sentAt, status, updatedTime }: LedgerOrder, close: number): boolean {
  return sentAt! < close && (status === 'open' || updatedTime > close);
}
