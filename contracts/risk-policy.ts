import { z } from 'zod';

/** Of the account's equity; over 1 where leverage is used. */
const ofEquity = z.number().gt(0).max(125);
const share = z.number().gt(0).max(1);
const basisPoints = z.number().gt(0).max(10_000);

export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

const timeOfDay = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'a UTC time of day from 00:00 to 24:00, such as 08:30');

const openHours = z
  .strictObject({
    /** Absent: every day. */
    days: z.array(z.enum(WEEKDAYS)).min(1).optional(),
    /** UTC; from ≤ time < to. */
    from: timeOfDay,
    to: timeOfDay,
  })
  .refine(({ from, to }) => from < to, 'from must be earlier than to; write hours over midnight as two');

/**
 * What entries are bound by, beside the account's funds. Every limit is optional, absent: none. Exits pass all of them.
 * Amounts are shares of the equity at the close that decides, times are those of bars.
 */
export const riskSchema = z.strictObject({
  /** Most trades of a symbol that were decided within a UTC day. */
  maxTradesPerDay: z.int().positive().max(100_000).optional(),
  /** Least time from the end of a symbol's trade to its next entry. */
  cooldownMinutes: z.number().gt(0).max(1_000_000).optional(),
  /** Most notional of a position; an entry is cut to it. */
  maxPosition: ofEquity.optional(),
  /** Most Σ |notional| of positions and entries; an entry is cut to what is left. */
  maxGrossExposure: ofEquity.optional(),
  /** Most |Σ signed notional|; an entry is cut to what is left. */
  maxNetExposure: ofEquity.optional(),
  /** Most Σ |notional| of symbols whose returns go with the entry's, its own included; an entry is cut to what is left. */
  correlated: z
    .strictObject({
      maxExposure: ofEquity,
      /** Correlation of log returns from which on a symbol counts. */
      correlation: z.number().gt(-1).max(1),
      /** Closed bars of the entry's symbol that it is measured on. */
      bars: z.int().min(10).max(5_000),
    })
    .optional(),
  /** Loss since the UTC day began, as a share of the equity then, from which on nothing is entered. */
  maxDailyLoss: share.optional(),
  /** Loss since the equity's peak, as a share of it, that halts the account. */
  maxDrawdown: share.optional(),
  /** Least notional of an entry, in quote. */
  minNotional: z.number().gt(0).optional(),
  /** When entries are allowed, by the close that decides. */
  hours: z.array(openHours).min(1).optional(),
  /** Age of the newest data when it is decided, in bars. Known live only. */
  maxDataAgeBars: z.number().gt(0).max(1_000).optional(),
  /** Most that the last trade may be off the close that decides. Known live only. */
  priceBandBps: basisPoints.optional(),
  /** Most between bid and ask, of their middle. Known live only. */
  maxSpreadBps: basisPoints.optional(),
  /** What a fact that should be known live and is not does to an entry. Absent: blocks it. */
  unknownFacts: z.enum(['block', 'pass']).optional(),
});

export type RiskLimits = z.infer<typeof riskSchema>;
