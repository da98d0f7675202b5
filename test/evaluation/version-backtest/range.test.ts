import assert from 'node:assert/strict';
import test from 'node:test';
import type { Candles } from '../../../contracts/candles.ts';
import {
  type RangeMarket,
  type RangeRequest,
  resolveRange,
} from '../../../evaluation/version-backtest/range.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2024, 0, 1);

/** Hourly bars [from, to), counted in hours from the start. */
function bars(from: number, to: number): Candles {
  const openTime = Float64Array.from({ length: to - from }, (_, i) => START + (from + i) * HOUR);
  const column = new Float64Array(openTime.length).fill(100);
  return { openTime, open: column, high: column, low: column, close: column, volume: column };
}

function market(seenThrough: number | null, from = 0, to = 100, series = 'coinbase:BTCUSD/1h'): RangeMarket {
  return {
    series,
    candles: bars(from, to),
    seen: seenThrough === null ? null : { throughTime: START + seenThrough * HOUR, model: 'v2' },
  };
}

function ask(markets: readonly RangeMarket[], changes: Partial<RangeRequest> = {}) {
  const range = resolveRange({
    markets,
    fromTime: null,
    toTime: null,
    barMs: HOUR,
    allowSeen: false,
    ...changes,
  });
  const hours = (time: number) => (time - START) / HOUR;
  return { from: hours(range.fromTime), to: hours(range.toTime), inSample: range.inSample };
}

test('without a range the bars after the training are played, to the last', () => {
  assert.deepEqual(ask([market(60)]), { from: 61, to: 100, inSample: null });
});

test('of several symbols the latest training and the earliest end count', () => {
  const markets = [market(60), market(70, 10, 90, 'coinbase:ETHUSD/1h')];
  assert.deepEqual(ask(markets), { from: 71, to: 90, inSample: null });
});

test('without a model everything is unseen', () => {
  assert.deepEqual(ask([market(null)]), { from: 0, to: 100, inSample: null });
});

test('one seen bar is refused, and the first that may be played is named', () => {
  assert.throws(() => ask([market(60)], { fromTime: START + 60 * HOUR }), {
    code: 'BACKTEST_IN_SAMPLE',
    message: /^1 of the 40 bars from 2024-01-03T12:00Z .*Begin at --from 2024-01-03T13:00Z, or .*--in-sample/,
    details: {
      seenBars: 1,
      bars: 40,
      fromTime: START + 60 * HOUR,
      toTime: START + 100 * HOUR,
      allowedFromTime: START + 61 * HOUR,
    },
  });
  assert.equal(ask([market(60)], { fromTime: START + 61 * HOUR }).inSample, null);
});

test('where nothing is unseen the message says where it would begin', () => {
  for (const [through, changes] of [
    [99, {}],
    [60, { toTime: START + 61 * HOUR }],
  ] as const) {
    assert.throws(() => ask([market(through)], changes), {
      code: 'BACKTEST_IN_SAMPLE',
      message: /is unseen: by the training of v2 of coinbase:BTCUSD\/1h unseen bars begin at 2024-01-0/,
    });
  }
});

test('asked for, seen bars are played and marked: which, how many, by whom', () => {
  const markets = [market(60), market(20, 0, 100, 'coinbase:ETHUSD/1h')];
  const { from, to, inSample } = ask(markets, { allowSeen: true });
  assert.deepEqual([from, to], [0, 100]);
  assert.ok(inSample);
  assert.deepEqual([inSample.seenBars, inSample.bars], [61 + 21, 200]);
  assert.equal(inSample.throughTime, START + 60 * HOUR);
  assert.match(
    inSample.warning,
    /training of v2 of coinbase:BTCUSD\/1h and v2 of coinbase:ETHUSD\/1h had seen bars through 2024-01-03T12:00Z/,
  );
  const later = ask(markets, { allowSeen: true, fromTime: START + 30 * HOUR }).inSample!;
  assert.equal(later.seenBars, 31);
  assert.doesNotMatch(later.warning, /ETHUSD/);
  assert.equal(
    ask(markets, { allowSeen: true, fromTime: START + 61 * HOUR }).inSample,
    null,
    'none was seen',
  );
});

test('what is asked for beyond the bars is not told as played', () => {
  const wide = { fromTime: START - 500 * HOUR, toTime: START + 90_000 * HOUR };
  assert.partialDeepStrictEqual(ask([market(null)], wide), { from: 0, to: 100 });
  const two = [market(null), market(null, 10, 120, 'coinbase:ETHUSD/1h')];
  assert.partialDeepStrictEqual(ask(two, wide), { from: 0, to: 120 });
});

test('a range without bars, or that ends before it begins, is refused', () => {
  const at = (hours: number) => START + hours * HOUR;
  const refused = [
    [{ fromTime: at(80), toTime: at(70) }, /ends at .* before it begins/],
    [{ fromTime: at(80), toTime: at(80) }, /ends at/],
    [
      { fromTime: at(200), toTime: at(300) },
      /has no bars from .*; it has them from 2024-01-01T00:00Z to 2024-01-05T03:00Z/,
    ],
    [{ fromTime: at(200) }, /The stored bars end at 2024-01-05T04:00Z, before 2024-01-09T08:00Z/],
  ] as const;
  for (const [changes, message] of refused)
    assert.throws(() => ask([market(60)], changes), { code: 'BACKTEST_INVALID', message });
  const late = [market(null), market(null, 95, 100, 'coinbase:ETHUSD/1h')];
  assert.throws(() => ask(late, { toTime: at(90) }), {
    code: 'BACKTEST_INVALID',
    message: /ETHUSD\/1h has no bars/,
  });
});
