import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { compareBars } from '../../candles/compare-bars.ts';
import { readCandleFile } from '../../candles/import/index.ts';
import { resampleCandles } from '../../candles/resample.ts';
import { CANDLE_COLUMNS, type Candles } from '../../contracts/candles.ts';
import { TIMEFRAME_MS, TIMEFRAMES } from '../../contracts/series.ts';
import { sharedData, withoutShared } from '../support/shared.ts';
import { makeBars, pick } from './fixtures.ts';

const DAY = Date.UTC(2024, 0, 1);
const MINUTE = 60_000;

test('a longer bar is the first open, the highest high, the lowest low, the last close and the sum of volumes', () => {
  const bars = makeBars({ bars: 8, timeframe: '15m', start: DAY });
  const { openTime, open, high, low, close, volume } = resampleCandles(bars, '15m', '1h');
  assert.deepEqual([...openTime], [DAY, DAY + 60 * MINUTE]);
  assert.deepEqual([...open], [bars.open[0], bars.open[4]]);
  assert.deepEqual([...high], [Math.max(...bars.high.slice(0, 4)), Math.max(...bars.high.slice(4))]);
  assert.deepEqual([...low], [Math.min(...bars.low.slice(0, 4)), Math.min(...bars.low.slice(4))]);
  assert.deepEqual([...close], [bars.close[3], bars.close[7]]);
  assert.deepEqual([...volume], [0 + 1 + 2 + 3, 4 + 0 + 1 + 2]);
});

test('bars begin at multiples of their duration since the epoch, whatever the series begins with', () => {
  const bars = makeBars({ bars: 24 * 60, timeframe: '1m', start: DAY - 7 * MINUTE });
  const { openTime } = resampleCandles(bars, '1m', '4h');
  assert.deepEqual(
    [...openTime],
    [0, 1, 2, 3, 4].map(index => DAY + index * TIMEFRAME_MS['4h']),
  );
});

test('a bar that lacks a single base bar is not made: first, last or in the middle', () => {
  const whole = makeBars({ bars: 180, timeframe: '1m', start: DAY });
  for (const missing of [60, 75, 119]) {
    const rows = [...whole.openTime.keys()].filter(row => row !== missing);
    const { openTime } = resampleCandles(pick(whole, rows), '1m', '1h');
    assert.deepEqual([...openTime], [DAY, DAY + 120 * MINUTE], `without bar ${missing}`);
  }
});

test('of no bars, and of bars that fill none, nothing is made', () => {
  assert.equal(resampleCandles(makeBars({ bars: 0 }), '1h', '4h').openTime.length, 0);
  assert.equal(resampleCandles(makeBars({ bars: 3 }), '1h', '4h').openTime.length, 0);
});

test('only longer, whole multiples are made; the error lists them', () => {
  for (const from of TIMEFRAMES) {
    for (const to of TIMEFRAMES) {
      const make = () => resampleCandles(makeBars({ bars: 1, timeframe: from, start: DAY }), from, to);
      if (TIMEFRAME_MS[to] > TIMEFRAME_MS[from]) make();
      else assert.throws(make, { code: 'RESAMPLE_INVALID' });
    }
  }
  assert.throws(() => resampleCandles(makeBars(), '4h', '1h'), { message: /4h bars.*1h bars.*\(1d\)/ });
});

/** Minutes with random prices, whole volumes (whose sums are exact) and random holes. */
const minutes = fc
  .record({
    start: fc.integer({ min: 0, max: 2_000 }),
    moves: fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 400 }),
    holes: fc.uniqueArray(fc.integer({ min: 0, max: 399 }), { maxLength: 5 }),
  })
  .map(({ start, moves, holes }): Candles => {
    let price = 10_000;
    const all = moves.map((move, row) => {
      const open = price;
      price = Math.max(100, price + move);
      const [high, low] = [Math.max(open, price) + (row % 3), Math.min(open, price) - (row % 2)];
      return {
        openTime: DAY + (start + row) * MINUTE,
        open,
        high,
        low,
        close: price,
        volume: Math.abs(move),
      };
    });
    const kept = all.filter((_, row) => !holes.includes(row));
    const column = (name: keyof Candles) => Float64Array.from(kept, bar => bar[name]);
    return Object.fromEntries(CANDLE_COLUMNS.map(name => [name, column(name)])) as unknown as Candles;
  });

test('by way of a shorter timeframe the same bars are made', () => {
  fc.assert(
    fc.property(minutes, bars => {
      const direct = resampleCandles(bars, '1m', '1h');
      assert.deepEqual(resampleCandles(resampleCandles(bars, '1m', '15m'), '15m', '1h'), direct);
      assert.deepEqual(resampleCandles(resampleCandles(bars, '1m', '5m'), '5m', '1h'), direct);
    }),
  );
});

test('nothing comes from an incomplete bar, and every complete one is there', () => {
  fc.assert(
    fc.property(minutes, bars => {
      const counts = new Map<number, number>();
      for (const time of bars.openTime) {
        const hour = Math.floor(time / (15 * MINUTE)) * 15 * MINUTE;
        counts.set(hour, (counts.get(hour) ?? 0) + 1);
      }
      const complete = [...counts].filter(([, count]) => count === 15).map(([time]) => time);
      assert.deepEqual([...resampleCandles(bars, '1m', '15m').openTime], complete);
    }),
  );
});

test('hours made of recorded minutes are the recorded hours, save three in which the recordings differ', {
  skip: withoutShared,
}, async () => {
  const read = (file: string) => readCandleFile(join(sharedData, 'candles/binance/BTCUSDT', file));
  const hours = resampleCandles(await read('1m.parquet'), '1m', '1h');
  const { inBoth, equal, different } = compareBars(hours, await read('1h.parquet'));
  assert.equal(hours.openTime.length, 714);
  assert.equal(inBoth, 714);
  assert.equal(equal, 711);
  // Two recordings by different people: in these hours the hourly one holds more volume, and an extreme or close of it.
  assert.deepEqual(
    different.map(({ openTime, columns }) => [new Date(openTime).toISOString().slice(0, 13), ...columns]),
    [
      ['2021-04-22T02', 'low', 'volume'],
      ['2021-04-23T01', 'close', 'volume'],
      ['2021-04-23T02', 'high', 'volume'],
    ],
  );
});
