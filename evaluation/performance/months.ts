import type { Trade } from '../../contracts/backtest.ts';
import type { MonthFigures } from '../../contracts/performance.ts';
import type { EquityCurve } from './return-figures.ts';

/** Calendar months (UTC) that have bars: what the account gained from the last close before to the last close in it. */
export function monthFigures(curve: EquityCurve, trades: readonly Trade[]): MonthFigures[] {
  const { time, equity } = curve;
  const ended = Map.groupBy(trades, ({ exitTime }) => monthOf(exitTime));
  const months: MonthFigures[] = [];
  let before = curve.initial;
  for (let from = 0; from < time.length; ) {
    const month = monthOf(time[from]);
    const next = Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)));
    let to = from;
    while (to < time.length && time[to] < next) to++;
    const after = equity[to - 1];
    const inMonth = ended.get(month) ?? [];
    months.push({
      month,
      return: before > 0 ? after / before - 1 : null,
      trades: inMonth.length,
      netPnl: inMonth.reduce((sum, { netPnl }) => sum + netPnl, 0),
    });
    before = after;
    from = to;
  }
  return months;
}

function monthOf(time: number): string {
  return new Date(time).toISOString().slice(0, 7);
}
