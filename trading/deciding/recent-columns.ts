import type { Candles } from '../../contracts/candles.ts';
import type { RecentCloses } from '../../contracts/close-decision.ts';
import type { ClosedBar } from '../../contracts/intents.ts';
import type { Policy } from '../../contracts/policy.ts';
import { type Series, TIMEFRAME_MS } from '../../contracts/series.ts';
import type { TradedBars } from './traded-bars.ts';

/** Last bars of an account's symbols, read before a decision that may not wait. */
export interface RecentColumns {
  columns(symbol: string, ...asked: Parameters<ClosedBar['recent']>): Float64Array;
  readonly closes: RecentCloses;
}

/** As many bars of each symbol, up to this close, as its policy may ask for. */
export async function readRecent(
  bars: TradedBars,
  series: readonly Series[],
  policy: Policy,
  closeTime: number,
): Promise<RecentColumns> {
  const wanted = barsWanted(policy);
  const read = await Promise.all(
    series.map(async each => {
      const barMs = TIMEFRAME_MS[each.timeframe];
      return [each.symbol, { barMs, candles: await bars.last(each, wanted, closeTime) }] as const;
    }),
  );
  const known = new Map<string, { barMs: number; candles: Candles }>(read);
  const last = (symbol: string, column: Parameters<ClosedBar['recent']>[0], count: number) => {
    const values = known.get(symbol)?.candles[column] ?? new Float64Array(0);
    return values.slice(Math.max(0, values.length - count));
  };
  return {
    columns: last,
    closes(symbol, count) {
      const found = known.get(symbol);
      if (found === undefined) return { time: [], close: [] };
      const { openTime } = found.candles;
      const time = openTime.slice(Math.max(0, openTime.length - count)).map(open => open + found.barMs);
      return { time, close: last(symbol, 'close', count) };
    },
  };
}

function barsWanted({ sizing, risk }: Policy): number {
  const ofSize = sizing.kind === 'volatility-target' ? sizing.lookbackBars + 1 : 0;
  const ofCorrelation = risk?.correlated ? risk.correlated.bars + 1 : 0;
  return Math.max(1, ofSize, ofCorrelation);
}
