import { z } from 'zod';
import { AlphaloomError } from '../contracts/errors.ts';
import type {
  ClosedBar,
  Decide,
  EnterIntent,
  Intent,
  MarketPrediction,
  PortfolioView,
} from '../contracts/intents.ts';
import { describeIssues } from '../contracts/issues.ts';
import type { Policy } from '../contracts/policy.ts';

const positive = z.number().gt(0);
const bars = z.int().positive();
const distance = z.strictObject({ unit: z.enum(['quote', 'percent']), value: positive });

const exits = z.strictObject({
  stop: distance.nullable(),
  targets: z
    .array(z.strictObject({ distance, share: positive.max(1) }))
    .max(3)
    .refine(
      targets => targets.reduce((sum, { share }) => sum + share, 0) <= 1 + 1e-9,
      'the shares of the targets must not exceed 1',
    ),
  trailing: z.strictObject({ distance: positive, after: z.number().min(0) }).nullable(),
  maxBars: bars.nullable(),
});

const enter = z.strictObject({
  kind: z.literal('enter'),
  side: z.enum(['LONG', 'SHORT']),
  quantity: positive,
  order: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('market') }),
    z.strictObject({ kind: z.literal('limit'), price: positive, validBars: bars }),
  ]),
  exits,
});

const intentsSchema = z.array(
  z.discriminatedUnion('kind', [
    enter,
    z.strictObject({ kind: z.literal('exit') }),
    z.strictObject({ kind: z.literal('cancel-entry') }),
    z.strictObject({ kind: z.literal('skip'), reason: z.enum(['noLevels', 'noFunds', 'tooSmall']) }),
  ]),
);

/** A quantity may ask for this much more than the account's leverage allows: prices move until the fill. */
const SLACK = 1.01;

/**
 * Asks a strategy of one's own and checks what it wants before anything is done about it.
 * @throws AlphaloomError STRATEGY_INVALID naming symbol, bar, and what can't be
 */
export function checkIntents(
  decide: Decide,
  prediction: MarketPrediction,
  portfolio: PortfolioView,
  policy: Policy,
  bar: ClosedBar,
): readonly Intent[] {
  const wanted: unknown = ask(decide, prediction, portfolio, policy, bar);
  if (Array.isArray(wanted) && wanted.length === 0) return [];
  const result = intentsSchema.safeParse(wanted);
  if (!result.success) throw invalid(bar, describeIssues(result.error, wanted, intentsSchema));
  const intents: readonly Intent[] = result.data;
  const entries = intents.filter(intent => intent.kind === 'enter');
  if (entries.length > 1)
    throw invalid(bar, `it wants ${entries.length} entries at once; one position at a time is held`);
  for (const entry of entries) {
    const reason = impossible(entry, intents, portfolio, policy, bar);
    if (reason !== null) throw invalid(bar, reason);
  }
  return intents;
}

function ask(decide: Decide, ...given: Parameters<Decide>): unknown {
  try {
    return decide(...given);
  } catch (error) {
    // A strategy's file says by itself which bar it failed at, and an audit what it found.
    if (error instanceof AlphaloomError) throw error;
    const [, , , bar] = given;
    throw invalid(
      bar,
      `it threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
    );
  }
}

/** Why an entry can't be; null where it can. */
function impossible(
  { side, quantity, order, exits: plan }: EnterIntent,
  intents: readonly Intent[],
  { equity, position, pendingEntry }: PortfolioView,
  { maxLeverage }: Policy,
  { market, close }: ClosedBar,
): string | null {
  const has = (kind: Intent['kind']) => intents.some(intent => intent.kind === kind);
  if (market.kind === 'spot' && side === 'SHORT')
    return 'it wants to enter SHORT, but spot can’t be sold short; return exit to close a long';
  if (position !== null && !position.leaving && !has('exit'))
    return `it wants to enter ${side} while a ${position.side} position is open; return exit with it, or wait`;
  if (pendingEntry !== null && !has('cancel-entry') && !has('exit'))
    return `it wants to enter ${side} while an entry ${pendingEntry.side} is pending; return cancel-entry with it, or wait`;
  if (order.kind === 'limit' && (side === 'LONG' ? order.price > close : order.price < close))
    return `its limit ${order.price} lies beyond the close ${close}, where a ${side} would fill at once; use a market order`;
  const notional = quantity * close;
  if (!(notional <= SLACK * maxLeverage * equity))
    return `its quantity ${quantity} at the close ${close} is worth ${notional}; at most maxLeverage ${maxLeverage} × equity ${equity} is allowed`;
  const { distances, sorted } = targetOrder(plan.targets);
  return sorted ? null : `its targets stand at ${distances.join(', ')}; put the nearest first`;
}

function targetOrder(targets: EnterIntent['exits']['targets']): { distances: number[]; sorted: boolean } {
  const distances = targets.map(({ distance }) => distance.value);
  const sameUnit = targets.every(({ distance }) => distance.unit === targets[0].distance.unit);
  return {
    distances,
    sorted: sameUnit && distances.every((value, i) => i === 0 || value > distances[i - 1]),
  };
}

function invalid({ market, bar, openTime }: ClosedBar, why: string): AlphaloomError {
  const time = new Date(openTime).toISOString();
  return new AlphaloomError(
    'STRATEGY_INVALID',
    `The strategy’s answer for ${market.symbol} at bar ${bar} (${time}) can’t be carried out: ${why}.`,
    { symbol: market.symbol, bar, time },
  );
}
