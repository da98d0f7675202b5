import assert from 'node:assert/strict';
import test from 'node:test';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import type { BacktestSetup, Trade } from '../../contracts/backtest.ts';
import { backtest } from '../../strategy/backtest.ts';
import { ceilTo, floorTo, gridOf, nearestTo } from '../../strategy/grid.ts';
import { stepsInBase, venueOrder } from '../../strategy/venue-order.ts';
import { marketOf, policyOf, setupOf } from './bars.ts';

Decimal.set({ precision: 60 });

const stepArbitrary = fc.constantFrom(
  '0.00000001',
  '0.00001',
  '0.0005',
  '0.001',
  '0.01',
  '0.1',
  '0.25',
  '0.3',
  '1',
  '5',
);

test('floats on the grid are the decimals, to the last digit that is written', () => {
  fc.assert(
    fc.property(
      stepArbitrary,
      fc.integer({ min: 1, max: 2 ** 31 }),
      fc.integer({ min: 0, max: 999 }),
      (step, n, part) => {
        const exact = new Decimal(step).times(new Decimal(n).plus(new Decimal(part).div(1_000)));
        const grid = gridOf(Number(step));
        const value = exact.toNumber();
        const steps = exact.div(step);
        const at = (whole: Decimal) => whole.times(step).toNumber();
        close(floorTo(grid, value), at(steps.floor()));
        close(ceilTo(grid, value), at(steps.ceil()));
        close(nearestTo(grid, value), at(steps.plus('0.5').floor()));
      },
    ),
    { numRuns: 1_000 },
  );
});

test('an order is rounded for its venue in decimals to the numbers that the engine holds', () => {
  fc.assert(
    fc.property(
      stepArbitrary,
      stepArbitrary,
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
      (tick, lot, quantity, limitPrice) => {
        const steps = { tick, lot, minQuantity: null, minNotional: null, contractSize: null };
        const rules = stepsInBase(steps);
        const held = floorTo(gridOf(rules.lot), quantity);
        const price = nearestTo(gridOf(rules.tick), limitPrice);
        const sent = venueOrder({ quantity: held, limitPrice: price }, steps);
        close(Number(sent.quantity), held);
        close(Number(sent.price), price);
        assert.ok(
          new Decimal(sent.quantity).mod(lot).isZero() && new Decimal(sent.price!).mod(tick).isZero(),
        );
        assert.match(sent.quantity, /^\d+(\.\d+)?$/);
      },
    ),
    { numRuns: 1_000 },
  );
});

test('a market without steps takes an order as it is', () => {
  const none = { tick: null, lot: null, minQuantity: null, minNotional: null, contractSize: null };
  assert.deepEqual(venueOrder({ quantity: 0.1, limitPrice: null }, none), { quantity: '0.1', price: null });
  const { contractSize: _, ...unknown } = none;
  assert.deepEqual(stepsInBase({ ...none, tick: '0.01', lot: '0' }), { ...unknown, tick: 0.01 });
});

test('an order of a market that counts in contracts is sent in contracts', () => {
  const steps = { tick: '0.1', lot: '1', minQuantity: '3', minNotional: null, contractSize: '0.1' };
  assert.deepEqual(stepsInBase(steps), { tick: 0.1, lot: 0.1, minQuantity: 0.3, minNotional: null });
  const held = floorTo(gridOf(0.1), 1.27);
  assert.deepEqual(venueOrder({ quantity: held, limitPrice: null }, steps), { quantity: '12', price: null });
});

test('the largest order is the smaller of what any order and what one at market may be, in base', () => {
  const steps = { tick: null, lot: '1', minQuantity: null, minNotional: null, contractSize: '0.1' };
  const most = (maxQuantity: string | null, maxMarketQuantity?: string | null) =>
    stepsInBase({ ...steps, maxQuantity, maxMarketQuantity }).maxQuantity;
  assert.equal(most('9000', '300'), 30);
  assert.equal(most('200', '300'), 20);
  assert.equal(most('200', null), 20);
  assert.equal(most('200'), 20, 'a market that was stored before it was asked for');
  assert.ok(!('maxQuantity' in stepsInBase(steps)));
});

/** Prices of a walk on the tick, wide enough that stops and targets are reached. */
const playedArbitrary = fc.record({
  tick: fc.constantFrom('0.01', '0.25', '0.001'),
  lot: fc.constantFrom('0.001', '0.00001', '0.1'),
  kind: fc.constantFrom('spot' as const, 'swap' as const),
  moves: fc.array(fc.integer({ min: -300, max: 300 }), { minLength: 30, maxLength: 150 }),
  costs: fc.record({
    feeBps: fc.nat(40),
    makerFeeBps: fc.nat(20),
    halfSpreadBps: fc.nat(9),
    slippageBps: fc.nat(9),
  }),
});

test('whole backtests in floats and in decimals fill at the same prices and keep the same money', () => {
  fc.assert(
    fc.property(playedArbitrary, ({ tick, lot, kind, moves, costs }) => {
      const bars = moves.map((move, at) => {
        const open = new Decimal(5_000 + (moves[at - 1] ?? 0)).times(tick);
        const close = new Decimal(5_000 + move).times(tick);
        const [high, low] = [Decimal.max(open, close), Decimal.min(open, close)];
        return [
          open,
          high.plus(new Decimal(7).times(tick)),
          low.minus(new Decimal(5).times(tick)),
          close,
        ] as const;
      });
      const signals = Object.fromEntries(
        moves.map((move, at) => [at, move % 3 === 0 ? 2 : move % 3 === 1 ? 0 : 1]),
      );
      const exits = {
        stop: { kind: 'percent', percent: 2 },
        target: { kind: 'percent', percent: 3 },
        maxBars: 5,
      };
      const rules = stepsInBase({ tick, lot, minQuantity: null, minNotional: null, contractSize: null });
      const market = marketOf(
        bars.map(([open, high, low, end]) => [
          open.toNumber(),
          high.toNumber(),
          low.toNumber(),
          end.toNumber(),
        ]),
        signals,
        { kind, rules },
      );
      const setup = setupOf([market], { costs, policy: policyOf({ exits }), initialCash: 10_000 });
      const { trades, equity } = backtest(setup);
      const money = moneyInDecimals(setup, trades, { tick, lot });
      same(equity[equity.length - 1], money);
    }),
    { numRuns: 100 },
  );
});

/** The account after these trades, one after another, every fill computed anew; each must have been filled there. */
function moneyInDecimals(
  { markets: [market], costs }: BacktestSetup,
  trades: readonly Trade[],
  { tick, lot }: { tick: string; lot: string },
): Decimal {
  const { candles, kind } = market;
  const share = (bps: number) => new Decimal(bps).div(10_000);
  const moved = share(costs.halfSpreadBps + costs.slippageBps);
  const down = (value: Decimal, step: string) => value.div(step).floor().times(step);
  const up = (value: Decimal, step: string) => value.div(step).ceil().times(step);
  const atMarket = (shown: Decimal, sign: number) =>
    sign > 0 ? up(shown.times(moved.plus(1)), tick) : down(shown.times(moved.neg().plus(1)), tick);
  const fee = share(costs.feeBps);
  let cash = new Decimal(10_000);
  for (const trade of trades) {
    const sign = trade.side === 'LONG' ? 1 : -1;
    const open = new Decimal(candles.open[trade.entryBar]);
    const entry = atMarket(open, sign);
    const wanted = down(cash.div(candles.close[trade.signalBar]), lot);
    const payable = kind === 'spot' ? cash.div(entry.times(fee.plus(1))) : cash.div(entry);
    const quantity = down(Decimal.min(wanted, payable), lot);
    const isMaker = trade.exitReason === 'target';
    const shown = exitShown(trade, open, market, tick);
    const exit = isMaker ? shown : atMarket(shown, -sign);
    same(trade.quantity, quantity);
    same(trade.entryPrice, entry);
    same(trade.exitPrice, exit);
    const fees = quantity
      .times(entry)
      .times(fee)
      .plus(quantity.times(exit).times(isMaker ? share(costs.makerFeeBps!) : fee));
    cash = cash.plus(quantity.times(exit.minus(entry)).times(sign)).minus(fees);
    same(trade.netPnl, quantity.times(exit.minus(entry)).times(sign).minus(fees));
  }
  return cash;
}

/** What the market showed where the trade left, by its reason. */
function exitShown(
  trade: Trade,
  entry: Decimal,
  { candles }: BacktestSetup['markets'][number],
  tick: string,
): Decimal {
  const { exitBar, exitReason, side } = trade;
  const open = new Decimal(candles.open[exitBar]);
  const close = new Decimal(candles.close[exitBar]);
  const level = (percent: number) =>
    entry
      .times(new Decimal(100 + percent).div(100))
      .div(tick)
      .plus('0.5')
      .floor()
      .times(tick);
  const sign = side === 'LONG' ? 1 : -1;
  const worse = (a: Decimal, b: Decimal) => (sign > 0 ? Decimal.min(a, b) : Decimal.max(a, b));
  const better = (a: Decimal, b: Decimal) => (sign > 0 ? Decimal.max(a, b) : Decimal.min(a, b));
  if (exitReason === 'stop') return worse(level(-2 * sign), open);
  if (exitReason === 'target') return better(level(3 * sign), open);
  return exitReason === 'signal' ? open : close;
}

/** Equal well beyond the eighth decimal; a tie of the ninth may be written either way. */
function same(got: number, expected: Decimal): void {
  assert.ok(expected.minus(got).abs().lt(1e-9), `${got} is not ${expected}`);
}

/** Equal but for the last bit, which a step that is no fraction of 1 may cost. */
function close(got: number, expected: number): void {
  assert.ok(Math.abs(got - expected) <= 2.3e-16 * expected, `${got} is not ${expected}`);
}
