import type { Objective } from '../contracts/search.ts';
import { type Bracket, rankTrials, type TrialRow } from '../contracts/trials.ts';
import { forEachBounded } from './bounded.ts';

/**
 * Rung by rung: all that are left are scored on more folds, `atOnce` at once, and the best of them go on; those that fail
 * do not.
 * @param score scores the member of that position in the plan; a trial that fails is a row too
 */
export async function runBracket(
  { members, rungs }: Bracket,
  objective: Objective,
  atOnce: number,
  score: (member: number, folds: number) => Promise<TrialRow>,
): Promise<void> {
  let left = members;
  for (const [depth, { folds }] of rungs.entries()) {
    const rows: TrialRow[] = [];
    await forEachBounded(left, atOnce, async member => {
      rows.push(await score(member, folds));
    });
    const going = rankTrials(rows, objective).filter(row => row.ok);
    left = going.slice(0, rungs[depth + 1]?.trials ?? 0).map(({ trial }) => trial - 1);
  }
}
