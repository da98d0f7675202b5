import { AlphaloomError } from '../contracts/errors.ts';
import type { Recipe } from '../contracts/recipe.ts';
import { type Catalog, nearestNames } from './catalog/index.ts';
import { FEATURE_FAMILIES, type FeatureDefinition } from './definition.ts';

const CORE15 = [
  'rsi_14',
  'macd_line_12_26_9',
  'macd_signal_12_26_9',
  'macd_histogram_12_26_9',
  'atr_14',
  'ema_12',
  'ema_26',
  'bollinger_upper_20_2',
  'bollinger_middle_20_2',
  'bollinger_lower_20_2',
  'bollinger_width_20_2',
  'volatility_20',
  'volume_ratio_20',
  'roc_10',
  'stochastic_k_14',
];

/** What `wide` has beyond `core15`; look-backs stay under 700 bars, and no two say the same in other units. */
const WIDE = [
  // Trend.
  'ema_50',
  'sma_50',
  'sma_200',
  'wma_20',
  'tema_20',
  'hull_20',
  'linear_slope_14',
  'linear_slope_50',
  'plus_di_14',
  'minus_di_14',
  'adx_14',
  'aroon_up_25',
  'aroon_down_25',
  'vortex_plus_14',
  'vortex_minus_14',
  'parabolic_sar',
  // Momentum.
  'rsi_7',
  'rsi_21',
  'log_return_1',
  'roc_3',
  'roc_20',
  'roc_50',
  'stochastic_slow_d_14_3',
  'stochastic_rsi_k_14_5',
  'cci_20',
  'cmo_9',
  'ultimate_oscillator_7_14_28',
  'tsi_25_13',
  'balance_of_power_14',
  'awesome_oscillator_5_34',
  // Volatility.
  'atr_7',
  'atr_ratio_7_28',
  'bollinger_position_20_2',
  'bollinger_position_50_2',
  'keltner_position_20_10',
  'donchian_width_20',
  'volatility_10',
  'volatility_50',
  'volatility_ratio_10_50',
  'downside_deviation_20',
  'parkinson_20',
  'volatility_200',
  'yang_zhang_20',
  // Volume.
  'volume_ratio_5',
  'volume_zscore_20',
  'volume_change_1',
  'obv_20',
  'up_volume_share_14',
  'mfi_14',
  'chaikin_oscillator_3_10_20',
  'chaikin_money_flow_20',
  'vwap_20',
  'force_index_13',
  'ease_of_movement_14',
  // Candle shape.
  'body_share',
  'upper_wick_share',
  'lower_wick_share',
  'close_position',
  'range_atr_14',
  'gap',
  'engulfing',
  'range_overlap',
  'closing_run_8',
  // Rolling statistics and moments.
  'close_zscore_100',
  'return_zscore_20',
  'return_skewness_30',
  'return_kurtosis_30',
  'return_skewness_100',
  'return_kurtosis_100',
  'close_median_20',
  'close_rank_20',
  'return_quantile_5_100',
  'return_quantile_95_100',
  'return_autocorrelation_30',
  'close_volume_correlation_30',
  'move_volume_correlation_30',
  'variance_ratio_4_100',
  'efficiency_ratio_10',
  'regression_r2_20',
  'downside_share_30',
  // Place in the range.
  'range_position_50',
  'range_position_100',
  'below_high_100',
  'above_low_100',
  'bars_since_high_50',
  'bars_since_low_50',
  'drawdown_50',
  'run_up_50',
  'range_expansion_20',
  'range_contraction_10_50',
  // Calendar, UTC.
  'hour_sine',
  'hour_cosine',
  'weekday_sine',
  'weekday_cosine',
  // Closed bars of four and of 24 times the timeframe.
  'log_return_1_x4',
  'roc_10_x4',
  'cutler_rsi_14_x4',
  'sma_20_x4',
  'volatility_20_x4',
  'bollinger_position_20_2_x4',
  'volume_ratio_20_x4',
  'range_position_20_x4',
  'log_return_1_x24',
  'roc_10_x24',
  'cutler_rsi_14_x24',
  'sma_20_x24',
  'volatility_20_x24',
  'bollinger_position_20_2_x24',
  'volume_ratio_20_x24',
  'range_position_20_x24',
];

/** Of the market that the recipe names in `features.leader`. */
const LEADER = [
  'leader_return_1',
  'leader_return_4',
  'leader_return_12',
  'excess_return_1',
  'excess_return_4',
  'excess_return_12',
  'leader_correlation_50',
  'leader_correlation_100',
  'leader_beta_50',
  'leader_beta_100',
  'leader_residual_50',
];

/**
 * Named lists of features; the order is the order of a model's input columns. `wide` asks for nothing but bars, `wide-leader`
 * for a leading market too, `tick3` for seconds made from ticks.
 */
export const FEATURE_SETS: Readonly<Record<string, readonly string[]>> = {
  core15: CORE15,
  wide: [...CORE15, ...WIDE],
  'wide-leader': [...CORE15, ...WIDE, ...LEADER],
  tick3: ['tick_ratio', 'depth_ratio', 'price_dist'],
};

/**
 * The features a recipe selects, in their order: a set's, those named, or all of some families in the catalog's order.
 * @throws AlphaloomError FEATURE_UNKNOWN with the nearest names; RECIPE_INVALID where a name is given twice
 */
export function resolveFeatures(selection: Recipe['features'], catalog: Catalog): FeatureDefinition[] {
  if ('families' in selection) return ofFamilies(selection.families, catalog);
  const names = 'set' in selection ? featureSet(selection.set) : selection.names;
  const repeated = names.find((name, position) => names.indexOf(name) !== position);
  if (repeated !== undefined) {
    throw new AlphaloomError(
      'RECIPE_INVALID',
      `features.names lists "${repeated}" twice. Name each feature once.`,
      { path: 'features.names', got: repeated },
    );
  }
  return names.map(name => catalog.find(name));
}

function ofFamilies(families: readonly string[], catalog: Catalog): FeatureDefinition[] {
  for (const family of families) {
    if (catalog.definitions.some(definition => definition.family === family)) continue;
    throw new AlphaloomError(
      'FEATURE_UNKNOWN',
      `There is no feature family "${family}". Nearest: ${nearestNames(family, FEATURE_FAMILIES).join(', ')}.`,
      { got: family },
    );
  }
  return catalog.definitions.filter(({ family }) => families.includes(family));
}

function featureSet(name: string): readonly string[] {
  if (Object.hasOwn(FEATURE_SETS, name)) return FEATURE_SETS[name];
  const nearest = nearestNames(name, Object.keys(FEATURE_SETS));
  throw new AlphaloomError(
    'FEATURE_UNKNOWN',
    `There is no feature set "${name}". Nearest: ${nearest.join(', ')}.`,
    {
      got: name,
      nearest,
    },
  );
}
