import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { sliceCandles } from '../../contracts/candles.ts';
import type { LabelSpec } from '../../contracts/recipe.ts';
import { LONG, NO_TRADE, SHORT } from '../../contracts/tasks.ts';
import { labelCandles } from '../../datasets/labels/index.ts';
import { candlesFromCloses, goldenCandles } from '../support/candles.ts';
import { golden, type PackedArray, unpackInt32 } from '../support/golden.ts';

interface GoldenLabels {
  readonly triple_barrier: {
    horizon_bars: number;
    atr_multiple: number;
    label: PackedArray;
    end_index: PackedArray;
  };
  readonly fixed_horizon: { horizon_bars: number; threshold_log_return: number; label: PackedArray };
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

test('a label depends on the bars from t+1 to its end and on ATR14(t), on nothing else', () => {
  for (const spec of [tripleBarrier(12, 1.5, 2), fixedHorizon(12, 0.004)]) {
    const whole = labelCandles(candles, spec);
    fc.assert(
      fc.property(fc.integer({ min: 14, max: rows - 14 }), t => {
        const end = whole.end[t];
        const cut = labelCandles(sliceCandles(candles, 0, t + spec.horizonBars + 1), spec);
        assert.equal(cut.label[t], whole.label[t]);
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
      }),
      { numRuns: 60 },
    );
  }
});

function tripleBarrier(horizonBars: number, upAtr: number, downAtr: number): LabelSpec {
  return { kind: 'triple-barrier', horizonBars, upAtr, downAtr };
}

function fixedHorizon(horizonBars: number, thresholdLogReturn: number): LabelSpec {
  return { kind: 'fixed-horizon', horizonBars, thresholdLogReturn };
}
