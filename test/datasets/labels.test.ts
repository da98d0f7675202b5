import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Candles, sliceCandles } from '../../contracts/candles.ts';
import type { LabelSpec } from '../../contracts/labels.ts';
import { LONG, NO_TRADE, SHORT } from '../../contracts/tasks.ts';
import { labelCandles } from '../../datasets/labels/index.ts';
import { volatilityPerBar } from '../../datasets/labels/volatility.ts';
import { candlesFromCloses, goldenCandles } from '../support/candles.ts';
import { golden, type PackedArray, unpackFloat64, unpackInt32 } from '../support/golden.ts';
import { near } from '../support/near.ts';

interface GoldenLabels {
  readonly triple_barrier: {
    horizon_bars: number;
    atr_multiple: number;
    label: PackedArray;
    end_index: PackedArray;
  };
  readonly fixed_horizon: { horizon_bars: number; threshold_log_return: number; label: PackedArray };
  readonly forward_return: { horizon_bars: number; value: PackedArray };
  readonly sigma_reversion: {
    window_seconds: number;
    lookahead_seconds: number;
    sigma_threshold: number;
    price_at_second_end: PackedArray;
    label: PackedArray;
  };
}

const candles = goldenCandles();
const rows = candles.close.length;
const reference = golden<GoldenLabels>('labels.json');

test('triple barrier equals the reference in label and end on every row', () => {
  const { horizon_bars, atr_multiple, label, end_index } = reference.triple_barrier;
  const got = labelCandles(candles, tripleBarrier(horizon_bars, atr_multiple, atr_multiple));
  assert.deepEqual([...got.label], [...unpackInt32(label)]);
  assert.deepEqual([...got.end], [...unpackInt32(end_index)]);
});

test('fixed horizon equals the reference on every row, and ends at t+H', () => {
  const { horizon_bars, threshold_log_return, label } = reference.fixed_horizon;
  const got = labelCandles(candles, fixedHorizon(horizon_bars, threshold_log_return));
  assert.deepEqual([...got.label], [...unpackInt32(label)]);
  assert.deepEqual(
    [...got.end],
    Array.from({ length: rows }, (_, t) => (t + horizon_bars < rows ? t + horizon_bars : -1)),
  );
});

test('forward return equals the reference on every row to 1e-12', () => {
  const { horizon_bars, value } = reference.forward_return;
  const { label, end, target } = labelCandles(candles, {
    kind: 'forward-return',
    horizonBars: horizon_bars,
  });
  for (const [t, expected] of unpackFloat64(value).entries()) {
    assert.equal(label[t], Number.isNaN(expected) ? -1 : 0);
    assert.equal(end[t], Number.isNaN(expected) ? -1 : t + horizon_bars);
    if (Number.isNaN(expected)) assert.ok(Number.isNaN(target![t]));
    else near(target![t], expected);
  }
});

test('a return far beyond the usual is clipped at five deviations of the horizon', () => {
  const closes = Float64Array.from({ length: 60 }, (_, i) => 100 + (i % 2));
  closes.fill(1_000, 50);
  const { target } = labelCandles(candlesFromCloses(closes), { kind: 'forward-return', horizonBars: 4 });
  const halfStep = Math.log(101 / 100);
  near(target![48], 5 * 2 * halfStep);
  near(target![30], Math.log(100 / 100));
});

test('σ-reversion equals the reference on every row', () => {
  const { window_seconds, lookahead_seconds, sigma_threshold, price_at_second_end, label } =
    reference.sigma_reversion;
  const seconds = candlesFromCloses(unpackFloat64(price_at_second_end));
  const spec = sigmaReversion(window_seconds, lookahead_seconds, sigma_threshold);
  assert.deepEqual([...labelCandles(seconds, spec).label], [...unpackInt32(label)]);
});

test('σ-reversion ends at the second that came back far enough, or at the horizon', () => {
  const closes = new Float64Array(60).map((_, i) => (i % 2 === 0 ? 99 : 101));
  closes.fill(110, 30);
  closes.fill(90, 38);
  const { label, end } = labelCandles(candlesFromCloses(closes), sigmaReversion(10, 12, 1.5));
  assert.deepEqual([label[31], end[31]], [1, 38]);
  assert.deepEqual([label[38], end[38]], [0, 50]);
});

test('a flat second-by-second price has nothing to come back from', () => {
  const flat = candlesFromCloses(new Float64Array(40).fill(100));
  assert.deepEqual(new Set(labelCandles(flat, sigmaReversion(5, 5, 1)).label), new Set([-1]));
});

test('barriers can be counted in the deviation of log returns', () => {
  const closes = Float64Array.from({ length: 80 }, (_, i) => 100 + (i % 2));
  const bars = candlesFromCloses(closes);
  const unit = Math.log(101 / 100);
  const spec = (upAtr: number) =>
    ({ kind: 'triple-barrier', horizonBars: 10, upAtr, downAtr: 100, volatility: 'deviation20' }) as const;
  bars.high[45] = 100 + 3 * unit * 100 + 1e-9;
  // Bar 40 closes at 100, where a deviation is 100 · log(1.01); the entry at the next open is 100 too.
  assert.deepEqual([labelCandles(bars, spec(3)).label[40], labelCandles(bars, spec(3)).end[40]], [LONG, 45]);
  assert.equal(labelCandles(bars, spec(3.01)).label[40], NO_TRADE);
  assert.equal(labelCandles(bars, spec(3)).label[19], -1);
  assert.notEqual(labelCandles(bars, spec(3)).label[20], -1);
});

test('stepping over blocks of bars finds what a scan bar by bar finds', () => {
  const step = fc.integer({ min: -3, max: 3 });
  const walk = fc.array(step, { minLength: 40, maxLength: 400 });
  const spec = fc.record({
    kind: fc.constant('triple-barrier' as const),
    horizonBars: fc.integer({ min: 1, max: 300 }),
    upAtr: fc.integer({ min: 1, max: 30 }),
    downAtr: fc.integer({ min: 1, max: 30 }),
  });
  fc.assert(
    fc.property(walk, spec, (steps, spec) => {
      let price = 1_000;
      const bars = candlesFromCloses(
        steps.map(change => (price += change)),
        1,
      );
      const atr = volatilityPerBar(bars, 'atr14');
      const { label, end } = labelCandles(bars, spec);
      for (let t = 0; t < steps.length; t++) {
        const expected = bruteForce(bars, atr, spec, t);
        assert.deepEqual([label[t], end[t]], expected, `row ${t}`);
      }
    }),
    { numRuns: 200 },
  );
});

test('each barrier has its own distance', () => {
  const wide = labelCandles(candles, tripleBarrier(12, 100, 0.5));
  assert.equal(wide.label.filter(label => label === LONG).length, 0);
  assert.ok(wide.label.filter(label => label === SHORT).length > 100);
});

test('a bar that reaches both barriers is no trade, and decides the label', () => {
  const both = candlesFromCloses(new Float64Array(40).fill(100), 1);
  both.high[22] = 200;
  both.low[22] = 50;
  const { label, end } = labelCandles(both, tripleBarrier(10, 5, 5));
  assert.equal(label[15], NO_TRADE);
  assert.equal(end[15], 22);
  assert.equal(label[26], NO_TRADE);
  assert.equal(end[26], 36);
});

test('a barrier touched exactly counts', () => {
  const touch = candlesFromCloses(new Float64Array(40).fill(100), 1);
  touch.high[20] = 110;
  assert.equal(labelCandles(touch, tripleBarrier(10, 5, 5)).label[15], LONG);
  touch.high[20] = 109.99;
  assert.equal(labelCandles(touch, tripleBarrier(10, 5, 5)).label[15], NO_TRADE);
});

test('rows without ATR14, and those whose horizon is not there yet, are unlabelled', () => {
  const { label, end } = labelCandles(sliceCandles(candles, 0, 100), tripleBarrier(12, 1.5, 1.5));
  for (let t = 0; t < 100; t++) {
    assert.equal(label[t] === -1, t < 14 || t + 12 >= 100);
    assert.equal(end[t] === -1, label[t] === -1);
  }
  assert.deepEqual(
    [...labelCandles(sliceCandles(candles, 0, 5), tripleBarrier(12, 1, 1)).label],
    new Array(5).fill(-1),
  );
});

test('a label depends on the bars from t+1 to its end and on the volatility at t, on nothing else', () => {
  const forwardReturn = { kind: 'forward-return', horizonBars: 12 } as const;
  for (const spec of [
    tripleBarrier(12, 1.5, 2),
    { ...tripleBarrier(12, 1.5, 2), volatility: 'deviation20' } as const,
    fixedHorizon(12, 0.004),
    forwardReturn,
    sigmaReversion(20, 12, 1.5),
  ]) {
    const whole = labelCandles(candles, spec);
    fc.assert(
      fc.property(fc.integer({ min: 21, max: rows - 14 }), t => {
        const end = whole.end[t];
        const cut = labelCandles(sliceCandles(candles, 0, t + spec.horizonBars + 1), spec);
        assert.equal(cut.label[t], whole.label[t]);
        assert.equal(cut.target?.[t], whole.target?.[t]);
        assert.equal(cut.end[t], end);
        assert.ok(end > t && end <= t + spec.horizonBars);
        const other = {
          ...candles,
          high: candles.high.slice(),
          low: candles.low.slice(),
          close: candles.close.slice(),
        };
        for (const column of [other.high, other.low, other.close]) column.fill(1, end + 1);
        const changed = labelCandles(other, spec);
        assert.equal(changed.label[t], whole.label[t]);
        assert.equal(changed.target?.[t], whole.target?.[t]);
      }),
      { numRuns: 60 },
    );
  }
});

/** Class and end of one row by the words of the definition. */
function bruteForce(
  { open, high, low, close }: Candles,
  atr: Float64Array,
  spec: { horizonBars: number; upAtr: number; downAtr: number },
  t: number,
): [number, number] {
  const last = t + spec.horizonBars;
  if (Number.isNaN(atr[t]) || last >= close.length) return [-1, -1];
  const upper = open[t + 1] + spec.upAtr * atr[t];
  const lower = open[t + 1] - spec.downAtr * atr[t];
  for (let bar = t + 1; bar <= last; bar++) {
    const [up, down] = [high[bar] >= upper, low[bar] <= lower];
    if (up || down) return [up && down ? NO_TRADE : up ? LONG : SHORT, bar];
  }
  return [NO_TRADE, last];
}

function sigmaReversion(windowBars: number, horizonBars: number, sigmas: number): LabelSpec {
  return { kind: 'sigma-reversion', horizonBars, windowBars, sigmas };
}

function tripleBarrier(horizonBars: number, upAtr: number, downAtr: number): LabelSpec {
  return { kind: 'triple-barrier', horizonBars, upAtr, downAtr };
}

function fixedHorizon(horizonBars: number, thresholdLogReturn: number): LabelSpec {
  return { kind: 'fixed-horizon', horizonBars, thresholdLogReturn };
}
