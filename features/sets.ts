import { AlphaloomError } from '../contracts/errors.ts';
import type { Recipe } from '../contracts/recipe.ts';
import { featureDefinition, nearestNames } from './catalog.ts';

/** Named lists of features; the order is the order of a model's input columns. */
export const FEATURE_SETS: Readonly<Record<string, readonly string[]>> = {
  core15: [
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
  ],
};

/**
 * The ordered feature names a recipe selects, by set or by name.
 * @throws AlphaloomError FEATURE_UNKNOWN with the nearest names; RECIPE_INVALID where a name is given twice
 */
export function resolveFeatures(selection: Recipe['features']): string[] {
  const names = 'set' in selection ? featureSet(selection.set) : selection.names;
  for (const [position, name] of names.entries()) {
    featureDefinition(name);
    if (names.indexOf(name) !== position) {
      throw new AlphaloomError(
        'RECIPE_INVALID',
        `features.names lists "${name}" twice. Name each feature once.`,
        {
          path: 'features.names',
          got: name,
        },
      );
    }
  }
  return [...names];
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
