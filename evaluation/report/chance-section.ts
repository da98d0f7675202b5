import { areaY, lineY, type PlotOptions, rectY, ruleX, ruleY, text } from '@observablehq/plot';
import type {
  Distribution,
  RandomEntries,
  ResampledReturns,
  ReturnFigures,
  ShuffledTrades,
} from '../../contracts/performance.ts';
import { chart } from '../plots/chart.ts';
import { type Content, html, type Markup } from '../plots/markup.ts';
import { type Column, dataTable, figure, pair } from '../plots/parts.ts';
import { INK, MEANING } from '../plots/theme.ts';
import { duration, gain, ratio, share, whole } from './amounts.ts';
import type { PlayedBacktest } from './played-backtest.ts';
import { moments, shortPercent, TIME_LINE_TOP } from './time-line.ts';

const FIGURES: readonly Column[] = [
  { title: '', kind: 'kept' },
  { title: 'Net return', kind: 'right' },
  { title: 'a year', kind: 'right' },
  { title: 'Volatility', kind: 'right' },
  { title: 'Sharpe', kind: 'right' },
  { title: 'Sortino', kind: 'right' },
  { title: 'Calmar', kind: 'right' },
  { title: 'Drawdown', kind: 'right' },
];

/** The account beside buying and holding, and beside the same trades entered at random. */
export function benchmarkSection({ performance }: PlayedBacktest): Content {
  const { account, buyAndHold, randomEntries } = performance;
  return [
    dataTable('This backtest beside buying and holding', FIGURES, [
      figureRow('This backtest', account),
      figureRow('Bought and held', buyAndHold),
    ]),
    html`<p class="note">Volatility and ratios are a year’s (365 days), without a riskless rate; the probability that the true Sharpe ratio is above 0 is ${share(account.probabilisticSharpe)}. Buying and holding pays its costs too.</p>`,
    randomEntries === null
      ? html`<p>There is nothing to set beside random entries.</p>`
      : randomFigure(randomEntries),
  ];
}

function figureRow(name: string, figures: ReturnFigures): readonly string[] {
  return [
    name,
    gain(figures.totalReturn),
    gain(figures.cagr),
    share(figures.volatility),
    ratio(figures.sharpe),
    ratio(figures.sortino),
    ratio(figures.calmar),
    share(figures.maxDrawdown),
  ];
}

function randomFigure({ totalReturn, ownReturn, percentile, pValue }: RandomEntries): Markup {
  return figure({
    title: 'The same trades at random times',
    caption: `${whole(totalReturn.draws)} times every trade was put at a random place, with its side, holding time, size and costs. This backtest did better than ${share(percentile)} of them; random entries do as well with a probability of ${ratio3(pValue)}.`,
    legend: [{ label: 'random entries', colour: MEANING.benchmark, shape: 'area' }],
    chart: chart({
      label: 'Net returns of random entries, and of this backtest',
      size: 'whole',
      draw: width => drawDistribution(totalReturn, ownReturn, gain(ownReturn), width),
    }),
  });
}

/** What other orders and other stretches of the same bars would have made. */
export function monteCarloSection(played: PlayedBacktest): Content {
  const { tradeOrder, resampledReturns } = played.performance.monteCarlo;
  if (tradeOrder === null && resampledReturns === null)
    return html`<p>Too few trades and bars to draw from.</p>`;
  const figures = [
    ...(resampledReturns === null ? [] : [resampledFigure(resampledReturns)]),
    ...(tradeOrder === null ? [] : [orderFigure(tradeOrder)]),
  ];
  return [
    ...(resampledReturns === null ? [] : [fanFigure(played, resampledReturns)]),
    figures.length === 2 ? pair(...figures) : figures,
  ];
}

function fanFigure({ result, performance }: PlayedBacktest, resampled: ResampledReturns): Markup {
  const { time, equity, initialCash } = result;
  const start = { at: new Date(time[0]), p05: 1, p25: 1, p50: 1, p75: 1, p95: 1 };
  const fan = [start, ...resampled.fan.map(point => ({ ...point, at: new Date(time[point.bars - 1]) }))];
  const band = (low: string, high: string, fillOpacity: number) =>
    areaY(fan, { x: 'at', y1: low, y2: high, fill: MEANING.benchmark, fillOpacity });
  const relative = equity.map(value => value / initialCash);
  return figure({
    title: 'Other stretches of the same returns',
    caption: `${whole(resampled.totalReturn.draws)} accounts of randomly drawn stretches of ${whole(resampled.blockBars)} bars (${duration(resampled.blockBars, performance.timeframe)}) of this one’s returns: half of them ran in the dark band, nine in ten in the light one. Equity as a multiple of the initial cash.`,
    legend: [
      { label: 'this backtest', colour: MEANING.model, shape: 'line' },
      { label: 'median of the draws', colour: INK.ink, shape: 'line' },
    ],
    chart: chart({
      label: 'Equity of resampled accounts over time as bands, and of this backtest',
      size: 'whole',
      draw: width => ({
        height: width > 500 ? 280 : 230,
        marginTop: TIME_LINE_TOP,
        x: { type: 'utc' },
        y: { grid: true, ticks: 5, tickFormat: value => `${value}×` },
        marks: [
          band('p05', 'p95', 0.18),
          band('p25', 'p75', 0.28),
          ruleY([1], { stroke: INK.line }),
          lineY(fan, { x: 'at', y: 'p50', stroke: INK.ink, strokeWidth: 1.2, strokeDasharray: '4,3' }),
          lineY(moments(time, relative, width), {
            x: 'time',
            y: 'value',
            stroke: MEANING.model,
            strokeWidth: 1.5,
          }),
        ],
      }),
    }),
  });
}

function resampledFigure({ totalReturn, probabilityOfLoss }: ResampledReturns): Markup {
  return figure({
    title: 'Where they ended',
    caption: `${share(probabilityOfLoss)} of them lost money. Nine in ten ended between ${gain(totalReturn.p05)} and ${gain(totalReturn.p95)}, the middle one at ${gain(totalReturn.p50)}.`,
    legend: [],
    chart: chart({
      label: 'Net returns of resampled accounts',
      size: 'half',
      draw: width => drawDistribution(totalReturn, 0, 'no gain', width),
    }),
  });
}

function orderFigure({ drawdown, ownDrawdown, shareDeeper }: ShuffledTrades): Markup {
  return figure({
    title: 'Drawdowns in other orders',
    caption: `The same trades in ${whole(drawdown.draws)} random orders: half fell by more than ${share(drawdown.p50)}, one in twenty by more than ${share(drawdown.p95)}. The order that happened fell by ${share(ownDrawdown)}, measured trade by trade; ${share(shareDeeper)} fell deeper.`,
    legend: [],
    chart: chart({
      label: 'Largest drawdowns of the same trades in random orders',
      size: 'half',
      draw: width => drawDistribution(drawdown, ownDrawdown, 'as it happened', width),
    }),
  });
}

/** Counts of draws, and a line with a name at one value. */
function drawDistribution(
  { histogram }: Distribution,
  marked: number,
  name: string,
  width: number,
): PlotOptions {
  const { from, to, counts } = histogram;
  const step = (to - from) / counts.length;
  const bins = counts.map((count, at) => ({ from: from + at * step, to: from + (at + 1) * step, count }));
  const low = Math.min(from, marked);
  const high = Math.max(to, marked);
  const isRight = marked - low > (high - low) / 2;
  return {
    height: width > 500 ? 240 : 220,
    marginTop: 30,
    x: { tickFormat: shortPercent, ticks: width > 500 ? 8 : 4 },
    y: { grid: true, ticks: 4 },
    marks: [
      rectY(bins, {
        x1: 'from',
        x2: 'to',
        y: 'count',
        fill: MEANING.benchmark,
        fillOpacity: 0.55,
        inset: 0.5,
      }),
      ruleY([0], { stroke: INK.line }),
      ruleX([marked], { stroke: MEANING.model, strokeWidth: 2 }),
      text([name], {
        x: [marked],
        frameAnchor: 'top',
        dy: -16,
        textAnchor: isRight ? 'end' : 'start',
        fill: MEANING.model,
        fontWeight: 600,
      }),
    ],
  };
}

function ratio3(probability: number): string {
  return probability < 0.001 ? 'under 0.001' : probability.toFixed(3);
}
