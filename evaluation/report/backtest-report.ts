import type { Performance } from '../../contracts/performance.ts';
import { buyAndHoldEquity } from '../performance/buy-and-hold.ts';
import { type Content, html } from '../plots/markup.ts';
import { page } from '../plots/page.ts';
import { type KeyFigure, keyFigures, notice } from '../plots/parts.ts';
import { duration, gain, ratio, roundMoney, share, whole } from './amounts.ts';
import { assumptionSection } from './assumptions.ts';
import { benchmarkSection, isYearly } from './benchmark-section.ts';
import { costSection } from './cost-section.ts';
import { equityFigures } from './equity-figures.ts';
import { monteCarloSection } from './monte-carlo-section.ts';
import { monthTable } from './month-table.ts';
import type { PlayedBacktest } from './played-backtest.ts';
import { priceFigures } from './price-figures.ts';
import { summaryOf } from './summary.ts';
import { tradeSection } from './trade-section.ts';

/** `report.html`: a whole page in one file. Same backtest, same bytes. */
export function renderBacktestReport(played: PlayedBacktest): string {
  const { document, result, setup } = played;
  const hasBars = result.time.length > 0;
  return page({
    title: titleOf(played),
    kind: document.inSample === null ? 'Backtest' : 'Backtest · IN-SAMPLE',
    lead: [
      warnings(played),
      summaryOf(played).map(text => html`<p>${text}</p>`),
      keyFigures(headline(played)),
      notes(played),
    ],
    sections: hasBars
      ? [
          { title: 'Equity', content: equityFigures(played, buyAndHoldEquity(setup, result.time)) },
          { title: 'Trades on the price', content: priceFigures(played) },
          { title: 'Months', content: monthTable(played.performance.months) },
          { title: 'Trades', content: tradeSection(played) },
          { title: 'Costs', content: costSection(played) },
          { title: 'Benchmarks', content: benchmarkSection(played) },
          { title: 'Monte Carlo', content: monteCarloSection(played) },
          { title: 'What was assumed', content: assumptionSection(played) },
        ]
      : [{ title: 'What was assumed', content: assumptionSection(played) }],
    footer: html`<p>Backtest ${document.id.slice(0, 16)} · Alphaloom ${document.alphaloom} · times are UTC · figures in backtest.json, rows in trades.parquet, equity.parquet and bars.parquet</p>`,
  });
}

function titleOf({ document }: PlayedBacktest): string {
  const symbols = document.markets.map(({ symbol }) => symbol);
  const named =
    symbols.length > 4
      ? `${symbols.slice(0, 3).join(', ')} and ${symbols.length - 3} more`
      : symbols.join(', ');
  return `${named} ${document.timeframe} · ${document.strategy?.file ?? document.policy.name}`;
}

/** What must not be missed. */
function warnings({ document }: PlayedBacktest): Content {
  const { inSample, markets } = document;
  const generated = markets.filter(({ synthetic }) => synthetic).length;
  return [
    inSample === null
      ? null
      : notice(
          'alarm',
          html`<p style="font-size: 20px; margin-bottom: 4px"><strong>IN-SAMPLE</strong></p><p>${inSample.warning} ${share(inSample.seenBars / inSample.bars)} of the played bars (${whole(inSample.seenBars)} of ${whole(inSample.bars)}) were seen.</p>`,
        ),
    generated === 0
      ? null
      : notice(
          'alarm',
          html`<p><strong>Generated bars.</strong> They were drawn, not recorded: nothing here says anything of a market.</p>`,
        ),
  ];
}

function headline({ document, performance }: PlayedBacktest): KeyFigure[] {
  const { account, buyAndHold, drawdown, trades, costs, timeframe } = performance;
  return [
    {
      label: document.inSample === null ? 'Net return' : 'In-sample return',
      value: gain(account.totalReturn),
      note: periodNote(performance),
      tone: account.totalReturn >= 0 ? 'gain' : 'loss',
    },
    {
      label: 'Bought and held',
      value: gain(buyAndHold.totalReturn),
      note: `fell by ${share(buyAndHold.maxDrawdown)}`,
    },
    {
      label: 'Largest drawdown',
      value: share(account.maxDrawdown),
      note: `longest ${duration(drawdown.longestBars, timeframe)}`,
    },
    { label: 'Sharpe ratio', value: ratio(account.sharpe), note: `Sortino ${ratio(account.sortino)}` },
    { label: 'Trades', value: whole(trades.trades), note: `profit factor ${ratio(trades.profitFactor)}` },
    {
      label: document.quote === null ? 'Costs' : `Costs in ${document.quote}`,
      value: roundMoney(costs.total, null),
      note: `${share(costs.total / performance.initialCash)} of the cash`,
    },
  ];
}

function periodNote(performance: Performance): string {
  const { account, bars, timeframe } = performance;
  return isYearly(performance) ? `${gain(account.cagr)} a year` : `in ${duration(bars, timeframe)}`;
}

function notes({ document }: PlayedBacktest): Content {
  if (document.notes.length === 0) return null;
  return notice('plain', html`<ul>${document.notes.map(text => html`<li>${text}</li>`)}</ul>`);
}
