import type { Performance, RandomEntries, ReturnFigures } from '../../contracts/performance.ts';
import { TIMEFRAME_MS } from '../../contracts/series.ts';
import { chart } from '../plots/chart.ts';
import { type Content, html, type Markup } from '../plots/markup.ts';
import { type Column, dataTable, figure } from '../plots/parts.ts';
import { MEANING } from '../plots/theme.ts';
import { gain, ratio, share, whole } from './amounts.ts';
import { drawDistribution } from './distribution-chart.ts';
import type { PlayedBacktest } from './played-backtest.ts';

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

const LEAST_YEARLY_MS = 60 * 86_400_000;

/** What was made in some weeks says nothing of a year. */
export function isYearly({ bars, timeframe }: Performance): boolean {
  return bars * TIMEFRAME_MS[timeframe] >= LEAST_YEARLY_MS;
}

/** The account beside buying and holding, and beside the same trades entered at random. */
export function benchmarkSection({ performance }: PlayedBacktest): Content {
  const row = isYearly(performance) ? figureRow : shortFigureRow;
  const { account, buyAndHold, randomEntries } = performance;
  return [
    dataTable('This backtest beside buying and holding', FIGURES, [
      row('This backtest', account),
      row('Bought and held', buyAndHold),
    ]),
    html`<p class="note">Volatility and ratios are a year’s (365 days), without a riskless rate${account.probabilisticSharpe === null ? '' : `; the probability that the true Sharpe ratio is above 0 is ${share(account.probabilisticSharpe)}`}. Buying and holding pays its costs too.</p>`,
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

function shortFigureRow(name: string, figures: ReturnFigures): readonly string[] {
  return figureRow(name, { ...figures, cagr: null, calmar: null });
}

function randomFigure({ totalReturn, ownReturn, percentile, pValue }: RandomEntries): Markup {
  return figure({
    title: 'The same trades at random times',
    caption: `${whole(totalReturn.draws)} times every trade was put at a random place, with its side, holding time, size and costs; returns of trades are compounded one after the other. This backtest did better than ${share(percentile)} of them; random entries do as well with a probability of ${ratio3(pValue)}.`,
    legend: [{ label: 'random entries', colour: MEANING.benchmark, shape: 'area' }],
    chart: chart({
      label: 'Net returns of random entries, and of this backtest',
      size: 'whole',
      draw: width => drawDistribution(totalReturn, ownReturn, gain(ownReturn), width),
    }),
  });
}

function ratio3(probability: number): string {
  return probability < 0.001 ? 'under 0.001' : probability.toFixed(3);
}
