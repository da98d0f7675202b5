import { BLOCKS, type Dataset, type DatasetReport } from '../contracts/dataset.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { Recipe } from '../contracts/recipe.ts';
import type { Timeframe } from '../contracts/series.ts';
import { TASK_CLASSES } from '../contracts/tasks.ts';
import { rowsOfBlock } from './block-rows.ts';
import { RESERVED_NAMES } from './dataset-file.ts';
import type { Blocks } from './split.ts';

/** @throws AlphaloomError RECIPE_INVALID where a feature is called like a column of labels */
export function requireNames(featureNames: readonly string[]): void {
  const taken = featureNames.find(name => RESERVED_NAMES.includes(name));
  if (taken === undefined) return;
  throw new AlphaloomError(
    'RECIPE_INVALID',
    `A feature may not be called "${taken}": datasets have a column of that name. Rename your own feature.`,
    { got: taken, reserved: RESERVED_NAMES },
  );
}

/** @throws AlphaloomError RECIPE_INVALID where labels of seconds are asked of longer bars */
export function requireSeconds(timeframe: Timeframe, { labels }: Recipe): void {
  if (labels.kind !== 'sigma-reversion' || timeframe === '1s') return;
  throw new AlphaloomError(
    'RECIPE_INVALID',
    `The labels sigma-reversion need bars of 1s, made from ticks; the series has bars of ${timeframe}. ` +
      'Import ticks, or choose other labels.',
    { path: 'labels.kind', timeframe },
  );
}

/** @throws AlphaloomError CANDLES_TOO_FEW */
export function requireBars(bars: number, warmUp: number, recipe: Recipe): void {
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

/** @throws AlphaloomError DATASET_TOO_SMALL */
export function requireRows(blocks: Blocks, recipe: Recipe, bars: number): void {
  const least = { train: 1, validation: 1, test: recipe.gate.minTestRows };
  for (const name of BLOCKS) {
    const rows = blocks[name].length;
    if (rows >= least[name]) continue;
    throw new AlphaloomError(
      'DATASET_TOO_SMALL',
      `The ${name} block has ${rows} labelled rows after purging${recipe.filter ? ' and filtering' : ''}; the recipe ` +
        `${recipe.name} needs at least ${least[name]}. ` +
        `Import more history (there are ${bars} bars), or change split${recipe.filter ? ', filter' : ''} or gate.minTestRows.`,
      { block: name, rows, needed: least[name], bars },
    );
  }
}

/** @throws AlphaloomError FEATURE_EMPTY where a feature has no value to learn from */
export function requireValues(
  featureNames: readonly string[],
  columns: Dataset['columns'],
  { train }: Blocks,
): void {
  const empty = featureNames.filter((_, f) => train.every(row => Number.isNaN(columns[f][row])));
  if (empty.length === 0) return;
  throw new AlphaloomError(
    'FEATURE_EMPTY',
    `${empty.slice(0, 5).join(', ')} ${empty.length === 1 ? 'has' : 'have'} no value in any of the ${train.length} training ` +
      'rows: nothing was trained. Leave it out of the recipe, or bring what it is made of (volume, books, a leader’s bars).',
    { features: empty, rows: train.length },
  );
}

/** @throws AlphaloomError DATASET_ONE_CLASS, also where every number to learn is the same */
export function requireClasses(report: DatasetReport, dataset: Dataset, recipe: Recipe): void {
  for (const name of BLOCKS) {
    const only = onlyOutcome(report, dataset, recipe, name);
    if (only === null) continue;
    throw new AlphaloomError(
      'DATASET_ONE_CLASS',
      `Every row of the ${name} block is labelled ${only}: nothing can be learnt or judged. ` +
        'Choose nearer barriers, a lower threshold or a longer history.',
      { block: name, class: only, rows: report.blocks[name].rows },
    );
  }
}

/** What all rows of a block say, if they do. */
function onlyOutcome(
  { blocks }: DatasetReport,
  dataset: Dataset,
  { task }: Recipe,
  name: (typeof BLOCKS)[number],
): string | null {
  const { target } = dataset;
  if (target) {
    const rows = rowsOfBlock(dataset, name);
    return rows.every(row => target[row] === target[rows[0]]) ? String(target[rows[0]]) : null;
  }
  const present = TASK_CLASSES[task].filter((_, value) => blocks[name].classes[value] > 0);
  return present.length > 1 ? null : present[0];
}
