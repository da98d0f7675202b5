import { ruleX } from '@observablehq/plot';
import type { Trade } from '../../contracts/backtest.ts';
import type { TradeFigures, TradeGroup } from '../../contracts/performance.ts';
import { utc } from '../../contracts/wording.ts';
import { chart } from '../plots/chart.ts';
import { type Content, html, type Markup } from '../plots/markup.ts';
import { type Column, dataTable, figure, pair } from '../plots/parts.ts';
import { INK, MEANING } from '../plots/theme.ts';
import { duration, gain, money, price, ratio, share, whole } from './amounts.ts';
import { binsOf, histogramMarks } from './histogram.ts';
import type { PlayedBacktest } from './played-backtest.ts';
import { count, shortPercent } from './time-line.ts';

const EXTREMES = 5;

/** How the trades were distributed, by what they differed, and the largest of them. */
export function tradeSection(played: PlayedBacktest): Content {
  const { performance, result } = played;
  const { trades } = result;
  if (trades.length === 0) return html`<p>No position was opened.</p>`;
  return [
    pair(returnFigure(trades), holdingFigure(trades)),
    html`<div style="max-width: 560px">${figureTable(played)}</div>`,
    html`<h3>By side, symbol and exit</h3>`,
    groupTable(played, 'By side, symbol and exit', [
      ...named('Side', performance.bySide),
      ...(performance.bySymbol.length > 1 ? named('Symbol', performance.bySymbol) : []),
      ...named('Left by', performance.byExitReason),
    ]),
    html`<h3>Largest gains and losses</h3>`,
    extremes(played),
  ];
}

function returnFigure(trades: readonly Trade[]): Markup {
  const returns = Float64Array.from(trades, ({ netReturn }) => netReturn);
  return figure({
    title: 'Returns of trades',
    caption: 'After costs, on what was put in; the outermost bars hold what lies beyond.',
    legend: [
      { label: 'gained', colour: MEANING.gain, shape: 'area' },
      { label: 'lost', colour: MEANING.loss, shape: 'area' },
    ],
    chart: chart({
      label: 'How many trades returned how much after costs',
      size: 'half',
      draw: () => ({
        height: 220,
        x: { tickFormat: shortPercent, ticks: 5 },
        y: { grid: true, ticks: 4, tickFormat: count },
        marks: [
          ...histogramMarks(binsOf(returns), ({ to }) => (to > 0 ? MEANING.gain : MEANING.loss)),
          ruleX([0], { stroke: INK.ink }),
        ],
      }),
    }),
  });
}

function holdingFigure(trades: readonly Trade[]): Markup {
  const bins = binsOf(
    Float64Array.from(trades, ({ barsHeld }) => barsHeld),
    1,
  );
  return figure({
    title: 'Holding times',
    caption: 'In bars, the entry’s included.',
    legend: [{ label: 'trades', colour: MEANING.model, shape: 'area' }],
    chart: chart({
      label: 'How many trades were held for how many bars',
      size: 'half',
      draw: () => ({
        height: 220,
        x: { ticks: 5, domain: [0, Math.max(...bins.map(({ to }) => to))] },
        y: { grid: true, ticks: 4, tickFormat: count },
        marks: histogramMarks(bins, () => MEANING.model),
      }),
    }),
  });
}

const FIGURES: readonly Column[] = [
  { title: 'Of all trades', kind: 'text' },
  { title: '', kind: 'right' },
];

function figureTable({ performance, document }: PlayedBacktest): Markup {
  const { trades, timeframe } = performance;
  return dataTable('Figures of all trades', FIGURES, [
    ['Trades, of them gained', `${whole(trades.trades)}, ${share(trades.hitRate)}`],
    ['Profit factor', ratio(trades.profitFactor)],
    [
      'Expectancy of a trade',
      `${money(trades.expectancy, document.quote)}, ${gain(trades.meanNetReturn, 3)}`,
    ],
    ['Before costs', gain(trades.meanGrossReturn, 3)],
    ['Median', gain(trades.medianNetReturn, 3)],
    ['Mean gain, mean loss', `${gain(trades.meanWin, 2)}, ${gain(trades.meanLoss, 2)}`],
    ['Best, worst', `${gain(trades.best, 2)}, ${gain(trades.worst, 2)}`],
    [
      'Held on average, median, at most',
      [trades.meanBarsHeld, trades.medianBarsHeld, trades.maxBarsHeld]
        .map(bars => duration(bars, timeframe))
        .join(', '),
    ],
    ['Most in a row without gain', whole(trades.longestLosingRun)],
  ]);
}

const GROUPS: readonly Column[] = [
  { title: '', kind: 'kept' },
  { title: 'Trades', kind: 'right' },
  { title: 'Gained', kind: 'right' },
  { title: 'Profit factor', kind: 'right' },
  { title: 'Mean net', kind: 'right' },
  { title: 'Mean gross', kind: 'right' },
  { title: 'Held', kind: 'right' },
  { title: 'Net result', kind: 'right' },
];

type NamedFigures = readonly [name: string, TradeFigures];

function named(title: string, groups: readonly TradeGroup<string>[]): NamedFigures[] {
  return groups.map(group => [`${title} ${group.key}`, group]);
}

function groupTable(
  { document, performance }: PlayedBacktest,
  label: string,
  groups: readonly NamedFigures[],
): Markup {
  const rows = groups.map(([name, figures]) => [
    name,
    whole(figures.trades),
    share(figures.hitRate),
    ratio(figures.profitFactor),
    gain(figures.meanNetReturn, 2),
    gain(figures.meanGrossReturn, 2),
    duration(figures.meanBarsHeld, performance.timeframe),
    money(figures.netPnl, document.quote),
  ]);
  return dataTable(label, GROUPS, rows);
}

const TRADES: readonly Column[] = [
  { title: 'Net', kind: 'right' },
  { title: 'Side', kind: 'kept' },
  { title: 'In', kind: 'kept' },
  { title: 'at', kind: 'right' },
  { title: 'Out', kind: 'kept' },
  { title: 'at', kind: 'right' },
  { title: 'Left by', kind: 'kept' },
];

function extremes({ result, setup }: PlayedBacktest): Markup {
  const sorted = result.trades.toSorted((a, b) => b.netReturn - a.netReturn || a.entryTime - b.entryTime);
  const shown =
    sorted.length <= 2 * EXTREMES ? sorted : [...sorted.slice(0, EXTREMES), ...sorted.slice(-EXTREMES)];
  const isOne = setup.markets.length === 1;
  return dataTable(
    'Largest gains and losses',
    TRADES,
    shown.map(trade => [
      html`<span class="${trade.netPnl > 0 ? 'gain' : 'loss'}">${gain(trade.netReturn, 2)}</span>`,
      isOne ? trade.side : `${trade.side} ${trade.symbol}`,
      utc(trade.entryTime),
      price(trade.entryPrice),
      utc(trade.exitTime),
      price(trade.exitPrice),
      trade.exitReason,
    ]),
  );
}
