import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { readBooks } from '../../candles/ticks/book-file.ts';
import { buildTickBars } from '../../candles/ticks/tick-bars.ts';
import type { BookDepths, Trades } from '../../candles/ticks/ticks.ts';
import { readTrades } from '../../candles/ticks/trade-file.ts';
import { sharedData, sharedOracles, withoutShared } from '../support/shared.ts';

const T = Date.UTC(2024, 0, 1);

/** Trades of [ms after T, price, quantity]. */
function trades(...rows: readonly [number, number, number][]): Trades {
  return {
    time: Float64Array.from(rows, ([ms]) => T + ms),
    price: Float64Array.from(rows, ([, price]) => price),
    quantity: Float64Array.from(rows, ([, , quantity]) => quantity),
    id: null,
  };
}

function books(...rows: readonly [number, number, number][]): BookDepths {
  return {
    time: Float64Array.from(rows, ([ms]) => T + ms),
    bidDepth: Float64Array.from(rows, ([, bid]) => bid),
    askDepth: Float64Array.from(rows, ([, , ask]) => ask),
  };
}

test('a second’s bar is its trades by time; up- and down-ticks are counted from the trade before', () => {
  const bars = buildTickBars(
    trades([0, 10, 1], [100, 12, 2], [200, 9, 1], [999, 9, 1], [1_000, 11, 3], [1_500, 11, 1], [2_000, 8, 5]),
    null,
  );
  assert.deepEqual([...bars.openTime], [T, T + 1_000]);
  assert.deepEqual(
    [bars.open[0], bars.high[0], bars.low[0], bars.close[0], bars.volume[0]],
    [10, 12, 9, 9, 5],
  );
  assert.deepEqual(
    [bars.open[1], bars.high[1], bars.low[1], bars.close[1], bars.volume[1]],
    [11, 11, 11, 11, 4],
  );
  assert.deepEqual([...bars.upTicks!], [1, 1]);
  assert.deepEqual([...bars.downTicks!], [1, 0]);
});

test('a second without a trade repeats the last price with volume 0', () => {
  const bars = buildTickBars(trades([0, 10, 1], [3_500, 12, 1], [5_000, 1, 1]), null);
  assert.deepEqual([...bars.close], [10, 10, 10, 12, 12]);
  assert.deepEqual([...bars.open], [10, 10, 10, 12, 12]);
  assert.deepEqual([...bars.volume], [1, 0, 0, 1, 0]);
  assert.deepEqual([...bars.upTicks!], [0, 0, 0, 1, 0]);
});

test('seconds that the recording may have cut off are left out at both ends, their trades only a price before', () => {
  const bars = buildTickBars(trades([400, 10, 1], [1_200, 9, 1], [2_000, 8, 1], [3_999, 8, 1]), null);
  assert.deepEqual([...bars.openTime], [T + 1_000, T + 2_000]);
  assert.deepEqual([...bars.downTicks!], [1, 1]);
});

test('the order of the file counts among equal times, and nothing else of it', () => {
  const sorted = buildTickBars(
    trades([0, 10, 1], [500, 11, 1], [500, 9, 2], [700, 10, 1], [1_000, 1, 1]),
    null,
  );
  const shuffled = buildTickBars(
    trades([1_000, 1, 1], [500, 11, 1], [700, 10, 1], [500, 9, 2], [0, 10, 1]),
    null,
  );
  assert.deepEqual(shuffled, sorted);
  assert.deepEqual([sorted.upTicks![0], sorted.downTicks![0]], [2, 1]);
});

test('depth is of the last book at or before the second’s end, and unknown before the first', () => {
  const { bidDepth, askDepth } = buildTickBars(
    trades([0, 10, 1], [4_000, 10, 1]),
    books([2_000, 5, 6], [2_001, 7, 8], [3_999, 9, 10], [4_001, 1, 1]),
  );
  assert.deepEqual([...bidDepth!], [Number.NaN, 5, 7, 9]);
  assert.deepEqual([...askDepth!], [Number.NaN, 6, 8, 10]);
});

test('trades without a whole second, or too far apart, are refused', () => {
  for (const [ms] of [[900], [1_900]])
    assert.throws(() => buildTickBars(trades([100, 1, 1], [ms, 1, 1]), null), { code: 'TICKS_INVALID' });
  assert.throws(() => buildTickBars(trades([0, 1, 1], [6_000_000_000, 1, 1]), null), {
    code: 'TICKS_INVALID',
    message: /6000000 seconds/,
  });
});

test('all trades of whole seconds are in the bars, none twice', () => {
  const some = fc.array(
    fc.tuple(
      fc.integer({ min: 0, max: 20_000 }),
      fc.integer({ min: 90, max: 110 }),
      fc.integer({ min: 1, max: 9 }),
    ),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(some, rows => {
      const all: [number, number, number][] = [[0, 100, 1], ...rows, [21_000, 100, 1]];
      const bars = buildTickBars(trades(...all), null);
      assert.equal(bars.openTime.length, 21);
      for (const [second, openTime] of bars.openTime.entries()) {
        const inside = all.filter(([ms]) => T + ms >= openTime && T + ms < openTime + 1_000);
        assert.equal(
          bars.volume[second],
          inside.reduce((sum, [, , quantity]) => sum + quantity, 0),
        );
        const prices = inside.map(([, price]) => price);
        if (prices.length > 0) {
          assert.equal(bars.high[second], Math.max(...prices));
          assert.equal(bars.low[second], Math.min(...prices));
        }
        assert.ok(bars.upTicks![second] + bars.downTicks![second] <= inside.length);
      }
    }),
  );
});

const RECORDED = join(sharedData, 'ticks/binance-spot-BTCUSDT');

test('recorded trades give the reference prices at each second’s end', { skip: withoutShared }, async () => {
  const { sigma_reversion: reference } = JSON.parse(readFileSync(join(sharedOracles, 'labels.json'), 'utf8'));
  const bars = buildTickBars(
    await readTrades([join(RECORDED, 'spot_BTCUSDT_trades.parquet')]),
    await readBooks([join(RECORDED, 'spot_BTCUSDT_book20_1s.parquet')]),
  );
  assert.equal(bars.openTime[0], reference.first_second * 1_000);
  assert.deepEqual([...bars.close], reference.price_at_second_end);
  assert.ok(bars.bidDepth!.every(depth => depth > 0));
});
