import type { Performance } from '../../contracts/performance.ts';
import { day, gain, money, roundMoney, share, whole } from './amounts.ts';
import type { PlayedBacktest } from './played-backtest.ts';

/** Random entries that do as well less often than this are not called chance. */
const SIGNIFICANT = 0.05;

/** What happened, in sentences for people. */
export function summaryOf({
  document,
  performance,
}: Pick<PlayedBacktest, 'document' | 'performance'>): string[] {
  const { quote } = document;
  const { account, buyAndHold, trades } = performance;
  if (performance.fromTime === null) return ['No bar of the range was there to be played.'];
  const period = `from ${day(performance.fromTime)} to ${day(performance.toTime!)}`;
  if (trades.trades === 0) {
    return [
      `Nothing was traded ${period}: the account still holds ${money(performance.finalEquity, quote)}. Buying and holding would have made ${gain(buyAndHold.totalReturn)}.`,
    ];
  }
  return [
    `${money(performance.initialCash, quote)} became ${money(performance.finalEquity, quote)} ${period}: ${gain(account.totalReturn)} after costs, where buying and holding made ${gain(buyAndHold.totalReturn)}. On the way the account fell by up to ${share(account.maxDrawdown)} from its peak.`,
    `It held a position ${share(performance.exposure.share, 0)} of the time in ${whole(trades.trades)} ${trades.trades === 1 ? 'trade' : 'trades'}, of which ${share(trades.hitRate, 0)} gained. ${costSentence(performance, quote)} ${chanceSentence(performance, document.inSample !== null)}`,
  ];
}

function costSentence({ trades, costs }: Performance, quote: string | null): string {
  const made = `Before costs the trades made ${roundMoney(trades.grossPnl, quote)}`;
  if (trades.grossPnl <= 0) return `${made}; costs took ${roundMoney(costs.total, quote)} more.`;
  const part =
    costs.total > trades.grossPnl ? 'more than that' : `${share(costs.shareOfGrossProfit, 0)} of it`;
  return `${made}; costs took ${roundMoney(costs.total, quote)}, ${part}.`;
}

function chanceSentence({ account, randomEntries }: Performance, isInSample: boolean): string {
  if (randomEntries === null) return '';
  const { percentile, pValue } = randomEntries;
  const standing = `Its entries did better than ${share(percentile, 0)} of random ones with the same sides, holding times and costs`;
  const seldom = isInSample
    ? 'no wonder on bars that training has seen'
    : account.totalReturn > 0
      ? 'chance alone seldom does that'
      : 'chance alone seldom does that, and still it lost';
  if (pValue < SIGNIFICANT) return `${standing}: ${seldom}.`;
  return `${standing}: ${pValue > 1 - SIGNIFICANT ? 'chance seldom does that badly' : 'chance explains that'}.`;
}
