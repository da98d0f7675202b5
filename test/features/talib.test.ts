import assert from 'node:assert/strict';
import test from 'node:test';
import { sliceCandles } from '../../contracts/candles.ts';
import { WindowRange } from '../../features/kernels/columns/range.ts';
import type { Column } from '../../features/kernels/kernel.ts';
import { goldenCandles } from '../support/candles.ts';
import { computeFeatures } from '../support/features.ts';
import { golden, type PackedArray, unpackFloat64 } from '../support/golden.ts';

const ROWS = 1_000;
const TOLERANCE = 1e-9;

const candles = sliceCandles(goldenCandles(), 0, ROWS);
const { high, low, close } = candles;
const packed = {
  ...golden<Record<string, PackedArray>>('talib.json'),
  ...golden<Record<string, PackedArray>>('talib_indicators.json'),
};
const compared = new Set<string>();

/** A column of TA-Lib. */
function talib(name: string): Float64Array {
  compared.add(name);
  return unpackFloat64(packed[name]).subarray(0, ROWS);
}
const perClose = (name: string) => talib(name).map((value, t) => value / close[t]);
const aboveClose = (name: string) => talib(name).map((value, t) => value / close[t] - 1);
const perMeanVolume = (values: Float64Array) => {
  const mean = talib('VOLUME_SMA_20');
  return values.map((value, t) => value / mean[t]);
};
const changeOver = (values: Float64Array, bars: number) =>
  values.map((value, t) => (t < bars ? Number.NaN : value - values[t - bars]));
const combine = (a: Float64Array, b: Float64Array, f: (a: number, b: number) => number) =>
  a.map((value, t) => f(value, b[t]));

/** What each feature is in terms of TA-Lib's columns. */
const EXPECTED: Readonly<Record<string, () => Float64Array>> = {
  atr_14: () => talib('NATR_14').map(percent => percent / 100),
  true_range: () => perClose('TRANGE'),
  ema_50: () => aboveClose('EMA_50'),
  ema_200: () => aboveClose('EMA_200'),
  sma_10: () => aboveClose('SMA_10'),
  sma_20: () => aboveClose('SMA_20'),
  sma_50: () => aboveClose('SMA_50'),
  wma_20: () => aboveClose('WMA_20'),
  dema_20: () => aboveClose('DEMA_20'),
  tema_20: () => aboveClose('TEMA_20'),
  kama_30: () => aboveClose('KAMA_30'),
  trima_20: () => aboveClose('TRIMA_20'),
  trix_15: () => talib('TRIX_15'),
  linear_slope_14: () => perClose('LINEARREG_SLOPE_14'),
  linear_line_14: () => aboveClose('LINEARREG_14'),
  linear_forecast_14: () => aboveClose('TSF_14'),
  plus_di_14: () => talib('PLUS_DI_14'),
  minus_di_14: () => talib('MINUS_DI_14'),
  dx_14: () => talib('DX_14'),
  adx_14: () => talib('ADX_14'),
  adxr_14: () => talib('ADXR_14'),
  aroon_up_25: () => talib('AROON_UP_25'),
  aroon_down_25: () => talib('AROON_DOWN_25'),
  aroon_oscillator_25: () => talib('AROONOSC_25'),
  parabolic_sar: () => talib('SAR_002_02').map((stop, t) => 1 - stop / close[t]),
  dominant_cycle: () => talib('HT_DCPERIOD'),
  cycle_trendline: () => aboveClose('HT_TRENDLINE'),
  rsi_14: () => talib('CMO_14').map(balance => (balance + 100) / 2),
  log_return_1: () => talib('LOG_RETURN'),
  momentum_10_atr_14: () => combine(talib('MOM_10'), talib('ATR_14'), (change, range) => change / range),
  stochastic_slow_k_14_3: () => talib('STOCH_K_14_3'),
  stochastic_slow_d_14_3: () => talib('STOCH_D_14_3_3'),
  stochastic_rsi_k_14_5: () => talib('STOCHRSI_K_14_5'),
  stochastic_rsi_d_14_5_3: () => talib('STOCHRSI_D_14_5_3'),
  williams_r_14: () => talib('WILLR_14'),
  cci_20: () => talib('CCI_20'),
  ppo_12_26: () => talib('PPO_12_26'),
  ultimate_oscillator_7_14_28: () => talib('ULTOSC_7_14_28'),
  balance_of_power: () => talib('BOP'),
  midprice_14: () => aboveClose('MIDPRICE_14'),
  bollinger_width_20_2: () =>
    combine(talib('VAR_20'), talib('SMA_20'), (v, mean) => (4 * Math.sqrt(v)) / mean),
  bollinger_position_20_2: () => {
    const [upper, lower] = [talib('BB_UPPER_20_2'), talib('BB_LOWER_20_2')];
    return close.map((price, t) => (price - lower[t]) / (upper[t] - lower[t]));
  },
  mfi_14: () => talib('MFI_14'),
  obv_20: () => perMeanVolume(changeOver(talib('OBV'), 20)).map(value => value / 20),
  chaikin_money_flow_20: () => perMeanVolume(changeOver(talib('AD'), 20)).map(value => value / 20),
  chaikin_oscillator_3_10_20: () => perMeanVolume(talib('ADOSC_3_10')),
  close_volume_correlation_30: () => talib('CORREL_30_close_volume'),
  volume_beta_5: () => talib('BETA_5_close_volume'),
};

for (const [name, expected] of Object.entries(EXPECTED)) {
  test(`${name} equals TA-Lib to 1e-9`, () => {
    const got = computeFeatures(candles, [name], 'float64').columns.get(name)!;
    assertEqual(got, expected());
  });
}

test('APO is the difference of two features', () => {
  const { columns } = computeFeatures(candles, ['ema_12', 'ema_26'], 'float64');
  const difference = combine(columns.get('ema_12')!, columns.get('ema_26')!, (fast, slow) => fast - slow);
  assertEqual(difference, perClose('APO_12_26'));
});

test('fast %D is slow %K, and a relative change has its log return', () => {
  const { columns } = computeFeatures(candles, ['stochastic_slow_k_14_3', 'log_return_1'], 'float64');
  assertEqual(columns.get('stochastic_slow_k_14_3')!, talib('STOCHF_D_14_3'));
  assertEqual(columns.get('log_return_1')!.map(Math.expm1), talib('ROCP_1'));
});

test('a window’s range is TA-Lib’s MAX and MIN', () => {
  const [highest, lowest] = [new Float64Array(ROWS), new Float64Array(ROWS)];
  new WindowRange(20).advance(high, low, highest, lowest, ROWS);
  assertEqual(highest, talib('MAX_20'));
  assertEqual(lowest, talib('MIN_20'));
});

test('every indicator of the reference has its feature', () => {
  const elsewhere = /^(RSI_14|MACD|EMA_(12|26)|BB_MIDDLE|STDDEV|ROC_10|STOCHF_K)/;
  const left = Object.keys(packed).filter(name => !compared.has(name) && !elsewhere.test(name));
  assert.deepEqual(left, []);
});

/** Within `TOLERANCE · max(|x|, median |x|)` wherever TA-Lib has a value; it has none before some of its own are complete. */
function assertEqual(got: Column, expected: Float64Array): void {
  const known = expected.filter(value => !Number.isNaN(value)).map(Math.abs);
  const median = known.toSorted()[known.length >> 1];
  assert.ok(known.length > ROWS / 2);
  for (let t = 0; t < ROWS; t++) {
    if (Number.isNaN(expected[t])) continue;
    const allowed = TOLERANCE * Math.max(Math.abs(expected[t]), median);
    assert.ok(Math.abs(got[t] - expected[t]) <= allowed, `row ${t}: ${got[t]} for ${expected[t]}`);
  }
}
