import { z } from 'zod';
import { AlphaloomError } from './errors.ts';
import { describeIssues } from './issues.ts';
import { PREDICTION_SOURCES, type PredictionSource } from './prediction.ts';
import { riskSchema } from './risk-policy.ts';
import { TIMEFRAMES } from './series.ts';

const share = z.number().min(0).max(1);
const multiple = z.number().gt(0).max(100);
const count = z.int().positive().max(100_000);

/** How far a level stands from the entry. `recipe`: where the label's barrier stood, none where labels have no barriers. */
const distance = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('recipe') }),
  z.strictObject({ kind: z.literal('atr'), multiple }),
  z.strictObject({ kind: z.literal('percent'), percent: z.number().gt(0).lt(100) }),
  z.strictObject({ kind: z.literal('none') }),
]);

const entry = z.discriminatedUnion('order', [
  z.strictObject({ order: z.literal('market') }),
  z.strictObject({
    order: z.literal('limit'),
    /** Below the last close for a buy, above it for a sell. */
    offsetBps: z.number().min(0).max(5_000).default(0),
    /** Bars in which it may fill; then it lapses. */
    validBars: count.default(1),
  }),
]);

/** Shares of the position that leave at each target; what is left goes by stop, time or signal. */
const targetShares = z
  .strictObject({ tp1: share.default(0), tp2: share.default(0), tp3: share.default(0) })
  .refine(
    ({ tp1, tp2, tp3 }) => tp1 + tp2 + tp3 <= 1 + 1e-12,
    'the shares of tp1, tp2 and tp3 must not exceed 1',
  );

/** Most notional of a position as a share of the account's equity. */
const fraction = z.number().gt(0).max(125).default(1);

/** Notional of a position; see `strategy/sizing.ts` for the formulas. */
const sizing = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('fraction'), fraction }),
  /** As much as brings the position's volatility to a target, at most `fraction`. */
  z.strictObject({
    kind: z.literal('volatility-target'),
    /** Standard deviation of a year's log return, as a share of the equity. */
    annualVolatility: z.number().gt(0).max(10),
    /** Returns of closed bars that the symbol's own volatility is measured on. */
    lookbackBars: z.int().min(10).max(5_000),
    fraction,
  }),
  /** A share of what Kelly's criterion stakes, at most `fraction`; needs a stop and a target. */
  z.strictObject({ kind: z.literal('kelly'), share: z.number().gt(0).max(1), fraction }),
]);

const sources = z.array(z.enum(PREDICTION_SOURCES)).min(1);

/** What the newest closed bar of another timeframe must say. */
const confirmation = z.strictObject({
  timeframe: z.enum(TIMEFRAMES),
  /** `same`: the entry's direction; `not-opposite`: that or NO_TRADE. */
  require: z.enum(['same', 'not-opposite']),
  /** Whose prediction counts. Absent: those that may open positions. */
  sources: sources.optional(),
});

/** How to trade what is predicted. Where a policy leaves a value out, the default trades exactly what was labelled. */
export const policySchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/, 'lower-case letters, digits and dashes'),
    description: z.string().default(''),
    /** Least probability of the predicted direction that opens a position. */
    minConfidence: share.default(0),
    entry: entry.prefault({ order: 'market' }),
    sizing: sizing.prefault({ kind: 'fraction' }),
    /** Gross notional of all positions is at most this × equity; over 1 on swaps only. */
    maxLeverage: z.number().gt(0).max(125).default(1),
    maxOpenPositions: count.default(100_000),
    exits: z
      .strictObject({
        stop: distance.prefault({ kind: 'recipe' }),
        /** Where tp2 stands; tp1 and tp3 stand at 0.5 and 1.5 of its distance. */
        target: distance.prefault({ kind: 'recipe' }),
        targetShares: targetShares.prefault({ tp2: 1 }),
        /** A stop that follows the best price at a distance, once the price was `afterAtr` in favour. */
        trailing: z
          .strictObject({ distanceAtr: multiple, afterAtr: z.number().min(0).max(100).default(0) })
          .optional(),
        /** Bars after the signal's at whose last close the position ends. `recipe`: the label's horizon. */
        maxBars: z.union([count, z.literal('recipe'), z.literal('none')]).default('recipe'),
      })
      .prefault({}),
    /** What the opposite signal does to a position. Absent: closes it on spot, nothing on swaps (it lives by its levels). */
    onOpposite: z.enum(['hold', 'close', 'reverse']).optional(),
    /** Most of a bar's volume that an order may take; the rest of it waits for the next bar. Absent: an order fills whole. */
    maxVolumeShare: z.number().gt(0).max(1).optional(),
    /** Whose predictions may open positions. Absent: those of a model alone. */
    sources: sources.optional(),
    /** What is another for one symbol. */
    symbols: z
      .record(
        z.string(),
        z.strictObject({
          minConfidence: share.optional(),
          /** Most notional of a position, in the place of `sizing.fraction`. */
          fraction: z.number().gt(0).max(125).optional(),
        }),
      )
      .optional(),
    /** Entries only at every n-th close of the grid of n bars from the epoch on. */
    everyBars: z.int().min(2).max(100_000).optional(),
    confirmation: confirmation.optional(),
    /** Limits on entries. With them an account is decided as a whole: exits first, then entries, the surest first. */
    risk: riskSchema.optional(),
    /** Live: where stops rest. Absent: at the venue; `workflow` keeps them here, where a standstill keeps them from working. */
    stops: z.enum(['venue', 'workflow']).optional(),
  })
  .superRefine(({ sizing, maxLeverage, symbols }, context) => {
    const fractions: [string[], number | undefined][] = [
      [['sizing', 'fraction'], sizing.fraction],
      ...Object.entries(symbols ?? {}).map(([symbol, { fraction }]): [string[], number | undefined] => [
        ['symbols', symbol, 'fraction'],
        fraction,
      ]),
    ];
    for (const [path, fraction] of fractions) {
      if (fraction === undefined || fraction <= maxLeverage) continue;
      context.addIssue({
        code: 'custom',
        path,
        message: `${fraction} × equity exceeds maxLeverage ${maxLeverage}; lower one or raise the other`,
      });
    }
  });

export type Policy = z.infer<typeof policySchema>;
export type LevelDistance = Policy['exits']['stop'];

const MODEL_ONLY: readonly PredictionSource[] = ['ML_PER_COIN_V1'];

/** Whose predictions may open positions. */
export function tradingSources({ sources }: Pick<Policy, 'sources'>): readonly PredictionSource[] {
  return sources ?? MODEL_ONLY;
}

/**
 * Checks a parsed YAML document.
 * @throws AlphaloomError POLICY_INVALID naming each path, value and what is allowed
 */
export function parsePolicy(document: unknown, origin: string): Policy {
  const result = policySchema.safeParse(document);
  if (result.success) return result.data;
  throw new AlphaloomError(
    'POLICY_INVALID',
    `${origin}: ${describeIssues(result.error, document, policySchema)}`,
    {
      origin,
      issues: result.error.issues,
    },
  );
}

/** Trades what was labelled: whole equity, barriers as stop and target, the label's horizon. Evidence is made by it. */
export const AS_LABELLED: Policy = policySchema.parse({ name: 'as-labelled' });
