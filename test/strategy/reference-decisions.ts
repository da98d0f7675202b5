import type { Policy } from '../../contracts/policy.ts';
import { LONG, SHORT } from '../../contracts/tasks.ts';
import { needsVolatility } from './reference-levels.ts';
import { basisPoints, type Decimal, roundedDown, roundedNearest } from './reference-numbers.ts';
import type { ReferencePurse } from './reference-purse.ts';
import type { ReferenceSymbol, Sign } from './reference-state.ts';

interface Account {
  readonly policy: Policy;
  readonly purse: ReferencePurse;
  readonly symbols: readonly ReferenceSymbol[];
}

/** What the built-in strategy does about a symbol at its close. */
export function decideReference(
  { policy, purse, symbols }: Account,
  symbol: ReferenceSymbol,
  equity: Decimal,
): void {
  const { market, bar, position } = symbol;
  if (bar === null) return;
  const direction = market.signals.direction[bar];
  if (direction !== LONG && direction !== SHORT) return;
  const side: Sign = direction === LONG ? 1 : -1;
  const opens =
    (side === 1 || market.kind === 'swap') && (market.signals.confidence?.[bar] ?? 1) >= policy.minConfidence;
  const facing = symbol.entry?.side ?? position?.side ?? 0;
  if (facing === side) return;
  if (facing !== 0) {
    const onOpposite = policy.onOpposite ?? (market.kind === 'spot' ? 'close' : 'hold');
    if (onOpposite === 'hold') return;
    symbol.entry = null;
    if (position && position.side !== side && position.leaving === null) position.leaving = 'signal';
    if (onOpposite === 'close') return;
  }
  if (opens) decideEntry({ policy, purse, symbols }, symbol, side, bar, equity);
}

/** Bars from the signal's to the last in which what it opened may stand. */
export function lastingBars({ exits: { maxBars } }: Policy, symbol: ReferenceSymbol): number {
  if (maxBars === 'none') return Number.POSITIVE_INFINITY;
  return maxBars === 'recipe' ? symbol.market.labels.horizonBars : maxBars;
}

function decideEntry(
  { policy, purse: { refused }, symbols }: Account,
  symbol: ReferenceSymbol,
  side: Sign,
  bar: number,
  equity: Decimal,
): void {
  const busy = symbols.filter(other => other !== symbol && (other.position || other.entry));
  if (busy.length >= policy.maxOpenPositions) return;
  const volatility = symbol.market.signals.volatility[bar];
  if (needsVolatility(policy, symbol) && !(Number.isFinite(volatility) && volatility > 0)) {
    refused.noLevels++;
    return;
  }
  if (equity.lte(0)) {
    refused.noFunds++;
    return;
  }
  const { lot, tick } = symbol.rules();
  const close = symbol.price('close');
  const quantity = roundedDown(equity.times(policy.sizing.fraction).div(close), lot);
  if (quantity.lte(0)) {
    refused.tooSmall++;
    return;
  }
  const { entry } = policy;
  const lasts = lastingBars(policy, symbol);
  const offset = entry.order === 'limit' ? basisPoints(entry.offsetBps).times(-side).plus(1) : null;
  symbol.entry = {
    side,
    limit: offset === null ? null : roundedNearest(close.times(offset), tick),
    signalBar: bar,
    lastBar: bar + (entry.order === 'limit' ? Math.min(entry.validBars, lasts) : lasts),
    remaining: quantity,
    hasFilled: false,
  };
}
