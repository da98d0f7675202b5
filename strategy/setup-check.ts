import type { BacktestMarket, BacktestSetup, TradingRules } from '../contracts/backtest.ts';
import type { Candles } from '../contracts/candles.ts';
import { costsSchema } from '../contracts/costs.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { describeIssues } from '../contracts/issues.ts';
import { type Policy, policySchema } from '../contracts/policy.ts';
import type { MarketKind } from '../contracts/series.ts';
import { decidesAsWhole } from './decide-close.ts';
import type { MarketFeed } from './symbol-book.ts';

/** A sale pays a price above 0: what moves it against the trader stays under this. */
const WHOLE_BPS = 10_000;

/**
 * Refuses what can't be played, before a bar is.
 * @throws AlphaloomError POLICY_INVALID, BACKTEST_INVALID saying what was wrong and what is allowed
 */
export function checkTerms({
  markets,
  policy,
  costs,
  initialCash,
}: Omit<BacktestSetup, 'fromTime' | 'toTime'>): void {
  const parsedPolicy = policySchema.safeParse(policy);
  if (!parsedPolicy.success) {
    throw new AlphaloomError(
      'POLICY_INVALID',
      `The policy can’t be followed: ${describeIssues(parsedPolicy.error, policy, policySchema)}.`,
    );
  }
  const parsedCosts = costsSchema.safeParse(costs);
  if (!parsedCosts.success)
    throw invalid(`its costs make no sense: ${describeIssues(parsedCosts.error, costs, costsSchema)}`);
  const moved = costs.halfSpreadBps + costs.slippageBps + (costs.impactBps ?? 0);
  if (moved >= WHOLE_BPS)
    throw invalid(
      `half spread, slippage and impact together are ${moved} bp; less than ${WHOLE_BPS} is allowed`,
    );
  if (!(initialCash > 0 && Number.isFinite(initialCash)))
    throw invalid(`its purse is ${initialCash}; a finite amount above 0 is needed`);
  if (markets.length === 0) throw invalid('it has no market; name at least one symbol');
  const [{ kind, barMs }] = markets;
  checkLeverage(policy, kind);
  if (countsInTime(policy)) checkBarTime(markets, barMs);
  const seen = new Set<string>();
  for (const market of markets) {
    if (market.kind !== kind)
      throw invalid(
        `${markets[0].symbol} is a ${kind} and ${market.symbol} a ${market.kind} market; one purse holds one kind`,
      );
    if (seen.has(market.symbol)) throw invalid(`${market.symbol} is there twice`);
    seen.add(market.symbol);
    checkMarket(market);
  }
}

/** @throws AlphaloomError POLICY_INVALID where spot would be traded on credit */
export function checkLeverage({ name, maxLeverage }: Policy, kind: MarketKind): void {
  if (kind === 'swap' || maxLeverage <= 1) return;
  throw new AlphaloomError(
    'POLICY_INVALID',
    `The policy ${name} has maxLeverage ${maxLeverage}; on spot at most 1 is allowed. Lower it, or trade swaps.`,
  );
}

/** Whether a rule or a size of the policy asks how long a bar lasts. */
export function countsInTime(policy: Policy): boolean {
  return decidesAsWhole(policy) || policy.sizing.kind === 'volatility-target';
}

function checkBarTime(markets: readonly BacktestMarket[], barMs: number | undefined): void {
  if (barMs === undefined || !(barMs > 0))
    throw invalid(
      `its policy counts in time, and the bars of ${markets[0].symbol} have the duration ${barMs}`,
    );
  const other = markets.find(market => market.barMs !== barMs);
  if (other !== undefined)
    throw invalid(
      `its policy counts in time; bars of ${markets[0].symbol} last ${barMs} ms and of ${other.symbol} ${other.barMs}, and one duration is needed`,
    );
}

/** @throws AlphaloomError BACKTEST_INVALID naming symbol, bar and value where a bar to be played is none */
export function checkBars(symbol: string, { candles, from, to, firstBar }: MarketFeed): void {
  const bad = firstBadBar(candles, from, to);
  if (bad === null) return;
  const bar = Object.fromEntries(BAR_COLUMNS.map(column => [column, candles[column][bad]]));
  const values = BAR_COLUMNS.map(column => `${column} ${candles[column][bad]}`).join(', ');
  throw new AlphaloomError(
    'BACKTEST_INVALID',
    `The bar ${firstBar + bad} of ${symbol} is none: ${values}. Prices are finite and above 0, low ≤ open and close ≤ high, the volume is 0 or more, times ascend; run candles check.`,
    { symbol, bar: firstBar + bad, ...bar },
  );
}

const BAR_COLUMNS = ['openTime', 'open', 'high', 'low', 'close', 'volume'] as const;

function firstBadBar(
  { openTime, open, high, low, close, volume }: Candles,
  from: number,
  to: number,
): number | null {
  let before = from > 0 ? openTime[from - 1] : Number.NEGATIVE_INFINITY;
  for (let row = from; row < to; row++) {
    const top = high[row];
    const bottom = low[row];
    const isBar =
      bottom > 0 &&
      bottom <= open[row] &&
      bottom <= close[row] &&
      top >= open[row] &&
      top >= close[row] &&
      top < Number.POSITIVE_INFINITY &&
      volume[row] >= 0 &&
      openTime[row] > before;
    if (!isBar) return row;
    before = openTime[row];
  }
  return null;
}

function checkMarket({ symbol, kind, candles, signals, rules, funding }: BacktestMarket): void {
  const bars = candles.openTime.length;
  const { direction, confidence, volatility } = signals;
  for (const [name, column] of Object.entries({ direction, confidence, volatility })) {
    if (column !== undefined && column.length !== bars)
      throw invalid(
        `${symbol} has ${bars} bars and ${column.length} values of ${name}; one per bar is needed`,
      );
  }
  for (const [name, value] of Object.entries(rules ?? {}) as [keyof TradingRules, number | null][]) {
    if (value !== null && !(value > 0 && Number.isFinite(value)))
      throw invalid(`${symbol} has the ${name} ${value}; a number above 0, or null for none, is needed`);
  }
  if (funding === null) return;
  if (kind === 'spot') throw invalid(`${symbol} is a spot market, which pays no funding; give none`);
  const { time, rate } = funding;
  if (time.length !== rate.length)
    throw invalid(`${symbol} has ${time.length} times and ${rate.length} rates of funding`);
  const bad = time.findIndex((at, i) => !Number.isFinite(rate[i]) || !(i === 0 || at > time[i - 1]));
  if (bad >= 0)
    throw invalid(
      `${symbol} has the funding rate ${rate[bad]} at time ${time[bad]} in row ${bad}; finite rates at ascending times are needed`,
    );
}

function invalid(why: string): AlphaloomError {
  return new AlphaloomError('BACKTEST_INVALID', `The backtest can’t be played: ${why}.`);
}
