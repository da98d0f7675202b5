import type { Policy } from '../../contracts/policy.ts';

/** Trades often and for a few bars: every way in and out of a position, again and again. */
export const CHAOS_POLICY = {
  name: 'chaos',
  description: 'a tenth of the equity each, out after four bars at the latest',
  minConfidence: 0.3,
  sizing: { kind: 'fraction', fraction: 0.1 },
  exits: {
    stop: { kind: 'atr', multiple: 1.5 },
    target: { kind: 'atr', multiple: 2 },
    targetShares: { tp1: 0.5, tp2: 0.5, tp3: 0 },
    maxBars: 4,
  },
  onOpposite: 'close',
} satisfies Partial<Policy>;
export const ACCOUNT = 'chaos';
