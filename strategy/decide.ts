import type { TradeSide } from '../contracts/backtest.ts';
import type { ClosedBar, Decide, Intent, MarketPrediction, PortfolioView } from '../contracts/intents.ts';
import type { Policy } from '../contracts/policy.ts';
import type { RuleLine } from '../contracts/risk.ts';
import type { MarketKind } from '../contracts/series.ts';
import { LONG, SHORT } from '../contracts/tasks.ts';
import { entryOrder, exitPlan } from './entry-plan.ts';
import { floorTo, gridOf } from './grid.ts';
import { answer, lineOf, percent, told } from './risk/rule.ts';
import { positionShare } from './sizing.ts';

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
export const decide: Decide = (prediction, portfolio, policy, bar) =>
  wish(prediction, portfolio, policy, bar, null);

/** The same, and why. @param lines takes what was asked; null: nobody asks */
export function wish(
  prediction: MarketPrediction,
  portfolio: PortfolioView,
  policy: Policy,
  bar: ClosedBar,
  lines: RuleLine[] | null,
): readonly Intent[] {
  const { kind } = bar.market;
  const { position, pendingEntry } = portfolio;
  const side = pendingEntry?.side ?? position?.side;
  const held = side === undefined ? 0 : side === 'LONG' ? 1 : -1;
  const direction = prediction.direction === null ? -1 : DIRECTION_CLASS[prediction.direction];
  const onOpposite = onOppositeOf(policy, kind);
  const response = respond(direction, held, kind, onOpposite);
  lines?.push(signalLine(prediction, side ?? null, response, onOpposite));
  if (response === 'nothing') return [];
  if (response === 'open') return open(prediction, portfolio, policy, bar, lines);
  const leave: Intent[] = [];
  if (pendingEntry !== null) leave.push({ kind: 'cancel-entry' });
  if (position !== null && position.side === side) leave.push({ kind: 'exit' });
  if (onOpposite === 'reverse') leave.push(...open(prediction, portfolio, policy, bar, lines));
  return leave;
}

/** Least probability that opens a position of a symbol. */
export function minConfidenceOf({ minConfidence, symbols }: Policy, symbol: string): number {
  return symbols?.[symbol]?.minConfidence ?? minConfidence;
}

function open(
  { direction, confidence }: MarketPrediction,
  portfolio: PortfolioView,
  policy: Policy,
  bar: ClosedBar,
  lines: RuleLine[] | null,
): readonly Intent[] {
  const { market, close } = bar;
  const side = direction as TradeSide;
  if (market.kind === 'spot' && side === 'SHORT') return [];
  const least = minConfidenceOf(policy, market.symbol);
  const isSure = !(confidence < least);
  lines?.push(
    lineOf(
      'confidence',
      answer(isSure, confidence, least, () => `Probability ${told(confidence)}, of at least ${told(least)}.`),
    ),
  );
  if (!isSure) return [];
  const { otherPositions } = portfolio;
  if (otherPositions >= policy.maxOpenPositions) {
    lines?.push(
      lineOf(
        'open-positions',
        answer(
          false,
          otherPositions,
          policy.maxOpenPositions,
          () =>
            `${otherPositions} other positions are open or being entered, of less than ${policy.maxOpenPositions}.`,
        ),
      ),
    );
    return [];
  }
  const exits = exitPlan(policy, side, bar);
  if (exits === null)
    return skip('noLevels', lines, bar.volatility, 'Levels are counted in a volatility that is not known.');
  if (!(portfolio.equity > 0)) return skip('noFunds', lines, portfolio.equity, 'The account has no equity.');
  const share = positionShare(policy, { bar, confidence, exits });
  if (Number.isNaN(share))
    return skip(
      'noLevels',
      lines,
      null,
      'The size hangs on a volatility, a stop or a target that is not known.',
    );
  const lot = gridOf(market.rules?.lot ?? null);
  const quantity = floorTo(lot, (share * portfolio.equity) / close);
  if (!(quantity > 0))
    return skip('tooSmall', lines, share, `A share of ${told(share)} of the equity is less than a lot.`);
  lines?.push(
    lineOf(
      'size',
      answer(
        true,
        quantity * close,
        share,
        () =>
          `${policy.sizing.kind}: ${percent(share)} of the equity ${told(portfolio.equity)}, ${told(quantity)} at the close ${told(close)}.`,
      ),
    ),
  );
  return [{ kind: 'enter', side, quantity, order: entryOrder(policy, side, bar), exits }];
}

const SKIP_RULE = { noLevels: 'levels', noFunds: 'size', tooSmall: 'size' } as const;

function skip(
  reason: keyof typeof SKIP_RULE,
  lines: RuleLine[] | null,
  value: number | null,
  sentence: string,
): readonly Intent[] {
  lines?.push(
    lineOf(
      SKIP_RULE[reason],
      answer(false, value, null, () => sentence),
    ),
  );
  return [{ kind: 'skip', reason }];
}

const RESPONSES: Readonly<Record<Response, string>> = {
  open: 'may open a position',
  opposite: 'is against what is held',
  nothing: 'asks for nothing',
};

function signalLine(
  { direction, confidence }: MarketPrediction,
  held: TradeSide | null,
  response: Response,
  onOpposite: OnOpposite,
): RuleLine {
  const said = direction === null ? 'No prediction' : `${direction} with probability ${told(confidence)}`;
  const facing = held === null ? 'while flat' : `while ${held} (opposite signals: ${onOpposite})`;
  return lineOf(
    'signal',
    answer(true, direction, held, () => `${said} ${RESPONSES[response]} ${facing}.`),
  );
}
