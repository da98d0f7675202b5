import type { Candles } from '../../contracts/candles.ts';
import type { SearchedRecipe } from '../../contracts/search.ts';
import { UNLABELLED } from '../../contracts/tasks.ts';
import { type CommonGround, type Settings, trialRecipe } from '../../contracts/trials.ts';
import { labelCandles } from '../../datasets/labels/index.ts';
import type { Catalog } from '../../features/catalog/index.ts';
import { resolveFeatures } from '../../features/sets.ts';
import { warmUpBars } from '../../features/window.ts';
import { estimatorOf } from '../../models/estimators/index.ts';

/**
 * Features and windows that look further back have fewer rows, and another test block. Trials are compared on the bars that all of them
 * have, and before the earliest of their test blocks; null where all have the same.
 */
export function commonGround(
  candles: Candles,
  recipe: SearchedRecipe,
  settings: readonly Settings[],
  catalog: Catalog,
): CommonGround | null {
  const warmUps = new Set(
    settings.map(each => {
      const { features, train } = trialRecipe(recipe, each);
      return warmUpBars(resolveFeatures(features, catalog)) + estimatorOf(train).steps(train) - 1;
    }),
  );
  if (warmUps.size < 2) return null;
  const { split, labels } = recipe;
  const { label } = labelCandles(candles, labels);
  const fromBar = Math.max(...warmUps);
  const starts = [...warmUps].map(warmUp => testStart(label, warmUp, split.train + split.validation));
  return {
    fromBar,
    beforeBar: Math.min(...starts),
    embargoBars: split.embargoBars ?? Math.max(labels.horizonBars, fromBar),
  };
}

/** As `splitBlocks` finds it. */
function testStart(label: Int8Array, warmUp: number, share: number): number {
  const labelled = Int32Array.from(label.keys()).filter(bar => bar >= warmUp && label[bar] !== UNLABELLED);
  return labelled[Math.round(share * labelled.length)] ?? label.length;
}
