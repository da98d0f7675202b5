import { TIMEFRAME_MS } from '../../contracts/series.ts';
import type { AccountClose, TradedSymbol } from '../../contracts/trading.ts';

/**
 * The close that an account works on next. One that is due comes first, the earliest of each symbol's newest: those before
 * it were missed for good. Else the next one to come.
 * @param lastCloseTime last one worked on, epoch ms; null: none yet, then nothing that closed before is due
 * @param now the venue's clock
 */
export function nextClose(
  account: string,
  symbols: readonly TradedSymbol[],
  lastCloseTime: number | null,
  now: number,
): AccountClose {
  const newest = symbols.map(({ timeframe }) => newestClose(timeframe, now));
  const due = newest.filter((time, at) => isDue(symbols[at], time, lastCloseTime, now));
  if (due.length > 0) {
    const closeTime = Math.min(...due);
    return closeOf(
      account,
      closeTime,
      symbols.filter((_, at) => newest[at] === closeTime),
    );
  }
  const coming = symbols.map(({ timeframe }, at) => newest[at] + TIMEFRAME_MS[timeframe]);
  const closeTime = Math.min(...coming);
  return closeOf(
    account,
    closeTime,
    symbols.filter((_, at) => coming[at] === closeTime),
  );
}

/** A close with its deadline: half the shortest bar after it, 900 ms of seconds. */
export function closeOf(account: string, closeTime: number, symbols: readonly TradedSymbol[]): AccountClose {
  const shortest = Math.min(...symbols.map(({ timeframe }) => workMs(timeframe)));
  return { account, closeTime, symbols, deadline: closeTime + shortest };
}

/** How long a bar's close is worth an entry. */
export function workMs(timeframe: TradedSymbol['timeframe']): number {
  return timeframe === '1s' ? SECONDS_WORK_MS : TIMEFRAME_MS[timeframe] / 2;
}

const SECONDS_WORK_MS = 900;

function newestClose(timeframe: TradedSymbol['timeframe'], now: number): number {
  return Math.floor(now / TIMEFRAME_MS[timeframe]) * TIMEFRAME_MS[timeframe];
}

/** Who never worked on a close holds nothing that an old one could ask for. */
function isDue({ timeframe }: TradedSymbol, closeTime: number, last: number | null, now: number): boolean {
  return last === null ? now <= closeTime + workMs(timeframe) : closeTime > last;
}
