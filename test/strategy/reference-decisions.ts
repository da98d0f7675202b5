import type { Policy } from '../../contracts/policy.ts';
import { LONG, SHORT } from '../../contracts/tasks.ts';
import { needsVolatility } from './reference-levels.ts';
import { basisPoints, type Decimal, roundedDown, roundedNearest } from './reference-numbers.ts';
import type { ReferencePurse } from './reference-purse.ts';
import { asked, fitsOneOrder, type ReferenceClose, type WishedEntry } from './reference-rules.ts';
import { shareOf } from './reference-sizes.ts';
import type { ReferenceSymbol, Sign } from './reference-state.ts';

interface Account {
  readonly policy: Policy;
  readonly purse: ReferencePurse;
  readonly symbols: readonly ReferenceSymbol[];
}

export function hasRules({ sources, everyBars, confirmation, risk }: Policy): boolean {
  return [sources, everyBars, confirmation, risk].some(key => key !== undefined);
}

/** Symbol by symbol, as a policy without rules is decided. */
export function decideReference(account: Account, open: readonly ReferenceSymbol[], equity: Decimal): void {
  for (const symbol of open) {
    const opens = leaveAndOpen(account, symbol);
    if (!opens) continue;
    const busy = account.symbols.filter(other => other !== symbol && (other.position || other.entry));
    if (busy.length >= account.policy.maxOpenPositions) continue;
    const wish = wishedEntry(account, symbol, equity);
    if (wish !== null && fitsOneOrder(wish)) symbol.entry = wish.entry;
  }
}

/** All symbols together: exits of all, then entries, the surest first. @returns rules that kept an entry back */
export function decideTogether(
  close: ReferenceClose,
  open: readonly ReferenceSymbol[],
  equity: Decimal,
): readonly string[] {
  const wishes: WishedEntry[] = [];
  for (const symbol of open) {
    if (!leaveAndOpen(close, symbol)) continue;
    const wish = wishedEntry(close, symbol, equity);
    if (wish !== null) wishes.push(wish);
  }
  const kept: string[] = [];
  for (const wish of wishes.toSorted((a, b) => b.confidence - a.confidence)) {
    const rule = asked(wish, close);
    if (rule === null) wish.symbol.entry = wish.entry;
    else kept.push(rule);
  }
  return kept;
}

/** Bars from the signal's to the last in which what it opened may stand. */
export function lastingBars({ exits: { maxBars } }: Policy, symbol: ReferenceSymbol): number {
  if (maxBars === 'none') return Number.POSITIVE_INFINITY;
  return maxBars === 'recipe' ? symbol.market.labels.horizonBars : maxBars;
}

/** What an opposite signal does. @returns whether the signal may open */
function leaveAndOpen({ policy }: Account, symbol: ReferenceSymbol): boolean {
  const { market, bar, position } = symbol;
  const side = sideOf(symbol);
  if (bar === null || side === null) return false;
  const least = policy.symbols?.[market.symbol]?.minConfidence ?? policy.minConfidence;
  const opens = (side === 1 || market.kind === 'swap') && (market.signals.confidence?.[bar] ?? 1) >= least;
  const facing = symbol.entry?.side ?? position?.side ?? 0;
  if (facing === side) return false;
  if (facing === 0) return opens;
  const onOpposite = policy.onOpposite ?? (market.kind === 'spot' ? 'close' : 'hold');
  if (onOpposite === 'hold') return false;
  symbol.entry = null;
  if (position && position.side !== side && position.leaving === null) position.leaving = 'signal';
  return onOpposite === 'reverse' && opens;
}

function sideOf({ market, bar }: ReferenceSymbol): Sign | null {
  const direction = bar === null ? null : market.signals.direction[bar];
  return direction === LONG ? 1 : direction === SHORT ? -1 : null;
}

/** null: it is refused, and counted. */
function wishedEntry(
  { policy, purse: { refused } }: Account,
  symbol: ReferenceSymbol,
  equity: Decimal,
): WishedEntry | null {
  const bar = symbol.bar!;
  const side = sideOf(symbol)!;
  const volatility = symbol.market.signals.volatility[bar];
  if (needsVolatility(policy, symbol) && !(Number.isFinite(volatility) && volatility > 0)) {
    refused.noLevels++;
    return null;
  }
  if (equity.lte(0)) {
    refused.noFunds++;
    return null;
  }
  const share = shareOf(policy, symbol, side, bar);
  if (share === null) {
    refused.noLevels++;
    return null;
  }
  const { lot, tick } = symbol.rules();
  const close = symbol.price('close');
  const quantity = roundedDown(equity.times(share).div(close), lot);
  if (quantity.lte(0)) {
    refused.tooSmall++;
    return null;
  }
  const { entry } = policy;
  const lasts = lastingBars(policy, symbol);
  const offset = entry.order === 'limit' ? basisPoints(entry.offsetBps).times(-side).plus(1) : null;
  return {
    symbol,
    bar,
    confidence: symbol.market.signals.confidence?.[bar] ?? 1,
    entry: {
      side,
      limit: offset === null ? null : roundedNearest(close.times(offset), tick),
      signalBar: bar,
      lastBar: bar + (entry.order === 'limit' ? Math.min(entry.validBars, lasts) : lasts),
      remaining: quantity,
      hasFilled: false,
    },
  };
}
