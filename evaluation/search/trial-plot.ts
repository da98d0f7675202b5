import { type Dimension, OBJECTIVES, type SearchedRecipe, searchFolds } from '../../contracts/search.ts';
import type { TrialRow } from '../../contracts/trials.ts';
import { dot, type Frame, panel, plotArea } from '../plots/panel.ts';
import { bandScale, type Extent, linearScale, logScale, type Scale } from '../plots/scale.ts';
import { document, element, text } from '../plots/svg.ts';

const WIDTH = 960;
const HEADER = 44;
const ORDER_HEIGHT = 280;
const PANEL_HEIGHT = 230;
const PANELS_ACROSS = 3;

interface Scored {
  readonly trial: number;
  readonly value: number;
  readonly whole: boolean;
  readonly row: TrialRow;
}

/**
 * An SVG of a search: the score of each trial in the order of drawing with the best so far, then against each value that
 * was searched. Trials that were scored on fewer folds than all are hollow.
 * @param rows in any order
 */
export function renderTrials(
  series: string,
  recipe: SearchedRecipe,
  rows: readonly TrialRow[],
  best: number,
): string {
  const { search } = recipe;
  const folds = searchFolds(recipe).folds;
  const scored = scoredTrials(rows, folds);
  const paths = Object.entries(search.space).sort(([a], [b]) => (a < b ? -1 : 1));
  const height = HEADER + ORDER_HEIGHT + Math.ceil(paths.length / PANELS_ACROSS) * PANEL_HEIGHT + 12;
  const failed = rows.filter(row => !row.ok).length;
  const parts = [
    `${rows.length} ${rows.length === 1 ? 'trial' : 'trials'} on ${folds} folds`,
    ...(scored.some(({ whole }) => !whole) ? ['hollow: fewer folds'] : []),
    ...(failed > 0 ? [`× ${failed} failed`] : []),
    'ringed: the best',
  ];
  const title = `${series} · ${recipe.name}: ${OBJECTIVES[search.objective].meaning} out of fold`;
  return document(
    title,
    WIDTH,
    height,
    element('text', { class: 'title', x: 16, y: 22 }, text(title)),
    element('text', { x: 16, y: 40 }, text(parts.join(' · '))),
    orderPanel(rows, scored, best, search.objective),
    ...paths.map(([path, dimension], i) => valuePanel(frameOf(i), path, dimension, scored, best)),
  );
}

function scoredTrials(rows: readonly TrialRow[], folds: number): Scored[] {
  return rows
    .flatMap(row =>
      row.ok && row.score.value !== null
        ? [{ trial: row.trial, value: row.score.value, whole: row.score.folds === folds, row }]
        : [],
    )
    .sort((a, b) => a.trial - b.trial);
}

function frameOf(index: number): Frame {
  const width = WIDTH / PANELS_ACROSS;
  const line = Math.floor(index / PANELS_ACROSS);
  return {
    x: (index % PANELS_ACROSS) * width,
    y: HEADER + ORDER_HEIGHT + line * PANEL_HEIGHT,
    width,
    height: PANEL_HEIGHT,
  };
}

function orderPanel(
  rows: readonly TrialRow[],
  scored: readonly Scored[],
  best: number,
  objective: SearchedRecipe['search']['objective'],
): string {
  const frame = { x: 0, y: HEADER, width: WIDTH, height: ORDER_HEIGHT };
  const { across, up } = plotArea(frame);
  const x = wholeTicks(
    linearScale(
      rows.map(({ trial }) => trial),
      across,
    ),
  );
  const y = linearScale(
    scored.map(({ value }) => value),
    up,
  );
  const failures = rows
    .filter(row => !row.ok)
    .map(row => cross(x.at(row.trial), up[0] - 6, `trial ${row.trial}: ${row.ok ? '' : row.error.message}`));
  return panel(frame, 'in the order of drawing', x, y, [
    bestSoFar(scored, x, y, across, objective),
    ...failures,
    ...dots(scored, ({ trial }) => x.at(trial), y, best),
  ]);
}

function valuePanel(
  frame: Frame,
  path: string,
  dimension: Dimension,
  scored: readonly Scored[],
  best: number,
): string {
  const { across, up } = plotArea(frame);
  const y = linearScale(
    scored.map(({ value }) => value),
    up,
  );
  const { x, at } = valueScale(dimension, across);
  return panel(
    frame,
    path,
    x,
    y,
    dots(scored, ({ row }) => x.at(at(row.settings[path])), y, best),
  );
}

/** Where a setting stands: choices by their position, numbers by their size. */
function valueScale(dimension: Dimension, across: Extent): { x: Scale; at: (setting: unknown) => number } {
  if ('choices' in dimension) {
    const names = dimension.choices.map(choice =>
      typeof choice === 'string' ? choice : JSON.stringify(choice),
    );
    const written = dimension.choices.map(choice => JSON.stringify(choice));
    return { x: bandScale(names, across), at: setting => written.indexOf(JSON.stringify(setting)) };
  }
  const ends = [dimension.low, dimension.high];
  return { x: dimension.log ? logScale(ends, across) : linearScale(ends, across), at: Number };
}

/** The best ringed, on top of the others. */
function dots(
  scored: readonly Scored[],
  across: (of: Scored) => number,
  y: Scale,
  best: number,
): readonly string[] {
  const marks = scored.map(each =>
    dot(each.whole ? 'mark' : 'hollow', across(each), y.at(each.value), 3.5, describe(each)),
  );
  const winner = scored.find(({ trial }) => trial === best);
  return winner ? [...marks, dot('best', across(winner), y.at(winner.value), 7, describe(winner))] : marks;
}

function bestSoFar(
  scored: readonly Scored[],
  x: Scale,
  y: Scale,
  [, end]: Extent,
  objective: SearchedRecipe['search']['objective'],
): string {
  const isBetter = (a: number, b: number) => (OBJECTIVES[objective].better === 'higher' ? a > b : a < b);
  let best: number | null = null;
  let path = '';
  for (const { trial, value, whole } of scored) {
    if (!whole || (best !== null && !isBetter(value, best))) continue;
    path += `${best === null ? 'M' : 'H'}${x.at(trial).toFixed(2)}${best === null ? ',' : 'V'}${y.at(value).toFixed(2)}`;
    best = value;
  }
  return best === null ? '' : element('path', { class: 'best', d: `${path}H${end.toFixed(2)}` });
}

function cross(x: number, y: number, says: string): string {
  const d = `M${x - 3},${y - 3}l6,6m0,-6l-6,6`;
  return element('path', { class: 'failed', d }, element('title', {}, text(says)));
}

function wholeTicks(scale: Scale): Scale {
  return {
    ...scale,
    ticks: scale.ticks.filter(({ label }) => Number.isInteger(Number(label)) && Number(label) > 0),
  };
}

function describe({ trial, value, row }: Scored): string {
  const settings = Object.entries(row.settings).map(
    ([path, setting]) => `${path} ${JSON.stringify(setting)}`,
  );
  return [`trial ${trial}: ${value.toFixed(4)}`, ...settings].join('\n');
}
