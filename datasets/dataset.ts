import type { MarketBars } from '../contracts/candles.ts';
import type { BlockName, Dataset, DatasetDetails, DatasetReport } from '../contracts/dataset.ts';
import type { Recipe } from '../contracts/recipe.ts';
import { TIMEFRAME_MS, type Timeframe } from '../contracts/series.ts';
import { TASK_CLASSES, UNLABELLED } from '../contracts/tasks.ts';
import type { Catalog } from '../features/catalog/index.ts';
import type { FeatureDefinition } from '../features/definition.ts';
import { FeatureEngine } from '../features/engine.ts';
import { schemaHash } from '../features/schema.ts';
import { resolveFeatures } from '../features/sets.ts';
import { fillMissing, type MissingCounts, warmUpBars } from '../features/window.ts';
import { reportOn } from './dataset-report.ts';
import { reportCorrelation, reportDrift } from './feature-report.ts';
import { reportFolds } from './fold-report.ts';
import { reportLabels } from './label-report.ts';
import { labelCandles } from './labels/index.ts';
import { countMissing, filledValues } from './missing-values.ts';
import { withoutOutliers } from './outlier-filter.ts';
import {
  requireBars,
  requireClasses,
  requireNames,
  requireRows,
  requireSeconds,
  requireValues,
} from './requirements.ts';
import { type Blocks, blockOfRows, splitBlocks } from './split.ts';
import { rowWeights } from './weights/index.ts';

interface BuiltDataset {
  readonly dataset: Dataset;
  readonly report: DatasetReport;
  readonly details: DatasetDetails;
}

/**
 * Features, labels and blocks of all bars after warm-up, as the recipe says; the candles start at the series' anchor.
 * Refuses what can't be learnt or judged before anything is trained. The columns stand in memory that threads share.
 * @param steps bars of a window; a row whose window would begin in the warm-up is unlabelled
 * @throws AlphaloomError RECIPE_INVALID, FEATURE_UNKNOWN, FEATURE_INPUT_MISSING, FEATURE_EMPTY, CANDLES_TOO_FEW,
 * DATASET_TOO_SMALL, DATASET_ONE_CLASS
 */
export function buildDataset(
  candles: MarketBars,
  timeframe: Timeframe,
  recipe: Recipe,
  catalog: Catalog,
  steps: number,
): BuiltDataset {
  const features = resolveFeatures(recipe.features, catalog);
  const featureNames = features.map(({ name }) => name);
  const warmUp = warmUpBars(features);
  const bars = candles.close.length;
  const classes = TASK_CLASSES[recipe.task].length;
  requireNames(featureNames);
  requireSeconds(timeframe, recipe);
  requireBars(bars, warmUp + steps - 1, recipe);

  const bar = Int32Array.from({ length: bars - warmUp }, (_, row) => warmUp + row);
  const labels = labelCandles(candles, recipe.labels);
  const label = labels.label.slice(warmUp).fill(UNLABELLED, 0, steps - 1);
  const labelEnd = labels.end.slice(warmUp).fill(UNLABELLED, 0, steps - 1);
  const times = { bar, labelEnd };
  const embargoBars = recipe.split.embargoBars ?? Math.max(recipe.labels.horizonBars, warmUp + steps - 1);
  const split = splitBlocks(label, times, recipe.split, embargoBars);
  requireRows(split, recipe, bars);

  const { columns, counts, missing, filled } = computeColumns(candles, timeframe, features, recipe, split);
  requireValues(featureNames, columns, split);
  const { filter, weights } = recipe;
  const train = filter ? withoutOutliers(columns, split.train, filter.threshold) : split.train;
  const blocks: Blocks = { ...split, train };
  requireRows(blocks, recipe, bars);

  const dataset: Dataset = {
    featureNames,
    schemaHash: schemaHash(features),
    columns,
    label,
    bar,
    openTime: candles.openTime.slice(warmUp),
    labelEnd,
    block: blockOfRows(blocks, bar.length),
    ...(labels.target && { target: Float32Array.from(labels.target.subarray(warmUp)) }),
    ...(weights && { weight: rowWeights(blocks, { ...times, label, classes }, weights) }),
  };
  const drift = reportDrift(columns, blocks);
  const details: DatasetDetails = {
    labels: reportLabels(dataset, train, candles, recipe.labels),
    features: featureNames.map((name, f) => ({ name, filled: filled[f], missing: missing[f], ...drift[f] })),
    correlation: reportCorrelation(featureNames, columns, train),
    folds: recipe.split.folds ? reportFolds(dataset, recipe.split.folds, embargoBars) : [],
  };
  const filteredRows = split.train.length - train.length;
  const circumstances = { warmUp, embargoBars, counts, filteredRows, details };
  const report = reportOn(dataset, blocks, candles, recipe, circumstances);
  requireClasses(report, dataset, recipe);
  return { dataset, report, details };
}

interface Columns {
  /** Of the rows after warm-up. */
  readonly columns: Float32Array[];
  readonly counts: MissingCounts;
  readonly missing: Record<BlockName, number>[];
  readonly filled: Record<BlockName, number>[];
}

/** Straight into the columns that are kept: a history of minutes has gigabytes of them. */
function computeColumns(
  candles: MarketBars,
  timeframe: Timeframe,
  features: readonly FeatureDefinition[],
  { features: { maxFillBars } }: Recipe,
  split: Blocks,
): Columns {
  const bars = candles.close.length;
  const warmUp = warmUpBars(features);
  const whole = features.map(() => new Float32Array(new SharedArrayBuffer(4 * bars)));
  new FeatureEngine(features, TIMEFRAME_MS[timeframe]).advance(candles, whole, 0);
  const columns = whole.map(column => column.subarray(warmUp));
  const block = blockOfRows(split, bars - warmUp);
  const before = columns.map(column => countMissing(column, block));
  const byName = new Map(features.map(({ name }, f) => [name, whole[f]]));
  const counts = fillMissing(byName, maxFillBars, warmUp);
  const missing = columns.map(column => countMissing(column, block));
  return { columns, counts, missing, filled: missing.map((after, f) => filledValues(before[f], after)) };
}
