import fc from 'fast-check';
import type { Episodes, TradingMarket } from '../../../models/reinforcement/trading-environments.ts';
import { type Bar, candlesOf } from '../../strategy/bars.ts';
import { labelsArbitrary } from '../../strategy/setups.ts';

/** Whole prices and whole volatilities, so that levels are hit exactly, jumped over and touched together often. */
const barArbitrary: fc.Arbitrary<Bar> = fc
  .tuple(fc.integer({ min: 90, max: 110 }), fc.integer({ min: 90, max: 110 }), fc.nat(8), fc.nat(8))
  .map(([open, close, up, down]) => [open, Math.max(open, close) + up, Math.min(open, close) - down, close]);

/** A market of a few bars, and an action for each. */
export const playArbitrary: fc.Arbitrary<{ market: TradingMarket; actions: Uint8Array }> = fc
  .array(
    fc.record({
      bar: barArbitrary,
      action: fc.constantFrom(0, 1, 2),
      volatility: fc.constantFrom(0, Number.NaN, 1, 2, 3, 5),
    }),
    { minLength: 2, maxLength: 60 },
  )
  .chain(rows =>
    fc.record({
      actions: fc.constant(Uint8Array.from(rows, row => row.action)),
      market: fc.record({
        candles: fc.constant(candlesOf(rows.map(row => row.bar))),
        volatility: fc.constant(Float64Array.from(rows, row => row.volatility)),
        labels: labelsArbitrary,
        costs: fc.record({ feeBps: fc.nat(50), halfSpreadBps: fc.nat(5), slippageBps: fc.nat(5) }),
        market: fc.constantFrom('spot' as const, 'swap' as const),
      }),
    }),
  );

/** Episodes that begin at the given bars in turn: the environment's number and the episode's together. */
export function episodesFrom(starts: readonly number[], changes: Partial<Episodes> = {}): Episodes {
  return {
    starts: Int32Array.from(starts),
    maxSteps: 1_000,
    ruinEquity: 0,
    draw: (environment, episode) => (((environment + episode) % starts.length) + 0.5) / starts.length,
    ...changes,
  };
}
