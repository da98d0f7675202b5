import { barX, type PlotOptions, ruleX, text } from '@observablehq/plot';
import { chart } from '../plots/chart.ts';
import { type Content, html } from '../plots/markup.ts';
import { type Column, dataTable, figure } from '../plots/parts.ts';
import { INK, MEANING } from '../plots/theme.ts';
import { fixed, money, ratio, roundMoney, share } from './amounts.ts';
import type { PlayedBacktest } from './played-backtest.ts';
import { shortMoney } from './time-line.ts';

const KINDS = { fees: 'Fees', spread: 'Spread', slippage: 'Slippage', funding: 'Funding' } as const;

/** A step from what the trades made before costs to what was left. */
interface Step {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly says: string;
}

/** What the trades made before costs, what each kind of cost took of it, and what was left. */
export function costSection(played: PlayedBacktest): Content {
  const { performance, document } = played;
  const { costs, turnover, trades } = performance;
  if (trades.trades === 0) return html`<p>Nothing was traded, so nothing was paid.</p>`;
  return [
    figure({
      title: `From the market’s result to the account’s${document.quote === null ? '' : `, in ${document.quote}`}`,
      caption: null,
      legend: [],
      chart: chart({
        label: 'Result before costs, each kind of cost, and result after costs',
        size: 'whole',
        draw: width => drawSteps(stepsOf(played), width),
      }),
    }),
    dataTable('Costs', COLUMNS, [
      ...Object.entries(KINDS).map(([kind, name]) =>
        costRow(name, costs[kind as keyof typeof KINDS], played),
      ),
      costRow('All costs', costs.total, played),
    ]),
    html`<p>${roundMoney(turnover.notional, document.quote)} changed hands${
      turnover.perYear === null ? '' : `: the average equity ${ratio(turnover.perYear)} times a year`
    }.</p>`,
  ];
}

const COLUMNS: readonly Column[] = [
  { title: '', kind: 'kept' },
  { title: 'Paid', kind: 'right' },
  { title: 'of the initial cash', kind: 'right' },
  { title: 'of the turnover', kind: 'right' },
];

function costRow(name: string, paid: number, { performance, document }: PlayedBacktest): readonly string[] {
  const { turnover, initialCash } = performance;
  return [
    name,
    money(paid, document.quote),
    share(paid / initialCash),
    turnover.notional > 0 ? `${fixed((paid / turnover.notional) * 10_000, 1)} bp` : '–',
  ];
}

function stepsOf({ performance }: PlayedBacktest): Step[] {
  const { costs, trades } = performance;
  const steps: Step[] = [stepOf('Before costs', 0, trades.grossPnl)];
  let left = trades.grossPnl;
  for (const [kind, name] of Object.entries(KINDS)) {
    const paid = costs[kind as keyof typeof KINDS];
    if (paid === 0) continue;
    steps.push({ name, from: left, to: left - paid, says: roundMoney(-paid, null) });
    left -= paid;
  }
  return [...steps, stepOf('After costs', 0, left)];
}

function stepOf(name: string, from: number, to: number): Step {
  return { name, from, to, says: roundMoney(to, null) };
}

function drawSteps(steps: readonly Step[], width: number): PlotOptions {
  const [before, after] = [steps[0], steps.at(-1)!];
  const between = steps.slice(1, -1);
  const paid = between.filter(({ from, to }) => to < from);
  const received = between.filter(({ from, to }) => to >= from);
  const ends = steps.flatMap(({ from, to }) => [from, to]);
  const span = Math.max(...ends) - Math.min(...ends) || 1;
  const bars = (group: readonly Step[], fill: string) =>
    barX(group, { x1: 'from', x2: 'to', y: 'name', fill, inset: 3 });
  return {
    height: 44 + 34 * steps.length,
    marginLeft: 96,
    x: {
      grid: true,
      ticks: width > 500 ? 6 : 4,
      tickFormat: shortMoney,
      // Room for the numbers beside the bars.
      domain: [Math.min(...ends), Math.max(...ends) + (width > 500 ? 0.1 : 0.24) * span],
    },
    y: { domain: steps.map(({ name }) => name) },
    marks: [
      bars([before], MEANING.benchmark),
      bars(paid, MEANING.loss),
      bars(received, MEANING.gain),
      bars([after], after.to >= 0 ? MEANING.gain : MEANING.loss),
      ruleX([0], { stroke: INK.ink }),
      text(steps, {
        x: ({ from, to }: Step) => Math.max(from, to),
        y: 'name',
        text: 'says',
        textAnchor: 'start',
        dx: 6,
        fill: INK.ink,
      }),
    ],
  };
}
