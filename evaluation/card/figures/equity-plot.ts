import { areaY, lineY, ruleY } from '@observablehq/plot';
import type { EquityCurve } from '../../../contracts/curves.ts';
import { decimals, percent } from '../../../contracts/wording.ts';
import { chart } from '../../plots/chart.ts';
import type { Markup } from '../../plots/markup.ts';
import { figure } from '../../plots/parts.ts';
import { INK, MEANING } from '../../plots/theme.ts';

interface Point {
  readonly time: Date;
  readonly model: number;
  readonly market: number;
  /** Below the highest so far, as a share of it: 0 or less. */
  readonly drawdown: number;
}

/** A larger ratio of the highest account to the lowest is drawn in the logarithm. */
const WIDE_RANGE = 3;

/** The account of the test block beside that of who held, and how far it was below its peak. */
export function equityPlot(curve: EquityCurve): Markup {
  const points = pointsOf(curve);
  const values = points.flatMap(({ model, market }) => [model, market]);
  const isWide = Math.min(...values) > 0 && Math.max(...values) > WIDE_RANGE * Math.min(...values);
  const end = points.at(-1);
  const gain = gainsWithin(Math.max(...values) - Math.min(...values));
  const ends = end ? `${gain(end.model)}, held ${gain(end.market)}` : 'no bar';
  return figure({
    title: 'Equity after costs',
    caption: `Gain of an account that puts all it has into each trade${isWide ? ', on a logarithmic scale' : ''}, and below how far it was under its peak. In the end: ${ends}.`,
    legend: [
      { label: 'model', colour: MEANING.model, shape: 'line' },
      { label: 'bought and held, without costs', colour: MEANING.benchmark, shape: 'line' },
      { label: 'drawdown', colour: MEANING.loss, shape: 'area' },
    ],
    chart: {
      markup: [equity(points, isWide, gain, ends), drawdown(points)].map(({ markup }) => markup).join(''),
    },
  });
}

function equity(
  points: readonly Point[],
  isWide: boolean,
  gain: (value: number) => string,
  ends: string,
): Markup {
  return chart({
    label: `Equity after costs: ${ends}`,
    size: 'whole',
    draw: width => ({
      height: width > 500 ? 300 : 240,
      x: { type: 'utc', ticks: width > 500 ? 8 : 4 },
      y: {
        type: isWide ? 'log' : 'linear',
        grid: true,
        ticks: isWide ? doublings(points) : 5,
        tickFormat: gain,
      },
      marks: [
        ruleY([1], { stroke: INK.muted }),
        lineY(points, {
          x: 'time',
          y: 'market',
          stroke: MEANING.benchmark,
          strokeWidth: 1,
          strokeOpacity: 0.8,
        }),
        lineY(points, { x: 'time', y: 'model', stroke: MEANING.model, strokeWidth: 1.8 }),
      ],
    }),
  });
}

function drawdown(points: readonly Point[]): Markup {
  const deepest = -Math.min(0, ...points.map(point => point.drawdown));
  return chart({
    label: `Drawdown, at most ${percent(deepest)}`,
    size: 'whole',
    draw: width => ({
      height: 90,
      marginTop: 8,
      marginBottom: 22,
      x: { type: 'utc', ticks: width > 500 ? 8 : 4, tickFormat: () => '' },
      y: { grid: true, ticks: 3, tickFormat: deepest > 0.05 ? '.0%' : '.1%' },
      marks: [
        areaY(points, { x: 'time', y: 'drawdown', fill: MEANING.loss, fillOpacity: 0.25 }),
        lineY(points, { x: 'time', y: 'drawdown', stroke: MEANING.loss, strokeWidth: 1 }),
      ],
    }),
  });
}

function pointsOf({ time, equity, buyAndHold }: EquityCurve): Point[] {
  let peak = 1;
  return time.map((at, line) => {
    const model = equity[line]!;
    peak = Math.max(peak, model);
    return { time: new Date(at), model, market: buyAndHold[line]!, drawdown: model / peak - 1 };
  });
}

/** Halves and doubles of what the account began with, within what is drawn. */
function doublings(points: readonly Point[]): number[] {
  const values = points.flatMap(({ model, market }) => [model, market]);
  const [low, high] = [Math.floor(Math.log2(Math.min(...values))), Math.ceil(Math.log2(Math.max(...values)))];
  return Array.from({ length: high - low + 1 }, (_, step) => 2 ** (low + step)).filter(
    value => value >= Math.min(...values) && value <= Math.max(...values),
  );
}

/** What an account has gained, with as many decimals as a range of accounts needs for its ticks to differ. */
function gainsWithin(range: number): (value: number) => string {
  const digits = range > 0.1 ? 0 : range > 0.01 ? 1 : 2;
  return value => {
    const share = decimals((value - 1) * 100, digits);
    return `${Number(share) > 0 ? '+' : ''}${share} %`;
  };
}
