import { dot, lineY, type Markish, type PlotOptions } from '@observablehq/plot';
import { type Dimension, OBJECTIVES, type SearchedRecipe, searchFolds } from '../../contracts/search.ts';
import type { TrialRow } from '../../contracts/trials.ts';
import { IMAGE_HEADER, PANEL_HEADER, type Panel, standaloneImage } from '../plots/standalone.ts';
import { INK, MEANING } from '../plots/theme.ts';

const WIDTH = 960;
const ORDER_HEIGHT = 260;
const VALUE_HEIGHT = 210;
const PANELS_ACROSS = 3;
const LONGEST_NAME = 14;

interface Scored {
  readonly trial: number;
  readonly value: number;
  readonly whole: boolean;
  readonly row: TrialRow;
}

/** Scored trials, the failed ones, and which of them won. */
interface Drawn {
  readonly scored: readonly Scored[];
  readonly failed: readonly (TrialRow & { ok: false })[];
  readonly best: number;
  readonly better: 'higher' | 'lower';
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
  const { meaning, better } = OBJECTIVES[search.objective];
  const folds = searchFolds(recipe).folds;
  const ordered = rows.toSorted((a, b) => a.trial - b.trial);
  const scored = ordered.flatMap(row => scoredTrial(row, folds));
  const failed = ordered.filter(row => !row.ok);
  const drawn: Drawn = { scored, failed, best, better };
  const paths = Object.entries(search.space).sort(([a], [b]) => (a < b ? -1 : 1));
  const panels = [
    orderPanel(drawn),
    ...paths.map(([path, dimension], at) => valuePanel(path, dimension, at, drawn)),
  ];
  const lines = Math.ceil(paths.length / PANELS_ACROSS);
  return standaloneImage({
    title: `${series} · ${recipe.name}: ${meaning} out of fold`,
    subtitle: [
      `${rows.length} ${rows.length === 1 ? 'trial' : 'trials'} on ${folds} folds`,
      ...(scored.some(({ whole }) => !whole) ? ['hollow: fewer folds'] : []),
      ...(failed.length > 0 ? [`× ${failed.length} failed`] : []),
      'ringed: the best',
    ].join(' · '),
    width: WIDTH,
    height: IMAGE_HEADER + PANEL_HEADER + ORDER_HEIGHT + lines * (PANEL_HEADER + VALUE_HEIGHT) + 12,
    panels,
  });
}

function scoredTrial(row: TrialRow, folds: number): Scored[] {
  if (!row.ok || row.score.value === null) return [];
  return [{ trial: row.trial, value: row.score.value, whole: row.score.folds === folds, row }];
}

function orderPanel({ scored, failed, best, better }: Drawn): Panel {
  return {
    title: 'in the order of drawing',
    x: 0,
    y: IMAGE_HEADER,
    width: WIDTH,
    options: {
      height: ORDER_HEIGHT,
      x: {
        domain: padded([...scored, ...failed].map(({ trial }) => trial)),
        ticks: 8,
        tickFormat: wholeNumber,
      },
      y: valueAxis(scored),
      marks: [
        lineY(bestSoFar(scored, better), {
          x: 'trial',
          y: 'value',
          curve: 'step-after',
          stroke: MEANING.chosen,
          className: 'best-so-far',
        }),
        dot(failed, {
          x: 'trial',
          frameAnchor: 'bottom',
          symbol: 'times',
          r: 3,
          stroke: INK.muted,
          className: 'failed',
          title: ({ trial, error }: TrialRow & { ok: false }) => `trial ${trial}: ${error.message}`,
        }),
        ...dots(scored, ({ trial }) => trial, best),
      ],
    },
  };
}

function valuePanel(path: string, dimension: Dimension, at: number, { scored, best }: Drawn): Panel {
  const width = WIDTH / PANELS_ACROSS;
  const line = Math.floor(at / PANELS_ACROSS);
  return {
    title: path,
    x: (at % PANELS_ACROSS) * width,
    y: IMAGE_HEADER + PANEL_HEADER + ORDER_HEIGHT + line * (PANEL_HEADER + VALUE_HEIGHT),
    width,
    options: {
      height: VALUE_HEIGHT,
      x: settingAxis(dimension),
      y: valueAxis(scored),
      marks: dots(scored, ({ row }) => settingOf(row.settings[path], dimension), best),
    },
  };
}

/** Choices side by side, numbers by their size. */
function settingAxis(dimension: Dimension): PlotOptions['x'] {
  if ('choices' in dimension)
    return { type: 'point', domain: dimension.choices.map(written), padding: 0.5, tickFormat: shortened };
  const { low, high, log } = dimension;
  return {
    type: log ? 'log' : 'linear',
    domain: [low, high],
    nice: true,
    ticks: 4,
    tickFormat: log ? '~g' : undefined,
  };
}

function settingOf(setting: unknown, dimension: Dimension): string | number {
  return 'choices' in dimension ? written(setting) : Number(setting);
}

/** The best ringed, on top of the others. */
function dots(scored: readonly Scored[], across: (of: Scored) => string | number, best: number): Markish[] {
  const place = { x: across, y: 'value', title: describe } as const;
  return [
    dot(
      scored.filter(({ whole }) => whole),
      { ...place, r: 3.5, fill: MEANING.model, fillOpacity: 0.75, className: 'mark' },
    ),
    dot(
      scored.filter(({ whole }) => !whole),
      { ...place, r: 3.5, stroke: MEANING.model, className: 'hollow' },
    ),
    dot(
      scored.filter(({ trial }) => trial === best),
      { ...place, r: 7, stroke: MEANING.chosen, strokeWidth: 2, className: 'best' },
    ),
  ];
}

/** Corners of the line of the best score on all folds, up to the last trial. */
function bestSoFar(scored: readonly Scored[], better: Drawn['better']): { trial: number; value: number }[] {
  const line: { trial: number; value: number }[] = [];
  for (const { trial, value, whole } of scored) {
    const known = line.at(-1)?.value;
    if (whole && (known === undefined || (better === 'higher' ? value > known : value < known)))
      line.push({ trial, value });
  }
  const last = line.at(-1);
  return last ? [...line, { trial: scored.at(-1)!.trial, value: last.value }] : [];
}

function valueAxis(scored: readonly Scored[]): PlotOptions['y'] {
  return { grid: true, ticks: 5, domain: padded(scored.map(({ value }) => value)) };
}

/** From the lowest to the highest with a margin; a single value stands in the middle. */
function padded(values: readonly number[]): [number, number] {
  if (values.length === 0) return [0, 1];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = 0.05 * (high - low) || 0.05 * Math.abs(low) || 1;
  return [low - margin, high + margin];
}

function wholeNumber(value: number): string {
  return Number.isInteger(value) && value > 0 ? String(value) : '';
}

function written(choice: unknown): string {
  return typeof choice === 'string' ? choice : JSON.stringify(choice);
}

function shortened(name: string): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1)}…`;
}

function describe({ trial, value, row }: Scored): string {
  const settings = Object.entries(row.settings).map(
    ([path, setting]) => `${path} ${JSON.stringify(setting)}`,
  );
  return [`trial ${trial}: ${value.toFixed(4)}`, ...settings].join('\n');
}
