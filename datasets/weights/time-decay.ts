import type { WeightSpec } from '../../contracts/recipe.ts';

type TimeDecay = NonNullable<WeightSpec['timeDecay']>;

/** How much a row counts that is `ageBars` older than the newest training row: 1 at age 0, half at the half-life. */
export function decayAt(ageBars: number, { kind, halfLifeBars }: TimeDecay): number {
  return kind === 'linear' ? Math.max(0, 1 - ageBars / (2 * halfLifeBars)) : 2 ** -(ageBars / halfLifeBars);
}
