import assert from 'node:assert/strict';
import test from 'node:test';
import { measureStability, type SlicedInput } from '../../evaluation/stability/slices.ts';
import { worstSliceSentence } from '../../evaluation/stability/stability-words.ts';
import { classificationMetrics } from '../../statistics/classification.ts';
import { near } from '../support/near.ts';
import { CLASSES, population, RECIPE, walk } from './facts.ts';

const HOUR = 3_600_000;
const ROWS = 2_400;

/** From 1 January on: 744 rows of it, 696 of February (a leap year), 744 of March and 216 of April. */
function input(changes: Partial<SlicedInput> = {}): SlicedInput {
  const candles = walk(ROWS + 600);
  const start = Date.UTC(2020, 0, 1) - 500 * HOUR;
  const { label, answers } = population(ROWS, 0.5);
  return {
    task: 'direction3',
    probabilities: answers,
    predicted: likeliest(answers),
    label,
    bar: Int32Array.from({ length: ROWS }, (_, row) => 500 + row),
    trainBar: Int32Array.from({ length: 402 }, (_, row) => 20 + row),
    trades: [],
    candles: { ...candles, openTime: candles.openTime.map((_, bar) => start + bar * HOUR) },
    atr: Float64Array.from(candles.close, (close, bar) => (close * (1 + (bar % 3))) / 100),
    recipe: RECIPE,
    ...changes,
  };
}

function likeliest(answers: Float32Array): Int8Array {
  return Int8Array.from({ length: answers.length / 3 }, (_, row) => {
    const own = [...answers.subarray(3 * row, 3 * row + 3)];
    return own.indexOf(Math.max(...own));
  });
}

test('each month’s metrics are those of its rows, and every row is in one month and one regime', () => {
  const given = input();
  const { months, regimes } = measureStability(given);
  assert.deepEqual(
    months.map(({ name, rows }) => [name, rows]),
    [
      ['2020-01', 744],
      ['2020-02', 696],
      ['2020-03', 744],
      ['2020-04', 216],
    ],
  );
  const february = classificationMetrics(
    given.label.slice(744, 1_440),
    given.probabilities.slice(3 * 744, 3 * 1_440),
    CLASSES,
    given.predicted.slice(744, 1_440),
  );
  const { mcc, directionalAuc, accuracy, balancedAccuracy, logLoss } = months[1];
  near(mcc.value, february.mcc);
  assert.ok(mcc.low! < mcc.value! && mcc.value! < mcc.high!);
  assert.deepEqual(
    [directionalAuc, accuracy, balancedAccuracy, logLoss],
    [february.directionalAuc, february.accuracy, february.balancedAccuracy, february.logLoss],
  );
  assert.equal(
    regimes.reduce((sum, { rows }) => sum + rows, 0),
    ROWS,
  );
});

test('regimes are the terciles of the training rows’ volatility over close, whatever the judged rows are', () => {
  // Volatility is 1, 2 or 3 % of the close; in training the three are equally frequent.
  const { regimes, regimeBounds } = measureStability(input());
  assert.deepEqual(
    regimeBounds!.map(bound => Number(bound.toFixed(4))),
    [0.0167, 0.0233],
  );
  assert.deepEqual(
    regimes.map(({ name, rows }) => [name, rows]),
    [
      ['calm', 800],
      ['usual', 800],
      ['wild', 800],
    ],
  );
  const wildTraining = measureStability(
    input({ trainBar: Int32Array.from({ length: 100 }, (_, i) => 3 * i + 2) }),
  );
  const [calm] = wildTraining.regimes;
  assert.ok(calm.name === 'calm' && calm.rows >= 1_600);
});

test('a trade belongs to the bar at which it was decided', () => {
  // Bar 1,243 is the last of January: a trade decided at its close enters on the first of February.
  const trades = [
    { signalBar: 1_243, netReturn: 0.01 },
    { signalBar: 1_244, netReturn: 0.04 },
    { signalBar: 1_300, netReturn: -0.02 },
  ];
  const { months } = measureStability(input({ trades }));
  assert.deepEqual(
    months.slice(0, 2).map(slice => [slice.trades, slice.meanNetReturn]),
    [
      [1, 0.01],
      [2, 0.01],
    ],
  );
  assert.deepEqual([months[2].trades, months[2].meanNetReturn], [0, null]);
});

test('the worst slice is where the model knows nothing, not a month of a few lucky rows', () => {
  const given = input();
  const label = given.label.slice();
  for (let row = 1_440; row < 2_184; row++) label[row] = (given.predicted[row] + 1 + (row % 2)) % 3;
  const { worst, months } = measureStability({ ...given, label });
  assert.equal(worst?.name, '2020-03');
  assert.ok(worst.mcc.high! < 0);
  assert.match(
    worstSliceSentence({ months, regimes: [], regimeBounds: null, worst }),
    /^It did worst in the month 2020-03: MCC −0\.\d{3} \(.+\) on 744 rows, worse than chance\.$/,
  );

  // Ten wrong rows of a month of their own have no interval.
  const short = input({
    bar: Int32Array.from({ length: ROWS }, (_, row) => 500 + row - (row < 10 ? 10 : 0)),
    label: given.label.map((value, row) => (row < 10 ? (given.predicted[row] + 1) % 3 : value)),
  });
  const { months: withDecember, worst: stillJudged } = measureStability(short);
  assert.deepEqual(
    [withDecember[0].name, withDecember[0].rows, withDecember[0].mcc.low],
    ['2019-12', 10, null],
  );
  assert.notEqual(stillJudged?.name, '2019-12');
});

test('without volatility there are months alone, and one slice is the worst of nothing', () => {
  const flat = input({ atr: new Float64Array(ROWS + 600).fill(Number.NaN) });
  const { regimes, regimeBounds } = measureStability(flat);
  assert.deepEqual([regimes, regimeBounds], [[], null]);
  const few = Array.from({ length: 30 }, (_, row) => row);
  const one = measureStability({
    ...flat,
    probabilities: flat.probabilities.slice(0, 90),
    predicted: Int8Array.from(few, row => flat.predicted[row]),
    label: Int8Array.from(few, row => flat.label[row]),
    bar: Int32Array.from(few, row => flat.bar[row]),
  });
  assert.deepEqual([one.months.length, one.worst], [1, null]);
  assert.match(worstSliceSentence(one), /^No month and no volatility regime/);
});
