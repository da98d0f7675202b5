import type { TradeSide } from '../contracts/backtest.ts';
import type {
  ClosedBar,
  Distance,
  EntryOrder,
  ExitPlan,
  MarketFacts,
  TargetPlan,
} from '../contracts/intents.ts';
import type { LabelSpec } from '../contracts/labels.ts';
import type { LevelDistance, Policy } from '../contracts/policy.ts';
import { gridOf, nearestTo } from './grid.ts';
import { TARGET_LADDER } from './levels.ts';

const TARGETS = ['tp1', 'tp2', 'tp3'] as const;

/**
 * How a policy leaves a position that the bar's signal opens; null where a level is counted in a volatility that is not
 * known.
 */
export function exitPlan(
  policy: Policy,
  side: TradeSide,
  { market, volatility }: Pick<ClosedBar, 'volatility'> & { readonly market: Pick<MarketFacts, 'labels'> },
): ExitPlan | null {
  const { labels } = market;
  if (!knowsLevels(policy, labels, volatility)) return null;
  const { stop, target, targetShares, trailing, maxBars } = policy.exits;
  return {
    stop: distanceOf(stop, barrierAtr(labels, side === 'LONG' ? 'down' : 'up'), volatility),
    targets: targetPlans(
      distanceOf(target, barrierAtr(labels, side === 'LONG' ? 'up' : 'down'), volatility),
      targetShares,
    ),
    trailing: trailing
      ? { distance: trailing.distanceAtr * volatility, after: trailing.afterAtr * volatility }
      : null,
    maxBars: maxBarsOf(maxBars, labels),
  };
}

/** Whether a policy's levels can be set: those that are counted in volatility need one. */
export function knowsLevels({ exits }: Policy, labels: LabelSpec, volatility: number): boolean {
  if (volatility > 0 && volatility < Number.POSITIVE_INFINITY) return true;
  const { stop, target, targetShares, trailing } = exits;
  if (trailing !== undefined || isInVolatility(stop, labels)) return false;
  return !(isInVolatility(target, labels) && TARGETS.some(name => targetShares[name] > 0));
}

/** The order that a policy enters with. */
export function entryOrder({ entry }: Policy, side: TradeSide, { close, market }: ClosedBar): EntryOrder {
  if (entry.order === 'market') return { kind: 'market' };
  const offset = entry.offsetBps / 10_000;
  const price = close * (side === 'LONG' ? 1 - offset : 1 + offset);
  return {
    kind: 'limit',
    price: nearestTo(gridOf(market.rules?.tick ?? null), price),
    validBars: entry.validBars,
  };
}

function isInVolatility(level: LevelDistance, labels: LabelSpec): boolean {
  return level.kind === 'atr' || (level.kind === 'recipe' && labels.kind === 'triple-barrier');
}

/** Barriers of the label above and below the entry, in volatilities; null where it has none. */
function barrierAtr(labels: LabelSpec, which: 'up' | 'down'): number | null {
  if (labels.kind !== 'triple-barrier') return null;
  return which === 'up' ? labels.upAtr : labels.downAtr;
}

function distanceOf(level: LevelDistance, barrier: number | null, volatility: number): Distance | null {
  switch (level.kind) {
    case 'recipe':
      return barrier === null ? null : { unit: 'quote', value: barrier * volatility };
    case 'atr':
      return { unit: 'quote', value: level.multiple * volatility };
    case 'percent':
      return { unit: 'percent', value: level.percent };
    case 'none':
      return null;
  }
}

function targetPlans(tp2: Distance | null, shares: Policy['exits']['targetShares']): readonly TargetPlan[] {
  if (tp2 === null) return [];
  if (shares.tp2 === 1) return [{ distance: tp2, share: 1 }];
  const { unit, value } = tp2;
  return TARGETS.filter(name => shares[name] > 0).map(name => ({
    distance: { unit, value: TARGET_LADDER[name] * value },
    share: shares[name],
  }));
}

function maxBarsOf(maxBars: Policy['exits']['maxBars'], labels: LabelSpec): number | null {
  if (maxBars === 'none') return null;
  return maxBars === 'recipe' ? labels.horizonBars : maxBars;
}
