import { areaY, dot, lineY, ruleY, type ScaleOptions, text } from '@observablehq/plot';
import { drawdownCurve } from '../performance/drawdown.ts';
import { chart } from '../plots/chart.ts';
import { html, type Markup } from '../plots/markup.ts';
import { figure } from '../plots/parts.ts';
import { INK, MEANING } from '../plots/theme.ts';
import { day, duration, share } from './amounts.ts';
import type { PlayedBacktest } from './played-backtest.ts';
import { moments, seenInTraining, shortMoney, shortPercent, TIME_LINE_TOP } from './time-line.ts';

/** Above this ratio of highest to lowest, equal steps are equal shares. */
const LOG_FROM = 4;
const DIGITS = [[1], [1, 3], [1, 2, 5], [1, 2, 3, 4, 6, 8]];
const LEAST_TICKS = 4;

/** Equity beside buying and holding, and how far it stood below its peak. */
export function equityFigures(played: PlayedBacktest, buyAndHold: Float64Array): Markup {
  return html`${equityFigure(played, buyAndHold)}${drawdownFigure(played)}`;
}

function equityFigure({ document, result }: PlayedBacktest, buyAndHold: Float64Array): Markup {
  const { time, equity, initialCash } = result;
  const isLog = spansFar(equity, buyAndHold);
  return figure({
    title: document.quote === null ? 'Equity' : `Equity in ${document.quote}`,
    caption: `Marked at the closes, after costs.${isLog ? ' The scale is logarithmic: equal steps are equal shares.' : ''}`,
    legend: [
      { label: 'this backtest', colour: MEANING.model, shape: 'line' },
      { label: 'bought and held', colour: MEANING.benchmark, shape: 'line' },
    ],
    chart: chart({
      label: 'Equity of this backtest and of buying and holding over time',
      size: 'whole',
      draw: width => ({
        height: width > 500 ? 320 : 250,
        marginTop: TIME_LINE_TOP,
        x: { type: 'utc' },
        y: { ...(isLog ? logAxis(equity, buyAndHold) : { ticks: 5 }), grid: true, tickFormat: shortMoney },
        marks: [
          ...seenInTraining(document, time[0], time.at(-1)!),
          ruleY([initialCash], { stroke: INK.line, strokeDasharray: '3,3' }),
          lineY(moments(time, buyAndHold, width), {
            x: 'time',
            y: 'value',
            stroke: MEANING.benchmark,
            strokeWidth: 1.1,
          }),
          lineY(moments(time, equity, width), {
            x: 'time',
            y: 'value',
            stroke: MEANING.model,
            strokeWidth: 1.6,
          }),
        ],
      }),
    }),
  });
}

function drawdownFigure({ document, result, performance }: PlayedBacktest): Markup {
  const { time, equity, initialCash } = result;
  const { drawdown, timeframe } = performance;
  const curve = drawdownCurve(equity, initialCash);
  const low = drawdown.lowTime;
  return figure({
    title: 'Drawdown',
    caption:
      low === null
        ? 'The account never stood below an earlier close.'
        : `The deepest fall took ${share(drawdown.depth)} from the peak of ${day(drawdown.peakTime!)}; ${
            drawdown.recoveredTime === null
              ? `it was not made up for by the end, ${duration(drawdown.bars, timeframe)} later`
              : `it was made up for after ${duration(drawdown.bars, timeframe)}`
          }. The longest time below a peak was ${duration(drawdown.longestBars, timeframe)}.`,
    legend: [],
    chart: chart({
      label: 'Equity below its highest so far, over time',
      size: 'whole',
      draw: width => {
        const line = moments(time, curve, width);
        return {
          height: 140,
          marginTop: TIME_LINE_TOP,
          x: { type: 'utc' },
          y: { grid: true, ticks: 4, tickFormat: shortPercent },
          marks: [
            ...seenInTraining(document, time[0], time.at(-1)!).slice(0, 1),
            areaY(line, { x: 'time', y: 'value', fill: MEANING.loss, fillOpacity: 0.22 }),
            lineY(line, { x: 'time', y: 'value', stroke: MEANING.loss, strokeWidth: 1.1 }),
            ruleY([0], { stroke: INK.line }),
            ...(low === null ? [] : deepest(low, -drawdown.depth, isRight(low, time))),
          ],
        };
      },
    }),
  });
}

function deepest(time: number, value: number, toTheLeft: boolean) {
  const place = { x: [new Date(time)], y: [value] };
  return [
    dot([0], { ...place, r: 3, fill: MEANING.loss }),
    text([shortPercent(value)], {
      ...place,
      dx: toTheLeft ? -8 : 8,
      textAnchor: toTheLeft ? 'end' : 'start',
      fill: INK.ink,
      stroke: INK.paper,
      strokeWidth: 3,
    }),
  ];
}

function isRight(at: number, time: Float64Array): boolean {
  return at - time[0] > (time.at(-1)! - time[0]) / 2;
}

/** Lines at round numbers: the decades alone where those are many, more between where they are few. */
function logAxis(...columns: readonly Float64Array[]): ScaleOptions {
  const [low, high] = rangeOf(columns);
  const decades = Array.from({ length: 40 }, (_, i) => Math.floor(Math.log10(low)) + i);
  const choices = DIGITS.map(digits =>
    decades
      .flatMap(decade => digits.map(digit => Number(`${digit}e${decade}`)))
      .filter(tick => low <= tick && tick <= high),
  );
  return { type: 'log', ticks: choices.find(ticks => ticks.length >= LEAST_TICKS) ?? choices.at(-1) };
}

function rangeOf(columns: readonly Float64Array[]): [low: number, high: number] {
  const of = (pick: (a: number, b: number) => number) =>
    columns.map(values => values.reduce((best, value) => pick(best, value))).reduce((a, b) => pick(a, b));
  return [of(Math.min), of(Math.max)];
}

function spansFar(...columns: readonly Float64Array[]): boolean {
  const [low, high] = rangeOf(columns);
  return low > 0 && high / low > LOG_FROM;
}
