import assert from 'node:assert/strict';
import test from 'node:test';
import { candlesFromCloses } from '../support/candles.ts';
import { computeFeatures } from '../support/features.ts';

const HALF = Math.SQRT1_2;
const NAMES = ['hour_sine', 'hour_cosine', 'weekday_sine', 'weekday_cosine'];
/** Sine and cosine of whole sevenths of a circle. */
const seventh = (days: number) => [Math.sin((2 * Math.PI * days) / 7), Math.cos((2 * Math.PI * days) / 7)];

test('hours go round the clock from midnight UTC, weekdays round the week from Monday', () => {
  const known: readonly [opens: string, hour: number[], weekday: number[]][] = [
    ['2024-01-01T00:00:00Z', [0, 1], [0, 1]],
    ['2024-01-01T03:00:00Z', [HALF, HALF], [0, 1]],
    ['2024-01-02T06:00:00Z', [1, 0], seventh(1)],
    ['2024-01-03T09:00:00Z', [HALF, -HALF], seventh(2)],
    ['2024-01-04T12:00:00Z', [0, -1], seventh(3)],
    ['2024-01-05T18:00:00Z', [-1, 0], seventh(4)],
    [
      '2024-02-29T07:30:00Z',
      [Math.sin((2 * Math.PI * 7.5) / 24), Math.cos((2 * Math.PI * 7.5) / 24)],
      seventh(3),
    ],
    ['2024-12-29T23:45:00Z', [-Math.sin((2 * Math.PI) / 96), Math.cos((2 * Math.PI) / 96)], seventh(6)],
    ['1969-12-31T21:00:00Z', [-HALF, HALF], seventh(2)],
  ];
  const rows = at(...known.map(([opens]) => Date.parse(opens)));
  for (const [row, [opens, hour, weekday]] of known.entries())
    for (const [index, expected] of [...hour, ...weekday].entries())
      assert.ok(
        Math.abs(rows[index][row] - expected) < 1e-15,
        `${NAMES[index]} at ${opens}: ${rows[index][row]}`,
      );
});

test('the time of day goes to the millisecond, the weekday by whole days', () => {
  const opens = Date.parse('2024-01-03T10:20:30.400Z');
  const share = (opens % 86_400_000) / 86_400_000;
  const [sine, cosine, weekdaySine] = at(opens);
  assert.equal(sine[0], Math.sin(2 * Math.PI * share));
  assert.equal(cosine[0], Math.cos(2 * Math.PI * share));
  assert.equal(weekdaySine[0], seventh(2)[0]);
});

test('a gap in the bars moves the clock by its length', () => {
  const monday = Date.parse('2024-01-01T22:00:00Z');
  const [, cosine, weekdaySine] = at(monday, monday + 14 * 3_600_000, monday + 9 * 86_400_000);
  assert.ok(Math.abs(cosine[1] + 1) < 1e-15);
  assert.deepEqual([...weekdaySine], [0, seventh(1)[0], seventh(2)[0]]);
});

test('bars of a day have one hour', () => {
  const days = candlesFromCloses(Array(30).fill(1));
  days.openTime.forEach((_, i) => {
    days.openTime[i] = i * 86_400_000;
  });
  const { columns } = computeFeatures(days, NAMES, 'float64', '1d');
  assert.deepEqual(new Set(columns.get('hour_sine')), new Set([0]));
  assert.deepEqual(new Set(columns.get('hour_cosine')), new Set([1]));
});

/** The four columns of bars that open at these times. */
function at(...openTimes: readonly number[]): Float64Array[] {
  const candles = { ...candlesFromCloses(openTimes.map(() => 1)), openTime: Float64Array.from(openTimes) };
  const { columns } = computeFeatures(candles, NAMES, 'float64');
  return NAMES.map(name => columns.get(name)!);
}
