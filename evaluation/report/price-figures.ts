import { dot, lineY, link, type Markish, rect } from '@observablehq/plot';
import type { BacktestMarket, Trade } from '../../contracts/backtest.ts';
import { barsBefore, type Candles, sliceCandles } from '../../contracts/candles.ts';
import { utc } from '../../contracts/wording.ts';
import { byExit } from '../performance/trade-figures.ts';
import { chart } from '../plots/chart.ts';
import { html, type Markup } from '../plots/markup.ts';
import { figure, type LegendEntry } from '../plots/parts.ts';
import { INK, MEANING } from '../plots/theme.ts';
import { gain, price, whole } from './amounts.ts';
import type { PlayedBacktest } from './played-backtest.ts';
import { moments, seenInTraining, shortMoney, TIME_LINE_TOP } from './time-line.ts';

/** With more trades in a chart, their marks would hide each other. */
const MOST_MARKED = 40;
/** Of more trades, the last ones in detail. */
const DETAILED = 24;
const MOST_SYMBOLS = 8;

const MARKED: readonly LegendEntry[] = [
  { label: 'gained', colour: MEANING.gain, shape: 'line' },
  { label: 'lost, after costs', colour: MEANING.loss, shape: 'line' },
];
const HOW_TO_READ = '▲ enters long, ▼ short, ● leaves; point at one to read the trade.';
const STRIPED: readonly LegendEntry[] = [
  { label: 'held long', colour: MEANING.long, shape: 'area' },
  { label: 'held short', colour: MEANING.short, shape: 'area' },
];

/** Per symbol the price with its trades; where they are many, with the times in which it was held, and the last ones in detail. */
export function priceFigures(played: PlayedBacktest): Markup {
  const { markets } = played.setup;
  const trades = Map.groupBy(byExit(played.result.trades), ({ symbol }) => symbol);
  const shown = markets.filter(({ symbol }) => trades.has(symbol)).slice(0, MOST_SYMBOLS);
  const left = trades.size - shown.length;
  return html`${shown.map(market => figuresOf(played, market, trades.get(market.symbol)!))}${
    left > 0
      ? html`<p class="note">${left} more symbols were traded; all trades stand in trades.parquet.</p>`
      : null
  }${trades.size === 0 ? html`<p>Nothing was traded.</p>` : null}`;
}

function figuresOf(played: PlayedBacktest, market: BacktestMarket, trades: readonly Trade[]): Markup {
  const { fromTime, toTime } = played.setup;
  const { candles, symbol } = market;
  const bars = sliceCandles(candles, barsBefore(candles, fromTime), barsBefore(candles, toTime));
  const unit = `${symbol}, close`;
  if (trades.length <= MOST_MARKED) {
    return figure({
      title: unit,
      caption: HOW_TO_READ,
      legend: MARKED,
      chart: priceChart(played, `Price of ${symbol} with every trade`, bars, () => tradeMarks(trades)),
    });
  }
  const last = trades.slice(-DETAILED);
  const from = Math.min(...last.map(({ entryTime }) => entryTime));
  const recent = sliceCandles(bars, Math.max(0, barsBefore(bars, from) - 5), bars.openTime.length);
  return html`${figure({
    title: unit,
    caption: `${whole(trades.length)} trades; coloured where a position was held.`,
    legend: hasShorts(trades) ? STRIPED : STRIPED.slice(0, 1),
    chart: priceChart(played, `Price of ${symbol} with the times in which it was held`, bars, width =>
      heldMarks(trades, bars, width),
    ),
  })}${figure({
    title: `${symbol}: the last ${DETAILED} trades`,
    caption: HOW_TO_READ,
    legend: MARKED,
    chart: priceChart(played, `Price of ${symbol} with the last ${DETAILED} trades`, recent, () =>
      tradeMarks(last),
    ),
  })}`;
}

function priceChart(
  { document }: PlayedBacktest,
  label: string,
  bars: Candles,
  marks: (width: number) => readonly Markish[],
): Markup {
  const { openTime, close } = bars;
  return chart({
    label,
    size: 'whole',
    draw: width => ({
      height: width > 500 ? 300 : 240,
      marginTop: TIME_LINE_TOP,
      x: { type: 'utc' },
      y: { grid: true, ticks: 5, tickFormat: shortMoney },
      marks: [
        ...seenInTraining(document, openTime[0], openTime.at(-1)!),
        lineY(moments(openTime, close, width), {
          x: 'time',
          y: 'value',
          stroke: INK.muted,
          strokeWidth: 1,
        }),
        ...marks(width),
      ],
    }),
  });
}

function tradeMarks(trades: readonly Trade[]): Markish[] {
  const gained = trades.filter(({ netPnl }) => netPnl > 0);
  const lost = trades.filter(({ netPnl }) => netPnl <= 0);
  const [long, short] = (['LONG', 'SHORT'] as const).map(side => trades.filter(trade => trade.side === side));
  return [
    ways(gained, MEANING.gain),
    ways(lost, MEANING.loss),
    entries(long, 'triangle', 0),
    entries(short, 'triangle', 180),
    ends(gained, MEANING.gain),
    ends(lost, MEANING.loss),
  ];
}

function ways(trades: readonly Trade[], stroke: string): Markish {
  return link(trades, {
    x1: ({ entryTime }: Trade) => new Date(entryTime),
    y1: 'entryPrice',
    x2: ({ exitTime }: Trade) => new Date(exitTime),
    y2: 'exitPrice',
    stroke,
    strokeWidth: 2,
  });
}

function entries(trades: readonly Trade[], symbol: 'triangle', rotate: number): Markish {
  return dot(trades, {
    x: ({ entryTime }: Trade) => new Date(entryTime),
    y: 'entryPrice',
    symbol,
    rotate,
    r: 4,
    fill: INK.ink,
    stroke: INK.paper,
    strokeWidth: 1,
    title: story,
  });
}

function ends(trades: readonly Trade[], fill: string): Markish {
  return dot(trades, {
    x: ({ exitTime }: Trade) => new Date(exitTime),
    y: 'exitPrice',
    r: 3,
    fill,
    stroke: INK.paper,
    strokeWidth: 1,
    title: story,
  });
}

function story({ side, entryTime, entryPrice, exitTime, exitPrice, exitReason, netReturn }: Trade): string {
  return `${side} ${gain(netReturn, 2)} after costs\nin ${utc(entryTime)} at ${price(entryPrice)}\nout ${utc(exitTime)} at ${price(exitPrice)} (${exitReason})`;
}

/** Bands over the whole height where a position was held, as wide as pixels can show: at most one per two pixels. */
function heldMarks(trades: readonly Trade[], bars: Candles, width: number): Markish[] {
  const first = bars.openTime[0];
  const span = bars.openTime.at(-1)! - first || 1;
  const columns = Math.ceil(width / 2);
  const column = (time: number) => Math.floor(((time - first) / span) * (columns - 1));
  return (['LONG', 'SHORT'] as const).map(side => {
    const held = new Uint8Array(columns);
    for (const trade of trades)
      if (trade.side === side) held.fill(1, column(trade.entryTime), column(trade.exitTime) + 1);
    const stretches = stretchesOf(held);
    const timeOf = (at: number) => new Date(first + (at / columns) * span);
    return rect(stretches, {
      x1: ([from]: [number, number]) => timeOf(from),
      x2: ([, to]: [number, number]) => timeOf(to),
      fill: side === 'LONG' ? MEANING.long : MEANING.short,
      fillOpacity: 0.16,
    });
  });
}

function stretchesOf(held: Uint8Array): [number, number][] {
  const stretches: [number, number][] = [];
  for (let at = 0; at < held.length; at++) {
    if (held[at] === 0) continue;
    const from = at;
    while (at < held.length && held[at] === 1) at++;
    stretches.push([from, at]);
  }
  return stretches;
}

function hasShorts(trades: readonly Trade[]): boolean {
  return trades.some(({ side }) => side === 'SHORT');
}
