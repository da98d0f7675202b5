import { memory, wilderMemory } from '../definition.ts';
import { adaptiveAverage } from '../kernels/adaptive-average.ts';
import { aroon } from '../kernels/aroon.ts';
import { directionalMovement } from '../kernels/directional-movement.ts';
import { cycleTrendline, dominantCycle } from '../kernels/dominant-cycle.ts';
import { exponentialChain, exponentialMovingAverage, macd } from '../kernels/moving-average.ts';
import { movingLine } from '../kernels/moving-line.ts';
import { parabolicSar } from '../kernels/parabolic-sar.ts';
import { vortex } from '../kernels/vortex.ts';
import { hullAverage, triangularAverage } from '../kernels/weighted-average.ts';
import type { CatalogLine } from './line.ts';

const OF_CLOSE = 'share of close';
const PER_BAR = 'share of close per bar';
const MACD_SOURCE = 'Appel (1979); TA-Lib’s MACD / close';
const EMA_SOURCE = 'TA-Lib’s EMA, seeded with the simple average, / close − 1';
const LINE_SOURCE = 'least squares line of the closes; TA-Lib’s';
const DIRECTION_SOURCE = 'Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib’s';
const VORTEX_SOURCE = 'Botes & Siepman, The Vortex Indicator (2010)';
const HULL_SOURCE = 'Hull (2005): WMA(√n) of 2 WMA(n/2) − WMA(n), / close − 1';

const EHLERS = 'Ehlers, Rocket Science for Traders (2001); TA-Lib’s';

const MACD = { kernel: macd, parameters: { fast: 12, slow: 26, signal: 9 } } as const;
const MACD_LOOK_BACK = 33 + memory(26);
const MACD_5_35 = { kernel: macd, parameters: { fast: 5, slow: 35, signal: 5 } } as const;
const MACD_5_35_LOOK_BACK = 38 + memory(35);
const DIRECTION = { kernel: directionalMovement, parameters: { period: 14 } } as const;
const DIRECTION_LOOK_BACK = 14 + wilderMemory(14);
const ADX_LOOK_BACK = 27 + wilderMemory(14, 2);
const chainLookBack = (period: number, averages: number) =>
  averages * (period - 1) + memory(period, averages);

/*
 * The stops of two starts are one when both turned at the same extreme, and on the same side draw nearer by a fifth per bar;
 * no bound follows. From every 197th of 730,000 recorded bars the longest way to 1e-11 was 282 bars.
 */
const SAR_LOOK_BACK = 500;
/** No bound follows here either; of 7,100 starts on those bars the slowest took 491 bars to be forgotten. */
const CYCLE_LOOK_BACK = 600;

// biome-ignore format: one line per feature
export const TREND: readonly CatalogLine[] = [
  { name: 'macd_line_12_26_9', ...MACD, output: 'line', lookBack: MACD_LOOK_BACK, unit: OF_CLOSE, source: MACD_SOURCE, version: 1 },
  { name: 'macd_signal_12_26_9', ...MACD, output: 'signal', lookBack: MACD_LOOK_BACK, unit: OF_CLOSE, source: MACD_SOURCE, version: 1 },
  { name: 'macd_histogram_12_26_9', ...MACD, output: 'histogram', lookBack: MACD_LOOK_BACK, unit: OF_CLOSE, source: MACD_SOURCE, version: 1 },
  { name: 'macd_line_5_35_5', ...MACD_5_35, output: 'line', lookBack: MACD_5_35_LOOK_BACK, unit: OF_CLOSE, source: MACD_SOURCE, version: 1 },
  { name: 'macd_histogram_5_35_5', ...MACD_5_35, output: 'histogram', lookBack: MACD_5_35_LOOK_BACK, unit: OF_CLOSE, source: MACD_SOURCE, version: 1 },
  { name: 'ema_12', kernel: exponentialMovingAverage, output: 'relative', parameters: { period: 12 }, lookBack: 11 + memory(12), unit: OF_CLOSE, source: EMA_SOURCE, version: 1 },
  { name: 'ema_26', kernel: exponentialMovingAverage, output: 'relative', parameters: { period: 26 }, lookBack: 25 + memory(26), unit: OF_CLOSE, source: EMA_SOURCE, version: 1 },
  { name: 'ema_50', kernel: exponentialMovingAverage, output: 'relative', parameters: { period: 50 }, lookBack: 49 + memory(50), unit: OF_CLOSE, source: EMA_SOURCE, version: 1 },
  { name: 'ema_200', kernel: exponentialMovingAverage, output: 'relative', parameters: { period: 200 }, lookBack: 199 + memory(200), unit: OF_CLOSE, source: EMA_SOURCE, version: 1 },
  { name: 'sma_10', kernel: movingLine, output: 'mean', parameters: { period: 10 }, lookBack: 9, unit: OF_CLOSE, source: 'TA-Lib’s SMA / close − 1', version: 1 },
  { name: 'sma_20', kernel: movingLine, output: 'mean', parameters: { period: 20 }, lookBack: 19, unit: OF_CLOSE, source: 'TA-Lib’s SMA / close − 1', version: 1 },
  { name: 'sma_50', kernel: movingLine, output: 'mean', parameters: { period: 50 }, lookBack: 49, unit: OF_CLOSE, source: 'TA-Lib’s SMA / close − 1', version: 1 },
  { name: 'sma_200', kernel: movingLine, output: 'mean', parameters: { period: 200 }, lookBack: 199, unit: OF_CLOSE, source: 'TA-Lib’s SMA / close − 1', version: 1 },
  { name: 'wma_20', kernel: movingLine, output: 'weighted', parameters: { period: 20 }, lookBack: 19, unit: OF_CLOSE, source: 'TA-Lib’s WMA / close − 1', version: 1 },
  { name: 'dema_20', kernel: exponentialChain, output: 'double', parameters: { period: 20 }, lookBack: chainLookBack(20, 2), unit: OF_CLOSE, source: 'Mulloy (1994); TA-Lib’s DEMA / close − 1', version: 1 },
  { name: 'tema_20', kernel: exponentialChain, output: 'triple', parameters: { period: 20 }, lookBack: chainLookBack(20, 3), unit: OF_CLOSE, source: 'Mulloy (1994); TA-Lib’s TEMA / close − 1', version: 1 },
  { name: 'trix_15', kernel: exponentialChain, output: 'change', parameters: { period: 15 }, lookBack: 1 + chainLookBack(15, 3), unit: 'percent per bar', source: 'Hutson (1983); TA-Lib’s TRIX', version: 1 },
  { name: 'trima_20', kernel: triangularAverage, output: 'relative', parameters: { period: 20 }, lookBack: 19, unit: OF_CLOSE, source: 'TA-Lib’s TRIMA / close − 1', version: 1 },
  { name: 'hull_20', kernel: hullAverage, output: 'relative', parameters: { period: 20 }, lookBack: 22, unit: OF_CLOSE, source: HULL_SOURCE, version: 1 },
  { name: 'hull_50', kernel: hullAverage, output: 'relative', parameters: { period: 50 }, lookBack: 55, unit: OF_CLOSE, source: HULL_SOURCE, version: 1 },
  { name: 'kama_30', kernel: adaptiveAverage, output: 'relative', parameters: { period: 30 }, lookBack: 30 + memory(480), unit: OF_CLOSE, source: 'Kaufman (1995); TA-Lib’s KAMA / close − 1; look-back for a market that goes nowhere', version: 1 },
  { name: 'linear_slope_14', kernel: movingLine, output: 'slope', parameters: { period: 14 }, lookBack: 13, unit: PER_BAR, source: `${LINE_SOURCE} LINEARREG_SLOPE / close`, version: 1 },
  { name: 'linear_slope_50', kernel: movingLine, output: 'slope', parameters: { period: 50 }, lookBack: 49, unit: PER_BAR, source: `${LINE_SOURCE} LINEARREG_SLOPE / close`, version: 1 },
  { name: 'linear_line_14', kernel: movingLine, output: 'line', parameters: { period: 14 }, lookBack: 13, unit: OF_CLOSE, source: `${LINE_SOURCE} LINEARREG / close − 1`, version: 1 },
  { name: 'linear_line_50', kernel: movingLine, output: 'line', parameters: { period: 50 }, lookBack: 49, unit: OF_CLOSE, source: `${LINE_SOURCE} LINEARREG / close − 1`, version: 1 },
  { name: 'linear_forecast_14', kernel: movingLine, output: 'forecast', parameters: { period: 14 }, lookBack: 13, unit: OF_CLOSE, source: `${LINE_SOURCE} TSF / close − 1`, version: 1 },
  { name: 'plus_di_14', ...DIRECTION, output: 'plus', lookBack: DIRECTION_LOOK_BACK, unit: '0-100', source: `${DIRECTION_SOURCE} PLUS_DI`, version: 1 },
  { name: 'minus_di_14', ...DIRECTION, output: 'minus', lookBack: DIRECTION_LOOK_BACK, unit: '0-100', source: `${DIRECTION_SOURCE} MINUS_DI`, version: 1 },
  { name: 'dx_14', ...DIRECTION, output: 'index', lookBack: DIRECTION_LOOK_BACK, unit: '0-100', source: `${DIRECTION_SOURCE} DX`, version: 1 },
  { name: 'adx_14', ...DIRECTION, output: 'average', lookBack: ADX_LOOK_BACK, unit: '0-100', source: `${DIRECTION_SOURCE} ADX`, version: 1 },
  { name: 'adxr_14', ...DIRECTION, output: 'rating', lookBack: ADX_LOOK_BACK + 13, unit: '0-100', source: `${DIRECTION_SOURCE} ADXR`, version: 1 },
  { name: 'aroon_up_25', kernel: aroon, output: 'up', parameters: { period: 25 }, lookBack: 25, unit: '0-100', source: 'Chande (1995); TA-Lib’s AROON', version: 1 },
  { name: 'aroon_down_25', kernel: aroon, output: 'down', parameters: { period: 25 }, lookBack: 25, unit: '0-100', source: 'Chande (1995); TA-Lib’s AROON', version: 1 },
  { name: 'aroon_oscillator_25', kernel: aroon, output: 'oscillator', parameters: { period: 25 }, lookBack: 25, unit: '-100 to 100', source: 'Chande (1995); TA-Lib’s AROONOSC', version: 1 },
  { name: 'vortex_plus_14', kernel: vortex, output: 'plus', parameters: { period: 14 }, lookBack: 14, unit: 'share of the true range', source: VORTEX_SOURCE, version: 1 },
  { name: 'vortex_minus_14', kernel: vortex, output: 'minus', parameters: { period: 14 }, lookBack: 14, unit: 'share of the true range', source: VORTEX_SOURCE, version: 1 },
  { name: 'dominant_cycle', kernel: dominantCycle, output: 'period', parameters: {}, lookBack: CYCLE_LOOK_BACK, unit: 'bars, 6-50', source: `${EHLERS} HT_DCPERIOD`, version: 1 },
  { name: 'cycle_trendline', kernel: cycleTrendline, output: 'relative', parameters: {}, lookBack: CYCLE_LOOK_BACK, unit: OF_CLOSE, source: `${EHLERS} HT_TRENDLINE / close − 1`, version: 1 },
  { name: 'parabolic_sar', kernel: parabolicSar, output: 'distance', parameters: { step: 0.02, maximum: 0.2 }, lookBack: SAR_LOOK_BACK, unit: OF_CLOSE, source: `${DIRECTION_SOURCE} SAR: (close − SAR) / close`, version: 1 },
];
