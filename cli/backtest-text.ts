import type { BacktestReport, PlayedMarket } from '../contracts/backtest-document.ts';
import type { Performance } from '../contracts/performance.ts';
import { joined, utc } from '../contracts/wording.ts';
import { duration, fixed, gain, money, ratio, share, whole } from '../evaluation/report/amounts.ts';
import { isYearly } from '../evaluation/report/benchmark-section.ts';
import type { Paint } from './output.ts';
import { renderTable } from './table.ts';

/** A line of the table that sets the account beside its benchmarks; empty cells where one has no such figure. */
interface Line {
  readonly name: string;
  readonly account: string;
  readonly held?: string;
  readonly random?: string;
}

/**
 * A backtest for the terminal: what was played, the account beside buy-and-hold and random entries, where the money went, and
 * what to know when reading it.
 * @param report path of the written page
 */
export function renderBacktest(backtest: BacktestReport, report: string, paint: Paint): string {
  const { inSample, notes, performance } = backtest;
  return [
    ...(inSample
      ? [
          paint.red(
            `IN SAMPLE, ${whole(inSample.seenBars)} of ${whole(inSample.bars)} bars. ${inSample.warning}`,
          ),
          '',
        ]
      : []),
    ...played(backtest, paint),
    '',
    renderTable(figures(performance), [
      { title: '', cell: line => line.name },
      { title: 'account', align: 'right', cell: line => line.account },
      { title: 'buy and hold', align: 'right', cell: line => line.held },
      { title: 'random entries', align: 'right', cell: line => line.random },
    ]),
    '',
    ...moneyLines(backtest),
    ...chance(performance),
    ...(notes.length > 0 ? ['', paint.bold('To know')] : []),
    ...notes.map(note => `- ${note}`),
    '',
    `Report: ${report}`,
  ].join('\n');
}

function played({ markets, policy, strategy, ...document }: BacktestReport, paint: Paint): string[] {
  const { fromTime, toTime, timeframe, quote, initialCash, performance } = document;
  const mark = document.inSample ? `, ${paint.red('IN SAMPLE')}` : '';
  const by = strategy
    ? `strategy ${strategy.file} (sha256 ${strategy.sha256.slice(0, 12)}…, audited: ${strategy.audit.cuts} cuts, ${whole(strategy.audit.repeated)} decisions repeated), policy ${policy.name}`
    : `policy ${policy.name}`;
  return [
    ...markets.map(market => `${paint.bold(market.series)}  ${modelOf(market)}; ${signalsOf(market)}`),
    `${utc(fromTime)} to ${utc(toTime)}, ${performance.bars === 1 ? '1 bar' : `${whole(performance.bars)} bars`} of ${timeframe}, ${money(initialCash, quote)}; ${by}${mark}`,
  ];
}

function modelOf({ model }: PlayedMarket): string {
  if (model === null) return 'no model';
  const name = model.version === null ? `package ${model.packageId.slice(0, 12)}…` : `v${model.version}`;
  const facts = [
    model.recipe,
    ...(model.champion ? ['champion'] : []),
    ...(model.imported ? ['imported'] : []),
  ];
  return `${name} (${facts.join(', ')}), trained through ${utc(model.trainedThroughTime)}`;
}

function signalsOf({ signals }: PlayedMarket): string {
  return `signals ${whole(signals.long)} LONG, ${whole(signals.short)} SHORT, ${whole(signals.noTrade)} NO_TRADE`;
}

function figures(performance: Performance): Line[] {
  const { account, buyAndHold: held, randomEntries, trades, exposure, drawdown, timeframe } = performance;
  const yearly = isYearly(performance);
  return [
    {
      name: 'return',
      account: gain(account.totalReturn),
      held: gain(held.totalReturn),
      ...(randomEntries && { random: `${gain(randomEntries.totalReturn.p50)} (median)` }),
    },
    ...(yearly ? [{ name: 'return per year', account: gain(account.cagr), held: gain(held.cagr) }] : []),
    { name: 'volatility per year', account: share(account.volatility), held: share(held.volatility) },
    { name: 'Sharpe', account: ratio(account.sharpe), held: ratio(held.sharpe) },
    { name: 'Sortino', account: ratio(account.sortino), held: ratio(held.sortino) },
    ...(yearly ? [{ name: 'Calmar', account: ratio(account.calmar), held: ratio(held.calmar) }] : []),
    { name: 'largest drawdown', account: share(account.maxDrawdown), held: share(held.maxDrawdown) },
    { name: 'longest under a peak', account: duration(drawdown.longestBars, timeframe) },
    { name: 'in the market', account: share(exposure.share) },
    { name: 'trades', account: whole(trades.trades) },
    { name: 'gained', account: share(trades.hitRate) },
    { name: 'profit factor', account: ratio(trades.profitFactor) },
    { name: 'mean net return', account: gain(trades.meanNetReturn, 3) },
    { name: 'mean holding time', account: duration(trades.meanBarsHeld, timeframe) },
  ];
}

/** Where the money came from and went. */
function moneyLines({ performance, quote }: BacktestReport): string[] {
  const { costs, trades, turnover, bySide, bySymbol, byExitReason, refused } = performance;
  const parts = (['fees', 'spread', 'slippage', 'funding'] as const).filter(name => costs[name] !== 0);
  const groups = (list: readonly { readonly key: string; readonly trades: number }[]) =>
    joined(list.map(({ key, trades: count }) => `${whole(count)} ${key}`));
  const nothing = Object.entries({
    'too small': refused.tooSmall,
    'no funds': refused.noFunds,
    lapsed: refused.lapsed,
    'no levels': refused.noLevels,
  }).filter(([, count]) => count > 0);
  const blocked = Object.entries(performance.blocked ?? {});
  return [
    `Before costs ${money(trades.grossPnl, quote)}, costs ${money(costs.total, quote)}${parts.length > 0 ? ` (${joined(parts.map(name => `${name} ${money(costs[name], quote)}`))})` : ''}, after costs ${money(trades.netPnl, quote)}; turnover ${money(turnover.notional, quote)}`,
    ...(trades.trades === 0
      ? ['No trade.']
      : [
          `Trades by side: ${groups(bySide)}; left by: ${groups(byExitReason)}${bySymbol.length > 1 ? `; by symbol: ${groups(bySymbol)}` : ''}`,
        ]),
    ...(nothing.length > 0
      ? [`Orders that came to nothing: ${joined(nothing.map(([why, count]) => `${whole(count)} ${why}`))}`]
      : []),
    ...(blocked.length > 0
      ? [`Entries kept back by rules: ${joined(blocked.map(([rule, count]) => `${whole(count)} ${rule}`))}`]
      : []),
  ];
}

/** How much of it luck explains, and what else might have come of it. */
function chance({ randomEntries, monteCarlo, account }: Performance): string[] {
  const { tradeOrder, resampledReturns } = monteCarlo;
  return [
    ...(randomEntries
      ? [
          `Against random entries of the same sides, holding times and costs: better than ${share(randomEntries.percentile, 0)} of ${whole(randomEntries.totalReturn.draws)} (p ${fixed(randomEntries.pValue, 3)})`,
        ]
      : []),
    ...(tradeOrder
      ? [
          `The trades in another order: drawdown ${share(tradeOrder.drawdown.p50)} in the middle, ${share(tradeOrder.drawdown.p95)} in the worst twentieth`,
        ]
      : []),
    ...(resampledReturns
      ? [
          `Returns drawn anew: ${gain(resampledReturns.totalReturn.p05)} to ${gain(resampledReturns.totalReturn.p95)} in nine of ten, a loss in ${share(resampledReturns.probabilityOfLoss, 0)}`,
        ]
      : []),
    ...(account.probabilisticSharpe === null
      ? []
      : [`Probability that the true Sharpe ratio is above 0: ${share(account.probabilisticSharpe, 0)}`]),
  ];
}
