import assert from 'node:assert/strict';
import test from 'node:test';
import { type MarketBars, sliceBars } from '../../contracts/candles.ts';
import { auditFeatures, DEFAULT_AUDIT } from '../../features/audit/audit.ts';
import { describeFinding } from '../../features/audit/report.ts';
import { CATALOG } from '../../features/catalog/index.ts';
import type { FeatureDefinition } from '../../features/definition.ts';
import type { OwnBars } from '../../features/own/column-kernel.ts';
import { goldenCandles } from '../support/candles.ts';
import { faultOf, mean, ownColumn, ownFeature, rows } from './leaks.ts';

const HOUR = 3_600_000;
const bars = goldenCandles();
const count = bars.close.length;

/** Each leak, and what the audit must call it and say of it. */
const LEAKS: readonly (readonly [name: string, FeatureDefinition, kind: string, says: RegExp])[] = [
  [
    'the next bar’s return',
    ownColumn(({ close }) => rows(close.length, i => close[i + 1] / close[i] - 1)),
    'future value',
    /up to 1 bar ahead/,
  ],
  [
    'a value of three bars later',
    ownColumn(({ close }) => rows(close.length, i => Math.sign(close[i + 3] - close[i]))),
    'future value',
    /up to 3 bars ahead/,
  ],
  [
    'the highest of the next twelve bars',
    ownColumn(({ high }) => rows(high.length, i => Math.max(...high.subarray(i + 1, i + 13)))),
    'future value',
    /up to 12 bars ahead/,
  ],
  [
    'a leader’s next close',
    ownColumn(({ leaderClose }) => rows(leaderClose.length, i => leaderClose[i + 1] / leaderClose[i]), {
      inputs: ['leaderClose'],
    }),
    'future value',
    /1 bar ahead/,
  ],
  [
    'a mean centred on its row',
    ownColumn(({ close }) => rows(close.length, i => close[i] / mean(close, i - 5, i + 5))),
    'centred window',
    /5 bars ahead/,
  ],
  [
    'a centred difference',
    ownColumn(({ close }) => rows(close.length, i => close[i + 1] - close[i - 1])),
    'centred window',
    /1 bar ahead/,
  ],
  [
    'a z-score over the whole column',
    ownColumn(({ close }) => zScores(close)),
    'full-sample statistics',
    /every later bar/,
  ],
  [
    'a place between the whole column’s extremes',
    ownColumn(({ close }) => places(close)),
    'full-sample statistics',
    /every later bar/,
  ],
  [
    'gaps filled from the next known value',
    ownColumn(({ close, volume }) => fillBack(close, volume)),
    'back-fill',
    /missing/,
  ],
  [
    'gaps filled by a line between neighbours',
    ownColumn(({ close, volume }) => fillLinear(close, volume)),
    'back-fill',
    /missing/,
  ],
  [
    'the high of the 4h bar under way',
    ownColumn(b => grouped(b, 4 * HOUR, values => Math.max(...values)), { lookBack: 4 }),
    'unfinished bar of a longer timeframe',
    /4h bar/,
  ],
  [
    'the close of the 2h bar under way',
    ownColumn(b => grouped(b, 2 * HOUR, values => values.at(-1)!), { lookBack: 2 }),
    'unfinished bar of a longer timeframe',
    /2h bar/,
  ],
  [
    'today’s close on hourly rows',
    ownColumn(b => grouped(b, 24 * HOUR, values => values.at(-1)!), { lookBack: 24 }),
    'unfinished bar of a longer timeframe',
    /1d bar/,
  ],
  [
    'today’s low on hourly rows',
    ownColumn(b => grouped(b, 24 * HOUR, values => Math.min(...values)), { lookBack: 24 }),
    'unfinished bar of a longer timeframe',
    /1d bar/,
  ],
  [
    'a future value on one bar in 500',
    ownColumn(({ openTime, close }) =>
      rows(close.length, i => ((openTime[i] / HOUR) % 500 === 3 ? close[i + 1] - close[i] : close[i])),
    ),
    'future value',
    /1 bar ahead/,
  ],
  [
    'a newest row that is made otherwise',
    ownColumn(({ close }) => rows(close.length, i => (i === close.length - 1 ? close[i] : close[i] * 1.001))),
    'depends on how bars arrive',
    /newest row/,
  ],
  [
    'a window twice its look-back',
    ownColumn(({ close }) => rows(close.length, i => close[i] / mean(close, i - 40, i))),
    'deeper than its look-back',
    /20 bars .* 40/,
  ],
  [
    'a mean of everything so far',
    ownColumn(({ close }) => rows(close.length, i => mean(close, 0, i))),
    'deeper than its look-back',
    /20 bars/,
  ],
  [
    'a recursive formula that declares too little',
    ownFeature({ kernel: { start: startSmoothed } }),
    'deeper than its look-back',
    /20 bars/,
  ],
  [
    'a look into its chunk’s memory',
    ownFeature({ lookBack: 0, kernel: { start: startPeeking } }),
    'future value',
    /./,
  ],
  [
    'whether the next bar comes late',
    ownColumn(({ openTime }) => rows(openTime.length, i => Number(openTime[i + 1] - openTime[i] > HOUR))),
    'future value',
    /after the cut/,
  ],
  [
    'a place among all closes',
    ownColumn(({ close }) => {
      const sorted = close.slice().sort();
      return close.map(price => sorted.indexOf(price) / sorted.length);
    }),
    'full-sample statistics',
    /every later bar/,
  ],
  [
    'missing values taken from the mean of all',
    ownColumn(({ close, volume }) => {
      const centre = mean(close, 0, close.length - 1);
      return rows(close.length, i => (isMissing(volume[i]) ? centre : close[i]));
    }),
    'full-sample statistics',
    /every later bar/,
  ],
  [
    'the week’s high so far and to come',
    ownColumn(b => grouped(b, 168 * HOUR, values => Math.max(...values)), { lookBack: 168 }),
    'unfinished bar of a longer timeframe',
    /1w bar/,
  ],
  [
    'an average that is smoothed from both ends',
    ownColumn(({ close }) => smoothedFromBothEnds(close)),
    'future value',
    /bars ahead/,
  ],
  [
    'a running sum over whole columns',
    ownColumn(({ close }) => {
      let sum = 0;
      const sums = close.map(price => (sum += price));
      return rows(close.length, i => (i < 20 ? Number.NaN : (sums[i] - sums[i - 20]) / 20));
    }),
    'depends on how bars arrive',
    /one by one/,
  ],
  [
    'dice',
    ownColumn(({ close }) => close.map(price => price * Math.random())),
    'not reproducible',
    /Math\.random/,
  ],
  [
    'the clock',
    ownColumn(({ close }) => close.map(price => price * new Date().getUTCFullYear())),
    'not reproducible',
    /new Date/,
  ],
  [
    'the clock by another way',
    ownColumn(({ close }) => close.map(price => price * Math.sign(Date.now()))),
    'not reproducible',
    /Date\.now/,
  ],
  [
    'a memory of every bar ever seen',
    ownFeature({ lookBack: 0, kernel: remembering() }),
    'not reproducible',
    /same bars are given again/,
  ],
  [
    'a state that all series share',
    ownFeature({ lookBack: 1, kernel: sharing() }),
    'not reproducible',
    /start\(\)/,
  ],
  [
    'a formula that changes its bars',
    ownFeature({ lookBack: 0, kernel: { start: startMeddling } }),
    'changes its bars',
    /writes into the bars/,
  ],
];

for (const [name, definition, kind, says] of LEAKS) {
  test(`caught and named: ${name}`, () => {
    const leader = { ...bars, leaderClose: bars.close.map(price => price * 2) };
    const finding = faultOf(definition, leader);
    assert.equal(finding?.kind, kind, JSON.stringify(finding));
    assert.match(finding.diagnosis, says);
    assert.equal(finding.feature, 'mine');
  });
}

test('a finding shows a cut and the values with and without the future', () => {
  const finding = faultOf(
    ownColumn(({ close }) => rows(close.length, i => close[i + 1])),
    bars,
  )!;
  const row = bars.openTime.indexOf(finding.cutTime);
  assert.equal(finding.withFuture, bars.close[row + 1]);
  assert.equal(finding.withoutFuture, null);
  assert.ok(finding.rows > count * 0.9);
});

test('of what shows in no value, no row is told', () => {
  const finding = faultOf(ownFeature({ lookBack: 0, kernel: { start: startMeddling } }), bars)!;
  assert.equal(
    describeFinding(finding),
    'mine: changes its bars: it writes into the bars it is given, which other features read too',
  );
});

const HONEST: readonly (readonly [name: string, FeatureDefinition])[] = [
  [
    'a rolling mean over whole columns',
    ownColumn(({ close }) => rows(close.length, i => close[i] / mean(close, i - 20, i))),
  ],
  [
    'a formula that sorts its columns in place',
    ownColumn(({ close }) => rows(close.length, i => close.slice(Math.max(0, i - 20), i + 1).sort()[10])),
  ],
  ['yesterday’s close on hourly rows', ownColumn(b => yesterday(b), { lookBack: 48 })],
  [
    'the hour of the day',
    ownColumn(({ openTime }) => openTime.map(time => new Date(time).getUTCHours()), { lookBack: 0 }),
  ],
  [
    'a recursive formula that declares enough',
    ownFeature({ lookBack: 220, kernel: { start: startSmoothed } }),
  ],
  [
    'a value that is often missing',
    ownColumn(({ close, volume }) => rows(close.length, i => (volume[i] % 7 < 3 ? Number.NaN : close[i])), {
      lookBack: 0,
    }),
  ],
  [
    'missing values filled forward',
    ownColumn(({ close, volume }) =>
      rows(close.length, i => {
        for (let j = i; j > Math.max(-1, i - 20); j--) if (volume[j] % 7 > 3) return close[j];
        return Number.NaN;
      }),
    ),
  ],
];

for (const [name, definition] of HONEST) {
  test(`no false alarm: ${name}`, () => assert.equal(faultOf(definition, bars), undefined));
}

test('no false alarm in the whole catalog, leaders and ticks included', () => {
  const amounts = (step: number) => bars.close.map((_, i) => (i * step) % 11);
  const everything: MarketBars = {
    ...bars,
    leaderClose: bars.close.map((price, i) => (i % 97 === 0 ? Number.NaN : price * (2 + Math.sin(i)))),
    upTicks: amounts(3),
    downTicks: amounts(5),
    bidDepth: amounts(7).map(depth => depth + 1),
    askDepth: amounts(2).map(depth => depth + 1),
  };
  const report = auditFeatures(everything, CATALOG.definitions, '1h', { seed: 3, cuts: 6 });
  assert.deepEqual(report.findings, []);
  assert.equal(report.features.length, CATALOG.definitions.length);
});

test('the same seed gives the same report, another seed finds the same faults', () => {
  const leak = ownColumn(({ close }) => zScores(close));
  assert.deepEqual(faultOf(leak, bars, 1), faultOf(leak, bars, 1));
  assert.equal(faultOf(leak, bars, 2)?.kind, faultOf(leak, bars, 1)?.kind);
});

test('a leak among sound features is told apart', () => {
  const leak = ownColumn(({ close }) => rows(close.length, i => close[i + 2]));
  const definitions = [CATALOG.find('rsi_14'), leak, CATALOG.find('atr_14')];
  const { findings } = auditFeatures(bars, definitions, '1h', DEFAULT_AUDIT);
  assert.deepEqual(
    findings.map(({ feature }) => feature),
    ['mine'],
  );
});

test('histories of no bar and of few bars are audited too', () => {
  for (const size of [0, 1, 2, 30]) {
    const few = sliceBars(bars, 0, size);
    assert.deepEqual(auditFeatures(few, CATALOG.definitions.slice(0, 5), '1h', DEFAULT_AUDIT).findings, []);
  }
});

function zScores(close: Float64Array): Float64Array {
  const centre = mean(close, 0, close.length - 1);
  const spread = Math.sqrt(
    mean(
      close.map(price => (price - centre) ** 2),
      0,
      close.length - 1,
    ),
  );
  return close.map(price => (price - centre) / spread);
}

function places(close: Float64Array): Float64Array {
  const [low, high] = [Math.min(...close), Math.max(...close)];
  return close.map(price => (price - low) / (high - low));
}

function smoothedFromBothEnds(close: Float64Array): Float64Array {
  const out = close.slice();
  for (let i = 1; i < out.length; i++) out[i] += (out[i - 1] - out[i]) * 0.8;
  for (let i = out.length - 2; i >= 0; i--) out[i] += (out[i + 1] - out[i]) * 0.8;
  return out;
}

function isMissing(volume: number): boolean {
  return Math.floor(volume * 10) % 3 === 0;
}

function fillBack(close: Float64Array, volume: Float64Array): Float64Array {
  const out = rows(close.length, i => (isMissing(volume[i]) ? Number.NaN : close[i]));
  for (let i = out.length - 2; i >= 0; i--) if (Number.isNaN(out[i])) out[i] = out[i + 1];
  return out;
}

function fillLinear(close: Float64Array, volume: Float64Array): Float64Array {
  const known = (i: number) => i >= 0 && i < close.length && !isMissing(volume[i]);
  return rows(close.length, i => {
    if (known(i)) return close[i];
    let [before, after] = [i, i];
    while (before > i - 20 && before >= 0 && !known(before)) before--;
    while (after < i + 20 && after < close.length && !known(after)) after++;
    if (!known(before) || !known(after)) return Number.NaN;
    return close[before] + ((close[after] - close[before]) * (i - before)) / (after - before);
  });
}

/** Of each row's group of time, whatever of it is there. */
function grouped(
  { openTime, close }: OwnBars,
  length: number,
  of: (values: Float64Array) => number,
): Float64Array {
  const group = (i: number) => Math.floor(openTime[i] / length);
  const out = new Float64Array(close.length);
  for (let from = 0, to = 0; from < out.length; from = to) {
    while (to < out.length && group(to) === group(from)) to++;
    out.fill(of(close.subarray(from, to)), from, to);
  }
  return out.map((value, i) => value / close[i]);
}

function yesterday({ openTime, close }: OwnBars): Float64Array {
  const day = (i: number) => Math.floor(openTime[i] / (24 * HOUR));
  return rows(close.length, i => {
    let last = i;
    while (last >= 0 && day(last) === day(i)) last--;
    return last < 0 ? Number.NaN : close[last] / close[i];
  });
}

function startSmoothed() {
  let average = Number.NaN;
  return {
    advance({ close }: OwnBars, { value }: { value: Float64Array }) {
      for (let i = 0; i < close.length; i++) {
        average = Number.isNaN(average) ? close[i] : average + (close[i] - average) * 0.1;
        value[i] = average;
      }
    },
  };
}

/** Looks past its columns' ends into the memory they stand in. */
function startPeeking() {
  return {
    advance({ close }: OwnBars, { value }: { value: Float64Array }) {
      const all = new Float64Array(close.buffer);
      const start = close.byteOffset / 8;
      for (let i = 0; i < close.length; i++) value[i] = all[start + i + 1] ?? 0;
    },
  };
}

function startMeddling() {
  return {
    advance({ close }: OwnBars, { value }: { value: Float64Array }) {
      for (let i = 0; i < close.length; i++) {
        value[i] = close[i];
        close[i] = Math.fround(close[i]);
      }
    },
  };
}

/** Answers from what it saw of the next hour in any run before. */
function remembering() {
  const seen = new Map<number, number>();
  return {
    start: () => ({
      advance({ openTime, close }: OwnBars, { value }: { value: Float64Array }) {
        for (let i = 0; i < close.length; i++) {
          value[i] = seen.get(openTime[i] + HOUR) ?? 0;
          seen.set(openTime[i], close[i]);
        }
      },
    }),
  };
}

/** The change since the last bar, of whichever series that was. */
function sharing() {
  let before = Number.NaN;
  return {
    start() {
      before = Number.NaN;
      return {
        advance({ close }: OwnBars, { value }: { value: Float64Array }) {
          for (let i = 0; i < close.length; i++) {
            value[i] = close[i] / before;
            before = close[i];
          }
        },
      };
    },
  };
}
