import type { BacktestResult, BacktestSetup, BlockedEntries, Trade } from '../../contracts/backtest.ts';

/** Of the amounts that a trade or an account is about. */
const TOLERANCE = 1e-8;
const LEAST_SHARE = 1e-3;

const SAME = [
  'symbol',
  'side',
  'signalBar',
  'entryBar',
  'exitBar',
  'entryTime',
  'exitTime',
  'exits',
  'exitReason',
  'barsHeld',
] as const;
const PRICES = ['entryPrice', 'exitPrice'] as const;
const AMOUNTS = ['grossPnl', 'netPnl'] as const;
const RETURNS = ['grossReturn', 'netReturn'] as const;
const COSTS = ['fees', 'spread', 'slippage', 'funding'] as const;
const COLUMNS = ['equity', 'cash', 'grossExposure'] as const;

/** Every difference between two results of one setup, as sentences; none where they agree. */
export function differencesOf(
  setup: BacktestSetup,
  got: BacktestResult,
  expected: BacktestResult,
): readonly string[] {
  const found: string[] = [];
  const say = (where: string, a: unknown, b: unknown) => found.push(`${where}: ${a}, expected ${b}`);
  if (got.trades.length !== expected.trades.length) say('trades', got.trades.length, expected.trades.length);
  // Trades may be listed in either order where they end together.
  const pairs = paired(got.trades, expected.trades);
  for (const [ours, theirs] of pairs) {
    const where = `${theirs.symbol} entered at bar ${theirs.entryBar}`;
    for (const name of SAME)
      if (ours[name] !== theirs[name]) say(`${where}, ${name}`, ours[name], theirs[name]);
    // What little a purse had left is a difference of large amounts: it is compared as a part of the purse.
    const least = LEAST_SHARE * setup.initialCash;
    const notional = Math.max(least, theirs.quantity * Math.max(theirs.entryPrice, theirs.exitPrice));
    if (!near(ours.quantity, theirs.quantity, notional / theirs.entryPrice))
      say(`${where}, quantity`, ours.quantity, theirs.quantity);
    for (const name of PRICES)
      if (!near(ours[name], theirs[name], theirs[name])) say(`${where}, ${name}`, ours[name], theirs[name]);
    for (const name of AMOUNTS)
      if (!near(ours[name], theirs[name], notional)) say(`${where}, ${name}`, ours[name], theirs[name]);
    for (const name of RETURNS)
      if (!near(ours[name], theirs[name], notional / (theirs.quantity * theirs.entryPrice)))
        say(`${where}, ${name}`, ours[name], theirs[name]);
    for (const name of COSTS)
      if (!near(ours.costs[name], theirs.costs[name], notional))
        say(`${where}, ${name}`, ours.costs[name], theirs.costs[name]);
  }
  const rows = expected.time.length;
  if (got.time.length !== rows) say('rows', got.time.length, rows);
  for (const name of COLUMNS) {
    const row = expected.time.findIndex(
      (time, at) =>
        got.time[at] !== time ||
        !near(
          got[name][at],
          expected[name][at],
          Math.max(setup.initialCash, Math.abs(expected.equity[at]), expected.grossExposure[at]),
        ),
    );
    if (row >= 0) say(`${name} at row ${row}`, got[name][row], expected[name][row]);
  }
  if (!near(got.turnover, expected.turnover, expected.turnover))
    say('turnover', got.turnover, expected.turnover);
  for (const name of COSTS)
    if (!near(got.costs[name], expected.costs[name], expected.turnover))
      say(`all ${name}`, got.costs[name], expected.costs[name]);
  for (const why of Object.keys(expected.refused) as (keyof BacktestResult['refused'])[])
    if (got.refused[why] !== expected.refused[why]) say(why, got.refused[why], expected.refused[why]);
  const rules = Object.keys({ ...got.blocked, ...expected.blocked }) as (keyof BlockedEntries)[];
  for (const rule of rules)
    if (got.blocked?.[rule] !== expected.blocked?.[rule])
      say(rule, got.blocked?.[rule], expected.blocked?.[rule]);
  return found;
}

function paired(got: readonly Trade[], expected: readonly Trade[]): (readonly [Trade, Trade])[] {
  const sorted = (trades: readonly Trade[]) =>
    [...trades].sort((a, b) => a.exitTime - b.exitTime || (a.symbol < b.symbol ? -1 : 1));
  const ours = sorted(got);
  return sorted(expected)
    .slice(0, ours.length)
    .map((theirs, at) => [ours[at], theirs] as const);
}

function near(value: number, expected: number, scale: number): boolean {
  return Math.abs(value - expected) <= TOLERANCE * Math.max(Math.abs(scale), 1e-6);
}
