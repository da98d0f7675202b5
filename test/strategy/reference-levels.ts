import type { LevelDistance, Policy } from '../../contracts/policy.ts';
import { type Decimal, decimal, NEAR, roundedDown, roundedNearest, ZERO } from './reference-numbers.ts';
import type { OpenPosition, ReferenceSymbol, RestingTarget, Sign } from './reference-state.ts';

const TARGETS = [
  ['tp1', 0.5],
  ['tp2', 1],
  ['tp3', 1.5],
] as const;

/** Whether any level of a policy is counted in the signal's bar's volatility. */
export function needsVolatility(policy: Policy, symbol: ReferenceSymbol): boolean {
  const counts = ({ kind }: LevelDistance) =>
    kind === 'atr' || (kind === 'recipe' && symbol.market.labels.kind === 'triple-barrier');
  const { stop, target, targetShares, trailing } = policy.exits;
  const hasTargets = TARGETS.some(([name]) => targetShares[name] > 0);
  return counts(stop) || (counts(target) && hasTargets) || trailing !== undefined;
}

/** Stop and targets of an entry, null where there is no stop; targets only with a share. */
export function levelsOf(
  policy: Policy,
  symbol: ReferenceSymbol,
  side: Sign,
  signalBar: number,
  entry: Decimal,
): { stop: Decimal | null; targets: { level: Decimal; share: number }[] } {
  const { tick } = symbol.rules();
  const { exits } = policy;
  const stopAway = away(exits.stop, 'stop', symbol, side, signalBar, entry);
  const targetAway = away(exits.target, 'target', symbol, side, signalBar, entry);
  const targets = [];
  for (const [name, multiple] of TARGETS) {
    const share = exits.targetShares[name];
    if (targetAway === null || share === 0) continue;
    targets.push({ level: roundedNearest(entry.plus(targetAway.times(multiple * side)), tick), share });
  }
  return {
    stop: stopAway === null ? null : roundedNearest(entry.minus(stopAway.times(side)), tick),
    targets,
  };
}

/** Levels stand from the average shown price of what has been entered so far. */
export function placeLevels(policy: Policy, symbol: ReferenceSymbol, position: OpenPosition): void {
  const entry = position.entered.shown.div(position.entered.quantity);
  const { stop, targets } = levelsOf(policy, symbol, position.side, position.signalBar, entry);
  position.stop = stop;
  position.targets = restingTargets(policy, symbol, position, targets);
}

/** At step 6: the trailing stop by this bar's high (of a long; low of a short). */
export function moveTrailing(policy: Policy, symbol: ReferenceSymbol, position: OpenPosition): void {
  const { trailing } = policy.exits;
  if (!trailing) return;
  const { side } = position;
  if (position.limitBar !== symbol.bar) {
    const reached = symbol.price(side === 1 ? 'high' : 'low');
    position.best = position.best === null ? reached : better(position.best, reached, side);
  }
  const volatility = volatilityOf(symbol, position.signalBar);
  const entry = position.entered.shown.div(position.entered.quantity);
  const best = position.best === null ? entry : better(position.best, entry, side);
  const gained = best.minus(entry).times(side);
  if (gained.lt(volatility.times(trailing.afterAtr))) return;
  const level = roundedNearest(
    best.minus(volatility.times(trailing.distanceAtr).times(side)),
    symbol.rules().tick,
  );
  if (position.trailing === null || level.minus(position.trailing).times(side).gt(0))
    position.trailing = level;
}

/** The nearer of stop and trailing stop. */
export function protection(position: OpenPosition): { level: Decimal; reason: 'stop' | 'trailing' } | null {
  const { stop, trailing, side } = position;
  if (trailing !== null && (stop === null || trailing.minus(stop).times(side).gt(0)))
    return { level: trailing, reason: 'trailing' };
  return stop === null ? null : { level: stop, reason: 'stop' };
}

export function volatilityOf(symbol: ReferenceSymbol, bar: number): Decimal {
  return decimal(symbol.market.signals.volatility[bar]);
}

function better(one: Decimal, other: Decimal, side: Sign): Decimal {
  return other.minus(one).times(side).gt(0) ? other : one;
}

function away(
  distance: LevelDistance,
  which: 'stop' | 'target',
  symbol: ReferenceSymbol,
  side: Sign,
  signalBar: number,
  entry: Decimal,
): Decimal | null {
  if (distance.kind === 'none') return null;
  if (distance.kind === 'percent') return entry.times(distance.percent).div(100);
  if (distance.kind === 'atr') return volatilityOf(symbol, signalBar).times(distance.multiple);
  const { labels } = symbol.market;
  if (labels.kind !== 'triple-barrier') return null;
  const isUpper = (which === 'target') === (side === 1);
  return volatilityOf(symbol, signalBar).times(isUpper ? labels.upAtr : labels.downAtr);
}

function restingTargets(
  policy: Policy,
  symbol: ReferenceSymbol,
  position: OpenPosition,
  targets: readonly { level: Decimal; share: number }[],
): RestingTarget[] {
  const { tp1, tp2, tp3 } = policy.exits.targetShares;
  const isWhole = decimal(tp1).plus(tp2).plus(tp3).gte(decimal(1).minus(NEAR));
  let given = ZERO;
  return targets.map(({ level, share }, index) => {
    const isLast = index === targets.length - 1;
    const remaining =
      isLast && isWhole
        ? position.received.minus(given)
        : roundedDown(position.received.times(share), symbol.rules().lot);
    given = given.plus(remaining);
    return { level, remaining, filledBar: -1 };
  });
}
