import type { Candles, MarketBars } from '../contracts/candles.ts';
import { BLOCKS, type Dataset, type DatasetReport } from '../contracts/dataset.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { Recipe } from '../contracts/recipe.ts';
import type { Timeframe } from '../contracts/series.ts';
import { TASK_CLASSES, UNLABELLED } from '../contracts/tasks.ts';
import { computeFeatures } from '../features/batch.ts';
import type { Catalog } from '../features/catalog/index.ts';
import { schemaHash } from '../features/schema.ts';
import { resolveFeatures } from '../features/sets.ts';
import { assembleRows, fillMissing, type MissingCounts, warmUpBars } from '../features/window.ts';
import { countClasses } from './class-counts.ts';
import { labelCandles } from './labels/index.ts';
import { spanOf } from './purge.ts';
import { type Blocks, blockOfRows, splitBlocks } from './split.ts';

/**
 * Features, labels and blocks of all bars after warm-up, as the recipe says; the candles start at the series' anchor.
 * Refuses what can't be learnt or judged before anything is trained.
 * @throws AlphaloomError FEATURE_UNKNOWN, FEATURE_INPUT_MISSING, CANDLES_TOO_FEW, DATASET_TOO_SMALL, DATASET_ONE_CLASS
 */
export function buildDataset(
  candles: MarketBars,
  timeframe: Timeframe,
  recipe: Recipe,
  catalog: Catalog,
): { dataset: Dataset; report: DatasetReport } {
  const features = resolveFeatures(recipe.features, catalog);
  const featureNames = features.map(({ name }) => name);
  const warmUp = warmUpBars(features);
  const bars = candles.close.length;
  requireBars(bars, warmUp, recipe);

  const { columns } = computeFeatures(candles, features, timeframe, 'float32');
  const counts = fillMissing(columns, recipe.features.maxFillBars, warmUp);
  const bar = Int32Array.from({ length: bars - warmUp }, (_, row) => warmUp + row);
  const labels = labelCandles(candles, recipe.labels);
  const label = labels.label.slice(warmUp);
  const labelEnd = labels.end.slice(warmUp);
  const embargoBars = recipe.split.embargoBars ?? Math.max(recipe.labels.horizonBars, warmUp);
  const blocks = splitBlocks(label, { bar, labelEnd }, recipe.split, embargoBars);

  const dataset: Dataset = {
    featureNames,
    schemaHash: schemaHash(features),
    x: assembleRows(columns, featureNames, bar),
    label,
    bar,
    openTime: candles.openTime.slice(warmUp),
    labelEnd,
    block: blockOfRows(blocks, bar.length),
  };
  requireRows(blocks, recipe, bars);
  const report = reportOn(dataset, blocks, candles, recipe, { warmUp, embargoBars, counts });
  requireClasses(report, recipe);
  return { dataset, report };
}

function requireBars(bars: number, warmUp: number, recipe: Recipe): void {
  const needed = barsNeeded(warmUp, recipe);
  if (bars > warmUp + recipe.labels.horizonBars) return;
  throw new AlphaloomError(
    'CANDLES_TOO_FEW',
    `The recipe ${recipe.name} needs about ${needed} bars (${warmUp} of warm-up, ${recipe.labels.horizonBars} of horizon, ` +
      `${recipe.gate.minTestRows} test rows at a share of ${recipe.split.test}); there are ${bars}. Import more history.`,
    { bars, needed, warmUpBars: warmUp, horizonBars: recipe.labels.horizonBars },
  );
}

/** Bars whose labelled rows after warm-up give a test block as large as the gate asks. */
function barsNeeded(warmUp: number, recipe: Recipe): number {
  return warmUp + recipe.labels.horizonBars + Math.ceil(recipe.gate.minTestRows / recipe.split.test);
}

function requireRows(blocks: Blocks, recipe: Recipe, bars: number): void {
  const least = { train: 1, validation: 1, test: recipe.gate.minTestRows };
  for (const name of BLOCKS) {
    const rows = blocks[name].length;
    if (rows >= least[name]) continue;
    throw new AlphaloomError(
      'DATASET_TOO_SMALL',
      `The ${name} block has ${rows} labelled rows after purging; the recipe ${recipe.name} needs at least ${least[name]}. ` +
        `Import more history (there are ${bars} bars), or change split or gate.minTestRows.`,
      { block: name, rows, needed: least[name], bars },
    );
  }
}

function requireClasses(report: DatasetReport, recipe: Recipe): void {
  for (const name of BLOCKS) {
    const present = report.blocks[name].classes.filter(count => count > 0).length;
    if (present > 1) continue;
    const only = TASK_CLASSES[recipe.task][report.blocks[name].classes.findIndex(count => count > 0)];
    throw new AlphaloomError(
      'DATASET_ONE_CLASS',
      `Every row of the ${name} block is labelled ${only}: nothing can be learnt or judged. ` +
        'Choose nearer barriers, a lower threshold or a longer history.',
      { block: name, class: only, rows: report.blocks[name].rows },
    );
  }
}

interface Circumstances {
  readonly warmUp: number;
  readonly embargoBars: number;
  readonly counts: MissingCounts;
}

function reportOn(
  dataset: Dataset,
  blocks: Blocks,
  { openTime }: Candles,
  recipe: Recipe,
  { warmUp, embargoBars, counts }: Circumstances,
): DatasetReport {
  const { label, bar, labelEnd } = dataset;
  const unlabelledRows = label.filter(value => value === UNLABELLED).length;
  const inBlocks = BLOCKS.reduce((sum, name) => sum + blocks[name].length, 0);
  const describeBlock = (rows: Int32Array) => ({
    rows: rows.length,
    fromTime: openTime[bar[rows[0]]],
    toTime: openTime[bar[rows[rows.length - 1]]],
    classes: countClasses(
      Int8Array.from(rows, row => label[row]),
      TASK_CLASSES[recipe.task].length,
    ),
  });
  const holding = blocks.train.map(row => labelEnd[row] - bar[row]).sort();
  return {
    bars: openTime.length,
    rows: bar.length,
    firstTime: openTime[0],
    lastTime: openTime[openTime.length - 1],
    warmUpBars: warmUp,
    embargoBars,
    blocks: {
      train: describeBlock(blocks.train),
      validation: describeBlock(blocks.validation),
      test: describeBlock(blocks.test),
    },
    purgedRows: bar.length - unlabelledRows - inBlocks,
    unlabelledRows,
    meanHoldingBars: holding.reduce((sum, held) => sum + held, 0) / holding.length,
    medianHoldingBars: medianOfSorted(holding),
    missingInTraining: dataset.featureNames.filter((_, feature) =>
      blocks.train.some(row => Number.isNaN(dataset.x[row * dataset.featureNames.length + feature])),
    ),
    ...counts,
    trainedThroughTime:
      openTime[Math.max(...[blocks.train, blocks.validation].map(rows => spanOf(rows, dataset).to))],
  };
}

function medianOfSorted(sorted: Int32Array): number {
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
