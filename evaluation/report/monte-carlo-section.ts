import { areaY, lineY, ruleY } from '@observablehq/plot';
import type { ResampledReturns, ShuffledTrades } from '../../contracts/performance.ts';
import { chart } from '../plots/chart.ts';
import { type Content, html, type Markup } from '../plots/markup.ts';
import { figure, pair } from '../plots/parts.ts';
import { INK, MEANING } from '../plots/theme.ts';
import { duration, gain, share, whole } from './amounts.ts';
import { drawDistribution } from './distribution-chart.ts';
import type { PlayedBacktest } from './played-backtest.ts';
import { moments, TIME_LINE_TOP } from './time-line.ts';

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
