import type { Candles } from '../../contracts/candles.ts';
import type { Recipe } from '../../contracts/recipe.ts';
import type { MarketKind } from '../../contracts/series.ts';
import { reversionSides } from '../../datasets/labels/sigma-reversion.ts';
import { volatilityOf, volatilityPerBar } from '../../datasets/labels/volatility.ts';
import { type DecidedInput, scoreDecided } from '../score.ts';
import type { OutOfFold } from './out-of-fold.ts';

/** What a record is judged by, beside itself; `candles` end before the test block. */
export interface FoldMarket {
  readonly candles: Candles;
  readonly recipe: Pick<Recipe, 'task' | 'labels' | 'costs' | 'gate'>;
  readonly market: MarketKind;
}

/** A score of several models' decisions. */
export type OutOfFoldScore = ReturnType<typeof scoreDecided>;

/** Scores a joined record of predictions as any block is scored. */
export function scoreOutOfFold(
  record: OutOfFold,
  candles: Candles,
  recipe: FoldMarket['recipe'],
  market: MarketKind,
): OutOfFoldScore {
  return scoreDecided(decidedOf(record, signalsOf({ candles, recipe, market })));
}

/** The same market with what is computed of its bars, once for several records. */
export function signalsOf({ candles, recipe, market }: FoldMarket) {
  const { labels } = recipe;
  return {
    candles,
    recipe,
    market,
    signalSides: labels.kind === 'sigma-reversion' ? reversionSides(candles, labels) : null,
    atr: volatilityPerBar(candles, volatilityOf(labels)),
  };
}

/** A record as decisions on rows of its market. */
export function decidedOf(
  { probabilities, predicted, label, bar, trainClasses }: OutOfFold,
  { recipe, ...market }: ReturnType<typeof signalsOf>,
): DecidedInput {
  return { task: recipe.task, probabilities, predicted, label, bar, trainClasses, recipe, ...market };
}
