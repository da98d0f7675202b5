import { AlphaloomError } from '../contracts/errors.ts';
import type { Recipe } from '../contracts/recipe.ts';
import { type Catalog, nearestNames } from './catalog/index.ts';
import { FEATURE_FAMILIES, type FeatureDefinition } from './definition.ts';

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
