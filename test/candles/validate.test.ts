import assert from 'node:assert/strict';
import test from 'node:test';
import { validateSpacing } from '../../candles/spacing.ts';
import { validateCandles } from '../../candles/validate.ts';
import type { Candles } from '../../contracts/candles.ts';
import type { Timeframe } from '../../contracts/series.ts';
import { makeBars, NOW, pick } from './fixtures.ts';

const refused = (candles: Candles, rule: string, message: RegExp, timeframe: Timeframe = '1h', now = NOW) =>
  assert.throws(
    () => validateCandles(candles, timeframe, now),
    (error: { code: string; message: string; details: { rule: string } }) => {
      assert.equal(error.code, 'CANDLES_INVALID');
      assert.equal(error.details.rule, rule);
      assert.match(error.message, message);
      return true;
    },
  );

test('sound bars pass, gaps and zero volume included', () => {
  const bars = makeBars({ missing: [3, 4, 30] });
  validateCandles(bars, '1h', NOW);
  validateSpacing(bars, '1h');
});

test('no bars are refused', () => refused(makeBars({ bars: 0 }), 'not-empty', /no bars/));

test('unsorted bars are refused with the row', () =>
  refused(pick(makeBars(), [0, 2, 1]), 'ascending', /Row 3: .*01:00.*comes after.*02:00/));

test('a bar that appears twice is refused', () =>
  refused(pick(makeBars(), [0, 1, 1]), 'no-duplicates', /Row 3: 2024-01-01T01:00:00.000Z appears twice/));

const badValues: [keyof Candles, number, string, RegExp][] = [
  ['close', Number.NaN, 'finite', /Row 6: close is NaN/],
  ['open', Infinity, 'finite', /open is Infinity/],
  ['high', Infinity, 'finite', /high is Infinity/],
  ['low', -Infinity, 'finite', /low is -Infinity/],
  ['low', 0, 'price-positive', /low is 0; prices must be above 0/],
  ['close', -5, 'price-positive', /close is -5/],
  ['volume', -1, 'volume-not-negative', /volume is -1/],
  ['volume', Number.NaN, 'finite', /volume is NaN/],
  ['volume', Infinity, 'finite', /volume is Infinity/],
  ['high', 50, 'high', /high is not the highest price \(open .*, high 50/],
  ['low', 500, 'high', /high is not the highest/],
  ['low', 106.8, 'low', /low is not the lowest/],
  ['open', 500, 'high', /high is not the highest/],
];
for (const [column, value, rule, message] of badValues) {
  test(`${column} ${value} is refused by the rule ${rule}`, () =>
    refused(makeBars({ bars: 10, change: { row: 5, column, value } }), rule, message));
}

const badTimes: [number, string, RegExp][] = [
  [1_704_067_200, 'time-unit', /looks like seconds; expected epoch milliseconds/],
  [1_704_067_200_000_000, 'time-unit', /looks like microseconds/],
  [1_704_067_200_000_000_000, 'time-unit', /looks like nanoseconds/],
  [0, 'time-unit', /before the year 2000/],
  [-3_600_000, 'time-unit', /before the year 2000/],
  [1_704_067_200_000.5, 'time-unit', /not a whole number/],
  [Number.NaN, 'time-finite', /open time is NaN/],
  [8.65e15, 'time-unit', /looks like microseconds/],
];
for (const [value, rule, message] of badTimes) {
  test(`a first open time of ${value} is refused by the rule ${rule}`, () =>
    refused(makeBars({ bars: 1, change: { row: 0, column: 'openTime', value } }), rule, message));
}

test('an unfinished bar is refused, and passes once it has closed', () => {
  const bars = makeBars({ bars: 3, start: NOW - 2 * 3_600_000 });
  refused(bars, 'closed', /Row 3: the bar that opens at 2026-01-01T00:00:00.000Z is not closed yet/);
  validateCandles(bars, '1h', NOW + 3_600_000);
  refused(bars, 'closed', /Row 3/, '1h', NOW + 3_599_999);
});

test('15m bars given as 1h are refused, and the message says what they look like', () =>
  refused(
    makeBars({ timeframe: '15m' }),
    'aligned',
    /not the open of a 1h bar.*15m apart.*import them as that/,
  ));

test('1h bars given as 15m are refused, few or many', () => {
  for (const bars of [3, 5, 9, 10, 500]) {
    assert.throws(() => validateSpacing(makeBars({ bars }), '15m'), {
      code: 'CANDLES_INVALID',
      message: /not 15m: they stand 1h apart. They look like 1h/,
    });
  }
});

test('bars of a spacing that no timeframe has are refused', () => {
  const rows = Array.from({ length: 50 }, (_, index) => index * 3);
  assert.throws(() => validateSpacing(pick(makeBars({ bars: 150 }), rows), '1h'), {
    message: /10800 seconds apart. That is no timeframe/,
  });
});

test('hourly bars beside a few that stand closer do not pass as 15m', () => {
  const quarterHours = makeBars({ bars: 4_000, timeframe: '15m' });
  const rows = [0, 1, ...Array.from({ length: 900 }, (_, index) => 4 + index * 4)];
  assert.throws(() => validateSpacing(pick(quarterHours, rows), '15m'), { code: 'CANDLES_INVALID' });
});
