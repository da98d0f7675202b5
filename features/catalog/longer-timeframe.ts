import type { FeatureDefinition } from '../definition.ts';
import { cutlersStrengthIndex } from '../kernels/cutler.ts';
import { longerLookBack, longerTimeframe } from '../kernels/longer-timeframe.ts';
import type { CatalogLine } from './line.ts';
import { MOMENTUM } from './momentum.ts';
import { RANGE } from './range.ts';
import { STATISTICS } from './statistics.ts';
import { TREND } from './trend.ts';
import { VOLATILITY } from './volatility.ts';
import { VOLUME } from './volume.ts';

/** On hourly bars these are bars of four hours and of a day. */
const MULTIPLES = [4, 24];

/** RSI with plain averages, which forget. */
const CUTLER_RSI: CatalogLine = {
  name: 'cutler_rsi_14',
  kernel: cutlersStrengthIndex,
  output: 'index',
  parameters: { period: 14 },
  lookBack: 14,
  unit: '0-100',
  source: 'Cutler’s RSI',
  version: 1,
};

/** Formulas that look back a fixed number of bars: the memory of a recursive one, times 24, would be months. */
const BASE: readonly CatalogLine[] = [
  line(MOMENTUM, 'log_return_1'),
  line(MOMENTUM, 'roc_10'),
  CUTLER_RSI,
  line(TREND, 'sma_20'),
  line(VOLATILITY, 'volatility_20'),
  line(VOLATILITY, 'bollinger_width_20_2'),
  line(VOLATILITY, 'bollinger_position_20_2'),
  line(VOLUME, 'volume_ratio_20'),
  line(RANGE, 'range_position_20'),
  line(STATISTICS, 'efficiency_ratio_10'),
];

const kernel = longerTimeframe(
  BASE.map((base): FeatureDefinition => ({ family: 'longer-timeframe', ...base })),
);

/** `roc_10_x4` is `roc_10` on closed bars of four times the series' own timeframe. */
export const LONGER_TIMEFRAME: readonly CatalogLine[] = MULTIPLES.flatMap(multiple =>
  BASE.map(({ name, lookBack, unit, source, version }) => ({
    name: `${name}_x${multiple}`,
    kernel,
    output: name,
    parameters: { multiple },
    lookBack: longerLookBack(lookBack, multiple),
    unit,
    source: `${source}; on closed bars of ${multiple} times the timeframe`,
    version,
  })),
);

function line(family: readonly CatalogLine[], name: string): CatalogLine {
  return family.find(candidate => candidate.name === name)!;
}
