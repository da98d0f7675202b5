import assert from 'node:assert/strict';
import test from 'node:test';
import type { FeatureType } from '../../features/batch.ts';
import type { Column } from '../../features/kernels/kernel.ts';
import { FEATURE_SETS } from '../../features/sets.ts';
import { goldenCandles } from '../support/candles.ts';
import { computeFeatures } from '../support/features.ts';
import { golden, type PackedArray, unpackFloat64 } from '../support/golden.ts';

const candles = goldenCandles();
const rows = candles.close.length;
const talib = (name: string) => unpackFloat64(golden<Record<string, PackedArray>>('talib.json')[name]);

test('every feature of core15 equals TA-Lib to 1e-9 in float64', () => assertCore15('float64', 1e-9));
test('every feature of core15 equals TA-Lib to 1e-7 as stored in float32', () =>
  assertCore15('float32', 1e-7));

/** Within `tolerance · max(|x|, median |x|)`, and missing in the same rows. */
function assertCore15(type: FeatureType, tolerance: number): void {
  const { columns } = computeFeatures(candles, FEATURE_SETS.core15, type);
  const expected = expectedColumns();
  assert.deepEqual([...columns.keys()], [...Object.keys(expected)]);
  for (const [name, column] of columns) assertColumn(name, column, expected[name], tolerance);
}

function assertColumn(name: string, got: Column, expected: Float64Array, tolerance: number): void {
  const known = expected.filter(value => !Number.isNaN(value)).map(Math.abs);
  const median = known.toSorted()[known.length >> 1];
  for (let t = 0; t < rows; t++) {
    assert.equal(
      Number.isNaN(got[t]),
      Number.isNaN(expected[t]),
      `${name}, row ${t}: ${got[t]} for ${expected[t]}`,
    );
    if (Number.isNaN(expected[t])) continue;
    const allowed = tolerance * Math.max(Math.abs(expected[t]), median);
    assert.ok(Math.abs(got[t] - expected[t]) <= allowed, `${name}, row ${t}: ${got[t]} for ${expected[t]}`);
  }
}

/** The features by their definitions, from TA-Lib's columns. */
function expectedColumns(): Record<string, Float64Array> {
  const { close, volume } = candles;
  const perClose = (name: string) => talib(name).map((value, t) => value / close[t]);
  const aboveClose = (name: string) => talib(name).map((value, t) => value / close[t] - 1);
  const [upper, middle, lower] = ['BB_UPPER_20_2', 'BB_MIDDLE_20_2', 'BB_LOWER_20_2'].map(talib);
  return {
    rsi_14: talib('RSI_14'),
    macd_line_12_26_9: perClose('MACD_12_26_9'),
    macd_signal_12_26_9: perClose('MACD_SIGNAL_12_26_9'),
    macd_histogram_12_26_9: perClose('MACD_HIST_12_26_9'),
    atr_14: perClose('ATR_14'),
    ema_12: aboveClose('EMA_12'),
    ema_26: aboveClose('EMA_26'),
    bollinger_upper_20_2: aboveClose('BB_UPPER_20_2'),
    bollinger_middle_20_2: aboveClose('BB_MIDDLE_20_2'),
    bollinger_lower_20_2: aboveClose('BB_LOWER_20_2'),
    bollinger_width_20_2: upper.map((value, t) => (value - lower[t]) / middle[t]),
    volatility_20: talib('STDDEV_20_of_LOG_RETURN'),
    volume_ratio_20: talib('VOLUME_SMA_20').map((mean, t) => volume[t] / mean),
    roc_10: talib('ROC_10'),
    stochastic_k_14: fromRow13(talib('STOCHF_K_14')),
  };
}

/** TA-Lib's %K column starts with its %D, in row 15; the two rows before it are computed here. */
function fromRow13(k: Float64Array): Float64Array {
  for (const t of [13, 14]) {
    const highest = Math.max(...candles.high.subarray(t - 13, t + 1));
    const lowest = Math.min(...candles.low.subarray(t - 13, t + 1));
    k[t] = ((candles.close[t] - lowest) / (highest - lowest)) * 100;
  }
  return k;
}
