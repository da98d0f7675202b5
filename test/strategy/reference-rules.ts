import type { Policy } from '../../contracts/policy.ts';
import type { RuleName } from '../../contracts/risk.ts';
import { TIMEFRAME_MS } from '../../contracts/series.ts';
import { LONG, NO_TRADE, SHORT } from '../../contracts/tasks.ts';
import { type Decimal, decimal, NEAR, roundedDown, ZERO } from './reference-numbers.ts';
import type { ReferencePurse } from './reference-purse.ts';
import type { PendingEntry, ReferenceSymbol } from './reference-state.ts';

const DAY = 86_400_000;
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** The account at a close, and all equities that were marked until then, this one included. */
export interface ReferenceClose {
  readonly policy: Policy;
  readonly purse: ReferencePurse;
  readonly symbols: readonly ReferenceSymbol[];
  readonly closeTime: number;
  readonly initialCash: number;
  readonly equities: readonly { readonly closeTime: number; readonly equity: Decimal }[];
}

/** An entry that is wished for; the rules may make it smaller. */
export interface WishedEntry {
  readonly symbol: ReferenceSymbol;
  readonly bar: number;
  readonly confidence: number;
  readonly entry: PendingEntry;
}

/** The first rule that keeps an entry back; null: it is as it may be placed. */
export function asked(wish: WishedEntry, close: ReferenceClose): RuleName | null {
  const rules: [RuleName, (wish: WishedEntry, close: ReferenceClose) => boolean][] = [
    ['source', (_, { policy }) => policy.sources === undefined || policy.sources.includes('ML_PER_COIN_V1')],
    ['confirmation', isConfirmed],
    ['every-bars', isOfGrid],
    ['hours', isOpen],
    ['trades-per-day', isUnderTrades],
    ['cooldown', isCool],
    ['drawdown', isAbovePeakLimit],
    ['daily-loss', isAboveDayLimit],
    ['open-positions', hasSlot],
    ['max-order', fitsOneOrder],
    ['max-position', (wished, at) => cut(wished, at, at.policy.risk?.maxPosition, () => ZERO)],
    ['gross-exposure', (wished, at) => cut(wished, at, at.policy.risk?.maxGrossExposure, gross)],
    ['net-exposure', (wished, at) => cut(wished, at, at.policy.risk?.maxNetExposure, net)],
    [
      'correlated-exposure',
      (wished, at) => cut(wished, at, at.policy.risk?.correlated?.maxExposure, together),
    ],
    ['min-notional', isWorthIt],
  ];
  return rules.find(([, holds]) => !holds(wish, close))?.[0] ?? null;
}

/** Makes an entry as small as the market's largest order; false where that is less than a lot. */
export function fitsOneOrder({ symbol, entry }: WishedEntry): boolean {
  const { maxQuantity, lot } = symbol.rules();
  if (maxQuantity === undefined || entry.remaining.lte(maxQuantity)) return true;
  entry.remaining = roundedDown(decimal(maxQuantity), lot);
  return entry.remaining.gt(0);
}

function isConfirmed({ symbol, entry }: WishedEntry, { policy, closeTime }: ReferenceClose): boolean {
  const { confirmation } = policy;
  if (confirmation === undefined) return true;
  const barMs = TIMEFRAME_MS[confirmation.timeframe];
  const said = symbol.market.confirmation;
  const at = said?.closeTime.indexOf(Math.floor(closeTime / barMs) * barMs) ?? -1;
  const direction = said?.direction[at];
  const sources = confirmation.sources ?? policy.sources ?? ['ML_PER_COIN_V1'];
  if (direction === undefined || !sources.includes('ML_PER_COIN_V1')) return false;
  if (direction === (entry.side === 1 ? LONG : SHORT)) return true;
  return confirmation.require === 'not-opposite' && direction === NO_TRADE;
}

function isOfGrid({ symbol }: WishedEntry, { policy, closeTime }: ReferenceClose): boolean {
  if (policy.everyBars === undefined) return true;
  const barMs = symbol.market.barMs!;
  const periods = (time: number) => Math.floor(time / (policy.everyBars! * barMs));
  return periods(closeTime) > periods(closeTime - barMs);
}

function isOpen(_: WishedEntry, { policy, closeTime }: ReferenceClose): boolean {
  const hours = policy.risk?.hours;
  if (hours === undefined) return true;
  const day = DAYS[new Date(closeTime).getUTCDay()];
  const minute = Math.floor((closeTime % DAY) / 60_000);
  const minutes = (text: string) => 60 * Number(text.slice(0, 2)) + Number(text.slice(3));
  return hours.some(
    ({ days, from, to }) =>
      (days === undefined || days.includes(day)) && minutes(from) <= minute && minute < minutes(to),
  );
}

/** Of trades that have ended and of the position. */
function isUnderTrades({ symbol }: WishedEntry, { policy, purse, closeTime }: ReferenceClose): boolean {
  const limit = policy.risk?.maxTradesPerDay;
  if (limit === undefined) return true;
  const { market, position } = symbol;
  const decided = [
    ...purse.trades.filter(trade => trade.symbol === market.symbol).map(({ signalBar }) => signalBar),
    ...(position === null ? [] : [position.signalBar]),
  ].map(bar => market.candles.openTime[bar] + market.barMs!);
  const today = decided.filter(time => Math.floor(time / DAY) === Math.floor(closeTime / DAY));
  return today.length < limit;
}

function isCool({ symbol }: WishedEntry, { policy, purse, closeTime }: ReferenceClose): boolean {
  const minutes = policy.risk?.cooldownMinutes;
  if (minutes === undefined) return true;
  if (symbol.position !== null) return false;
  const ends = purse.trades
    .filter(trade => trade.symbol === symbol.market.symbol)
    .map(({ exitTime }) => exitTime + symbol.market.barMs!);
  return ends.every(end => closeTime - end >= minutes * 60_000);
}

function isAbovePeakLimit(_: WishedEntry, { policy, equities, initialCash }: ReferenceClose): boolean {
  const limit = policy.risk?.maxDrawdown;
  if (limit === undefined) return true;
  let peak = decimal(initialCash);
  for (const { equity } of equities) {
    if (equity.gt(peak)) peak = equity;
    if (decimal(1).minus(equity.div(peak)).gte(decimal(limit).minus(NEAR))) return false;
  }
  return true;
}

function isAboveDayLimit(
  _: WishedEntry,
  { policy, equities, closeTime, initialCash }: ReferenceClose,
): boolean {
  const limit = policy.risk?.maxDailyLoss;
  if (limit === undefined) return true;
  const midnight = Math.floor(closeTime / DAY) * DAY;
  const before =
    equities.filter(marked => marked.closeTime <= midnight).at(-1)?.equity ?? decimal(initialCash);
  const loss = decimal(1).minus(equities.at(-1)!.equity.div(before));
  return loss.lt(decimal(limit).minus(NEAR));
}

function hasSlot({ symbol }: WishedEntry, { policy, symbols }: ReferenceClose): boolean {
  return othersOf(symbol, symbols).length < policy.maxOpenPositions;
}

function isWorthIt(wish: WishedEntry, { policy }: ReferenceClose): boolean {
  const least = Math.max(policy.risk?.minNotional ?? 0, wish.symbol.rules().minNotional ?? 0);
  return wish.entry.remaining.times(priceOf(wish)).gte(decimal(least).times(decimal(1).minus(NEAR)));
}

/** Makes an entry as small as a limit less what others hold demands; false where nothing is left. */
function cut(
  wish: WishedEntry,
  close: ReferenceClose,
  limit: number | undefined,
  heldBy: (wish: WishedEntry, close: ReferenceClose) => Decimal,
): boolean {
  if (limit === undefined) return true;
  const equity = close.equities.at(-1)!.equity;
  const room = equity.times(limit).minus(heldBy(wish, close));
  const nothing = equity.times(NEAR);
  if (wish.entry.remaining.times(priceOf(wish)).lte(room.plus(nothing))) return true;
  if (room.lte(nothing)) return false;
  wish.entry.remaining = roundedDown(room.div(priceOf(wish)), wish.symbol.rules().lot);
  return wish.entry.remaining.gt(0);
}

function gross({ symbol }: WishedEntry, { symbols }: ReferenceClose): Decimal {
  return othersOf(symbol, symbols).reduce((sum, other) => sum.plus(exposureOf(other).abs()), ZERO);
}

function net({ symbol, entry }: WishedEntry, { symbols }: ReferenceClose): Decimal {
  const held = othersOf(symbol, symbols).reduce((sum, other) => sum.plus(exposureOf(other)), ZERO);
  return held.times(entry.side);
}

function together({ symbol }: WishedEntry, { symbols, policy }: ReferenceClose): Decimal {
  const { bars, correlation } = policy.risk!.correlated!;
  return othersOf(symbol, symbols)
    .filter(other => {
      const found = correlationOf(symbol, other, bars);
      return found === null || found.gte(decimal(correlation).minus(NEAR));
    })
    .reduce((sum, other) => sum.plus(exposureOf(other).abs()), ZERO);
}

function correlationOf(one: ReferenceSymbol, other: ReferenceSymbol, bars: number): Decimal | null {
  const closes = ({ market: { candles }, newestBar }: ReferenceSymbol) => {
    const rows = [];
    for (let bar = Math.max(0, newestBar - bars); bar <= newestBar; bar++)
      rows.push([candles.openTime[bar], candles.close[bar]] as const);
    return rows;
  };
  const theirs = new Map(closes(other));
  const common = closes(one).filter(([time]) => theirs.has(time));
  const pairs = common
    .slice(1)
    .map(([time, close], at) => [
      decimal(close).div(common[at]![1]).ln(),
      decimal(theirs.get(time)!).div(theirs.get(common[at]![0])!).ln(),
    ]);
  if (pairs.length < 10) return null;
  const mean = (which: 0 | 1) => pairs.reduce((sum, pair) => sum.plus(pair[which]!), ZERO).div(pairs.length);
  const [first, second] = [mean(0), mean(1)];
  const sum = (of: (x: Decimal, y: Decimal) => Decimal) =>
    pairs.reduce((total, [x, y]) => total.plus(of(x!.minus(first), y!.minus(second))), ZERO);
  const [xx, yy, xy] = [sum(x => x.times(x)), sum((_, y) => y.times(y)), sum((x, y) => x.times(y))];
  return xx.isZero() || yy.isZero() ? null : xy.div(xx.times(yy).sqrt());
}

function priceOf({ symbol, entry }: WishedEntry): Decimal {
  return entry.limit ?? symbol.lastClose;
}

function othersOf(symbol: ReferenceSymbol, symbols: readonly ReferenceSymbol[]): ReferenceSymbol[] {
  return symbols.filter(other => other !== symbol && (other.position || other.entry));
}

function exposureOf({ position, entry, lastClose }: ReferenceSymbol): Decimal {
  const held = position === null ? ZERO : position.size.times(lastClose).times(position.side);
  const ordered = entry === null ? ZERO : entry.remaining.times(entry.limit ?? lastClose).times(entry.side);
  if (held.times(ordered).gte(0)) return held.plus(ordered);
  return ordered.abs().gt(held.abs()) ? ordered : held;
}
