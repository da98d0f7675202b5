import type { MarketBars } from '../contracts/candles.ts';
import type { PackageMeta } from '../contracts/package.ts';

/**
 * Per bar 1 where serving would ask the model: no input of its window is missing but those that were missing in training too,
 * and its leader's bar has come.
 * @param columns of `featureColumns`
 */
export function knownRows(
  { steps, featureNames, dataset, recipe }: PackageMeta,
  columns: readonly Float32Array[],
  bars: MarketBars,
): Uint8Array {
  const known = new Uint8Array(bars.openTime.length).fill(1, steps - 1);
  for (const [at, name] of featureNames.entries()) {
    if (dataset.missingInTraining.includes(name)) continue;
    const column = columns[at];
    for (let bar = 0; bar < column.length; bar++)
      if (Number.isNaN(column[bar])) known.fill(0, bar, bar + steps);
  }
  if (recipe.features.leader !== undefined)
    for (let bar = 0; bar < known.length; bar++) if (Number.isNaN(bars.leaderClose![bar])) known[bar] = 0;
  return known;
}
