import { z } from 'zod';
import type { Task } from './tasks.ts';

const count = z.int().positive();
/** H: bars until the outcome is taken as it stands. */
const horizonBars = count.max(10_000);

/**
 * How far the price usually moves in a bar, in price: ATR by Wilder's smoothing, or the population deviation of the last
 * log returns times the close.
 */
export const VOLATILITIES = ['atr14', 'atr50', 'deviation20', 'deviation100'] as const;
export type VolatilityName = (typeof VOLATILITIES)[number];

const tripleBarrier = z.strictObject({
  kind: z.literal('triple-barrier'),
  horizonBars,
  /** Distance of the upper and lower barrier from the entry, in the signal's bar's volatility. */
  upAtr: z.number().positive().max(100),
  downAtr: z.number().positive().max(100),
  /** What the distances are counted in; ATR14 unless given. */
  volatility: z.enum(VOLATILITIES).optional(),
});

const fixedHorizon = z.strictObject({
  kind: z.literal('fixed-horizon'),
  horizonBars,
  /** θ: log return from the entry's open to the close at t+H beyond which a row is LONG (or below −θ SHORT). */
  thresholdLogReturn: z.number().positive().max(10),
});

/** The log return itself, from the next bar's open to the close at t+H, clipped at ±5·√H deviations of the last 20 log returns. */
const forwardReturn = z.strictObject({ kind: z.literal('forward-return'), horizonBars });

/** On seconds made from ticks: whether the price soon comes back towards its mean. */
const sigmaReversion = z.strictObject({
  kind: z.literal('sigma-reversion'),
  /** Seconds within which it must come back. */
  horizonBars: horizonBars.default(60),
  /** W: seconds over which mean and deviation are taken. */
  windowBars: count.min(2).max(10_000).default(120),
  /** How far it must come back, in deviations. */
  sigmas: z.number().positive().max(100).default(1.5),
});

export const labelSchema = z.discriminatedUnion('kind', [
  tripleBarrier,
  fixedHorizon,
  forwardReturn,
  sigmaReversion,
]);

export type LabelSpec = z.infer<typeof labelSchema>;
export type TripleBarrierSpec = z.infer<typeof tripleBarrier>;
export type FixedHorizonSpec = z.infer<typeof fixedHorizon>;
export type ForwardReturnSpec = z.infer<typeof forwardReturn>;
export type SigmaReversionSpec = z.infer<typeof sigmaReversion>;

/** The task that each kind of label teaches. */
export const LABEL_TASKS: Readonly<Record<LabelSpec['kind'], Task>> = {
  'triple-barrier': 'direction3',
  'fixed-horizon': 'direction3',
  'forward-return': 'return',
  'sigma-reversion': 'approve2',
};
