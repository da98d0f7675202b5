import { AlphaloomError } from '../contracts/errors.ts';
import type { KernelParameters } from './kernels/kernel.ts';
import type { KernelName } from './kernels/table.ts';

export interface FeatureDefinition {
  readonly name: string;
  readonly family: 'momentum' | 'trend' | 'volatility' | 'volume';
  readonly kernel: KernelName;
  /** Which of the kernel's outputs it is. */
  readonly output: string;
  readonly parameters: KernelParameters;
  /**
   * Bars before t that the value at t depends on; rows before it are warm-up. A recursive formula depends on all of them:
   * its look-back ends where what the start could still change is under 1e-9 of a usual value.
   */
  readonly lookBack: number;
  readonly unit: string;
  readonly source: string;
  /** Raised whenever the formula's values change; part of the schema hash. */
  readonly version: number;
}

const WILDER_1978 = 'Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib';
const MACD_SOURCE = 'Appel (1979); TA-Lib’s MACD / close';
const EMA_SOURCE = 'TA-Lib’s EMA, seeded with the simple average, / close − 1';
const BOLLINGER_SOURCE = 'Bollinger (1983); TA-Lib’s BBANDS, population deviation';
const OF_CLOSE = 'share of close';

const MACD = { kernel: 'macd', parameters: { fast: 12, slow: 26, signal: 9 } } as const;
const BOLLINGER = { kernel: 'bollinger-bands', parameters: { period: 20, deviations: 2 } } as const;
const MACD_LOOK_BACK = 33 + memory(26);

// biome-ignore format: one line per feature
const DEFINITIONS: readonly FeatureDefinition[] = [
  { name: 'rsi_14', family: 'momentum', kernel: 'relative-strength-index', output: 'index', parameters: { period: 14 }, lookBack: 14 + wilderMemory(14), unit: '0-100', source: WILDER_1978, version: 1 },
  { name: 'macd_line_12_26_9', family: 'trend', ...MACD, output: 'line', lookBack: MACD_LOOK_BACK, unit: OF_CLOSE, source: MACD_SOURCE, version: 1 },
  { name: 'macd_signal_12_26_9', family: 'trend', ...MACD, output: 'signal', lookBack: MACD_LOOK_BACK, unit: OF_CLOSE, source: MACD_SOURCE, version: 1 },
  { name: 'macd_histogram_12_26_9', family: 'trend', ...MACD, output: 'histogram', lookBack: MACD_LOOK_BACK, unit: OF_CLOSE, source: MACD_SOURCE, version: 1 },
  { name: 'atr_14', family: 'volatility', kernel: 'average-true-range', output: 'relative', parameters: { period: 14 }, lookBack: 14 + wilderMemory(14), unit: OF_CLOSE, source: WILDER_1978, version: 1 },
  { name: 'ema_12', family: 'trend', kernel: 'exponential-moving-average', output: 'relative', parameters: { period: 12 }, lookBack: 11 + memory(12), unit: OF_CLOSE, source: EMA_SOURCE, version: 1 },
  { name: 'ema_26', family: 'trend', kernel: 'exponential-moving-average', output: 'relative', parameters: { period: 26 }, lookBack: 25 + memory(26), unit: OF_CLOSE, source: EMA_SOURCE, version: 1 },
  { name: 'bollinger_upper_20_2', family: 'volatility', ...BOLLINGER, output: 'upper', lookBack: 19, unit: OF_CLOSE, source: BOLLINGER_SOURCE, version: 1 },
  { name: 'bollinger_middle_20_2', family: 'volatility', ...BOLLINGER, output: 'middle', lookBack: 19, unit: OF_CLOSE, source: BOLLINGER_SOURCE, version: 1 },
  { name: 'bollinger_lower_20_2', family: 'volatility', ...BOLLINGER, output: 'lower', lookBack: 19, unit: OF_CLOSE, source: BOLLINGER_SOURCE, version: 1 },
  { name: 'bollinger_width_20_2', family: 'volatility', ...BOLLINGER, output: 'width', lookBack: 19, unit: 'share of the middle band', source: BOLLINGER_SOURCE, version: 1 },
  { name: 'volatility_20', family: 'volatility', kernel: 'log-return-deviation', output: 'deviation', parameters: { period: 20 }, lookBack: 20, unit: 'log return per bar', source: 'population deviation of log returns', version: 1 },
  { name: 'volume_ratio_20', family: 'volume', kernel: 'volume-ratio', output: 'ratio', parameters: { period: 20 }, lookBack: 19, unit: 'multiple of the mean volume', source: 'volume / TA-Lib’s SMA of volume, the bar included', version: 1 },
  { name: 'roc_10', family: 'momentum', kernel: 'rate-of-change', output: 'percent', parameters: { period: 10 }, lookBack: 10, unit: 'percent', source: 'TA-Lib’s ROC', version: 1 },
  { name: 'stochastic_k_14', family: 'momentum', kernel: 'stochastic', output: 'k', parameters: { period: 14 }, lookBack: 13, unit: '0-100', source: 'Lane; TA-Lib’s STOCHF, raw %K', version: 1 },
];

const BY_NAME = new Map(DEFINITIONS.map(definition => [definition.name, definition]));

export const FEATURE_NAMES: readonly string[] = [...BY_NAME.keys()];

/**
 * The catalog's line of a feature.
 * @throws AlphaloomError FEATURE_UNKNOWN with the nearest names
 */
export function featureDefinition(name: string): FeatureDefinition {
  const definition = BY_NAME.get(name);
  if (definition) return definition;
  const nearest = nearestNames(name, FEATURE_NAMES);
  throw new AlphaloomError(
    'FEATURE_UNKNOWN',
    `There is no feature "${name}". Nearest: ${nearest.join(', ')}.`,
    { got: name, nearest },
  );
}

/** Three names: those that contain what was written, then those that need the fewest edits. */
export function nearestNames(name: string, known: readonly string[]): string[] {
  const wanted = name.toLowerCase();
  return known
    .map(candidate => ({
      candidate,
      distance: candidate.includes(wanted) ? 0 : editDistance(wanted, candidate),
    }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** Levenshtein's distance, cut at names of 100 characters: a hostile name costs nothing. */
function editDistance(a: string, b: string): number {
  const from = a.slice(0, 100);
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + (from[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}

/** Bars after which EMA(period) has forgotten its start. */
function memory(period: number): number {
  return decayBars(1 - 2 / (period + 1));
}

/** The same for Wilder's smoothing, which keeps (period − 1) / period of the past. */
function wilderMemory(period: number): number {
  return decayBars(1 - 1 / period);
}

/** Bars until a start that was off by ten usual values is off by 1e-9 of one. */
function decayBars(kept: number): number {
  return Math.ceil(Math.log(1e-10) / Math.log(kept));
}
