import type { Candles } from '../contracts/candles.ts';
import {
  BLOCKS,
  type Dataset,
  type DatasetDetails,
  type DatasetReport,
  STRONG_DRIFT,
} from '../contracts/dataset.ts';
import type { Recipe } from '../contracts/recipe.ts';
import { TASK_CLASSES, UNLABELLED } from '../contracts/tasks.ts';
import type { MissingCounts } from '../features/window.ts';
import { countClasses } from './class-counts.ts';
import { spanOf } from './purge.ts';
import type { Blocks } from './split.ts';

interface Circumstances {
  readonly warmUp: number;
  readonly embargoBars: number;
  readonly counts: MissingCounts;
  readonly filteredRows: number;
  readonly details: DatasetDetails;
}

/** What a package's card tells of its dataset; accounts for every row. */
export function reportOn(
  dataset: Dataset,
  blocks: Blocks,
  { openTime }: Candles,
  recipe: Recipe,
  { warmUp, embargoBars, counts, filteredRows, details }: Circumstances,
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
    purgedRows: bar.length - unlabelledRows - inBlocks - filteredRows,
    filteredRows,
    unlabelledRows,
    meanHoldingBars: holding.reduce((sum, held) => sum + held, 0) / holding.length,
    medianHoldingBars: medianOfSorted(holding),
    missingInTraining: details.features
      .filter(({ missing }, f) => missing.train > 0 && isMissing(dataset.columns[f], blocks.train))
      .map(({ name }) => name),
    ...counts,
    trainedThroughTime:
      openTime[Math.max(...[blocks.train, blocks.validation].map(rows => spanOf(rows, dataset).to))],
    averageUniqueness: details.labels.averageUniqueness,
    drifted: details.features.filter(({ psi }) => (psi ?? 0) >= STRONG_DRIFT).map(({ name }) => name),
  };
}

function medianOfSorted(sorted: Int32Array): number {
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function isMissing(column: Float32Array, rows: Int32Array): boolean {
  return rows.some(row => Number.isNaN(column[row]));
}
