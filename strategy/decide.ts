import type { TradeSide } from '../contracts/backtest.ts';
import type { ClosedBar, Decide, Intent, MarketPrediction, PortfolioView } from '../contracts/intents.ts';
import type { Policy } from '../contracts/policy.ts';
import type { MarketKind } from '../contracts/series.ts';
import { LONG, SHORT } from '../contracts/tasks.ts';
import { entryOrder, exitPlan } from './entry-plan.ts';
import { floorTo, gridOf } from './grid.ts';

/** What a signal asks of what is held: `opposite` is one against it, where the policy gives that a meaning. */
export type Response = 'open' | 'opposite' | 'nothing';

export type OnOpposite = NonNullable<Policy['onOpposite']>;

/**
 * One position at a time: a flat account follows the signal, save that spot opens no short; an open position, or an entry
 * that waits, lives by its levels and time limit, because that is what the labels taught, and only the opposite signal may
 * change it.
 * @param direction a class of `direction3`; anything else, such as −1 for no prediction, is no wish
 * @param held 1 long, −1 short, 0 nothing
 */
export function respond(direction: number, held: number, kind: MarketKind, onOpposite: OnOpposite): Response {
  const wanted = direction === LONG ? 1 : direction === SHORT ? -1 : 0;
  if (wanted === 0 || wanted === held) return 'nothing';
  if (held !== 0) return onOpposite === 'hold' ? 'nothing' : 'opposite';
  return wanted < 0 && kind === 'spot' ? 'nothing' : 'open';
}

/** On spot SHORT closes a long, because it can do nothing else; on swaps a position lives by its levels. */
export function onOppositeOf({ onOpposite }: Policy, kind: MarketKind): OnOpposite {
  return onOpposite ?? (kind === 'spot' ? 'close' : 'hold');
}

const DIRECTION_CLASS = { SHORT, LONG, NO_TRADE: 1 } as const;

/** Trades predictions as a policy says. */
export const decide: Decide = (prediction, portfolio, policy, bar) => {
  const { kind } = bar.market;
  const { position, pendingEntry } = portfolio;
  const side = pendingEntry?.side ?? position?.side;
  const held = side === undefined ? 0 : side === 'LONG' ? 1 : -1;
  const direction = prediction.direction === null ? -1 : DIRECTION_CLASS[prediction.direction];
  const onOpposite = onOppositeOf(policy, kind);
  const response = respond(direction, held, kind, onOpposite);
  if (response === 'nothing') return [];
  if (response === 'open') return open(prediction, portfolio, policy, bar);
  const leave: Intent[] = [];
  if (pendingEntry !== null) leave.push({ kind: 'cancel-entry' });
  if (position !== null && position.side === side) leave.push({ kind: 'exit' });
  if (onOpposite === 'reverse') leave.push(...open(prediction, portfolio, policy, bar));
  return leave;
};

function open(
  { direction, confidence }: MarketPrediction,
  portfolio: PortfolioView,
  policy: Policy,
  bar: ClosedBar,
): readonly Intent[] {
  const { market, close } = bar;
  const side = direction as TradeSide;
  if (confidence < policy.minConfidence || (market.kind === 'spot' && side === 'SHORT')) return [];
  if (portfolio.otherPositions >= policy.maxOpenPositions) return [];
  const exits = exitPlan(policy, side, bar);
  if (exits === null) return [{ kind: 'skip', reason: 'noLevels' }];
  if (!(portfolio.equity > 0)) return [{ kind: 'skip', reason: 'noFunds' }];
  const lot = gridOf(market.rules?.lot ?? null);
  const quantity = floorTo(lot, (policy.sizing.fraction * portfolio.equity) / close);
  if (!(quantity > 0)) return [{ kind: 'skip', reason: 'tooSmall' }];
  return [{ kind: 'enter', side, quantity, order: entryOrder(policy, side, bar), exits }];
}
