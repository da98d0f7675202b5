import { type Candles, sliceCandles } from '../../contracts/candles.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { PredictionSource } from '../../contracts/prediction.ts';
import type { Timeframe } from '../../contracts/series.ts';
import { LONG, NO_TRADE, SHORT, TASK_CLASSES } from '../../contracts/tasks.ts';
import { computeFeatures } from '../../features/batch.ts';
import { CATALOG } from '../../features/catalog/index.ts';
import type { FeatureDefinition } from '../../features/definition.ts';

export type RuleSource = Exclude<PredictionSource, 'ML_PER_COIN_V1' | 'HOLD'>;

/** A formula over the newest closed bars that says how much speaks for a side. */
export interface Rule {
  readonly source: RuleSource;
  /** Of the catalog, in no order. */
  readonly features: readonly FeatureDefinition[];
  /** Closed bars that it looks at, never more or fewer: its features begin at the first of them. */
  readonly bars: number;
  /** −1 (all for SHORT) to 1 (all for LONG), of the features' values at the newest bar. */
  readonly score: (values: ReadonlyMap<string, number>) => number;
}

export interface RuleAnswer {
  /** Shares of the score, in the order of `TASK_CLASSES.direction3`. */
  readonly probabilities: Float64Array;
  /** Class of `direction3`. */
  readonly decided: number;
}

/** A rule over features of the catalog by name; it looks back as far as the one of them that looks furthest. */
export function rule<Name extends string>(
  source: RuleSource,
  names: readonly Name[],
  score: (values: Readonly<Record<Name, number>>) => number,
): Rule {
  const features = names.map(CATALOG.find);
  return {
    source,
    features,
    bars: 1 + Math.max(...features.map(({ lookBack }) => lookBack)),
    score: values => score(Object.fromEntries(values) as Record<Name, number>),
  };
}

/**
 * What a rule says at the close of the last bar: LONG or SHORT where more than half of its score speaks for it.
 * @param candles closed bars, of which it takes its newest
 * @throws AlphaloomError CANDLES_TOO_FEW, PREDICTION_INVALID (a feature has no value there)
 */
export function answerByRule(
  { features, bars, score }: Rule,
  candles: Candles,
  timeframe: Timeframe,
): RuleAnswer {
  const count = candles.close.length;
  if (count < bars)
    throw new AlphaloomError('CANDLES_TOO_FEW', `it looks at ${bars} bars, there are ${count}`, {
      bars,
      count,
    });
  const { columns } = computeFeatures(
    sliceCandles(candles, count - bars, count),
    features,
    timeframe,
    'float64',
  );
  const values = new Map([...columns].map(([name, column]) => [name, column[bars - 1]]));
  const missing = [...values].filter(([, value]) => Number.isNaN(value)).map(([name]) => name);
  const leaning = score(values);
  if (missing.length > 0 || Number.isNaN(leaning)) {
    const what = missing.length > 0 ? `${missing.join(', ')} can’t be computed` : 'nothing moves';
    throw new AlphaloomError('PREDICTION_INVALID', `${what} at the last bar`, { missing });
  }
  return sharesOf(leaning);
}

/** Of −1 to 1 to −1 to 1, what is beyond cut off. */
export function clipped(value: number): number {
  return Math.min(1, Math.max(-1, value));
}

function sharesOf(score: number): RuleAnswer {
  const probabilities = new Float64Array(TASK_CLASSES.direction3.length);
  probabilities[LONG] = Math.max(0, score);
  probabilities[SHORT] = Math.max(0, -score);
  probabilities[NO_TRADE] = 1 - Math.abs(score);
  const side = score > 0 ? LONG : SHORT;
  return { probabilities, decided: probabilities[side] > probabilities[NO_TRADE] ? side : NO_TRADE };
}
