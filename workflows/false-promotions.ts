import type { FalsePromotions, FleetRow } from '../contracts/training.ts';

/** What a fleet's looks risked: chances add up to what is to be expected, however the series hang together. */
export function falsePromotionsOf(rows: readonly FleetRow[]): FalsePromotions {
  const looks = rows.flatMap(row => (row.ok && row.result.offer?.look) || []);
  return { looks: looks.length, expected: looks.reduce((sum, { level }) => sum + level, 0) };
}
