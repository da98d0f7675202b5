import type { Advantage } from '../../contracts/comparison.ts';
import { type BootstrapSpec, bootstrapIntervals, type Statistic } from '../../statistics/bootstrap.ts';
import { directionalRanking } from '../../statistics/classification.ts';
import { matthewsCorrelation } from '../../statistics/confusion.ts';
import { statisticsOfAreas, statisticsOfSums } from '../../statistics/resampled.ts';

type Side = keyof Advantage;

/** How an advantage is resampled, and the level at which each of its bounds is one-sided. */
export interface LookSpec extends BootstrapSpec {
  readonly level: number;
}

/** The candidate first, then the same training with other seeds; each measured on the same rows as all others. */
type Models<T> = readonly T[];

/**
 * MCC over the champion's (over 0 without one), paired.
 * @param champion null: there is none
 */
export function mccAdvantage(
  label: Int8Array,
  models: Models<Int8Array>,
  champion: Int8Array | null,
  classes: number,
  spec: LookSpec,
): Advantage {
  const answers = champion === null ? models : [...models, champion];
  const cells = classes * classes;
  const mcc = (counts: Float64Array, model: number) =>
    matthewsCorrelation(counts.subarray(model * cells, (model + 1) * cells), classes);
  const ahead = (counts: Float64Array, count: number) => {
    let sum = 0;
    for (let model = 0; model < count; model++) sum += mcc(counts, model);
    return sum / count - (champion === null ? 0 : mcc(counts, models.length));
  };
  return advantage(
    statisticsOfSums<Side>(
      label.length,
      answers.length * cells,
      (row, out) => {
        for (let model = 0; model < answers.length; model++)
          out[model * cells + label[row]! * classes + answers[model]![row]!] = 1;
      },
      { candidate: counts => ahead(counts, 1), seeds: counts => ahead(counts, models.length) },
    ),
    spec,
  );
}

/** Mean net return per bar over the champion's, paired; every column has `spec.rows` bars. */
export function returnAdvantage(
  models: Models<Float64Array>,
  champion: Float64Array,
  spec: LookSpec,
): Advantage {
  const bars = spec.rows;
  return advantage(
    statisticsOfSums<Side>(
      bars,
      2,
      (bar, out) => {
        let sum = 0;
        for (const returns of models) sum += returns[bar]!;
        out[0] = models[0]![bar]! - champion[bar]!;
        out[1] = sum / models.length - champion[bar]!;
      },
      { candidate: sums => sums[0]! / bars, seeds: sums => sums[1]! / bars },
    ),
    spec,
  );
}

/**
 * Directional AUC over ½. An AUC is no function of sums over rows, so a draw costs O(rows), not O(blocks); it is asked of
 * first promotions alone. Null where the task has no directions.
 * @param probabilities per model row-major `[rows, classes]`
 */
export function aucAdvantage(
  label: Int8Array,
  probabilities: Models<Float32Array>,
  classes: readonly string[],
  spec: LookSpec,
): Advantage | null {
  const rankings = probabilities.flatMap(answers => directionalRanking(label, answers, classes) ?? []);
  if (rankings.length === 0) return null;
  const ahead = (areas: Float64Array, count: number) => {
    let sum = 0;
    for (let model = 0; model < count; model++) sum += areas[model]!;
    return sum / count - 0.5;
  };
  return advantage(
    statisticsOfAreas<Side>(label.length, rankings, {
      candidate: areas => ahead(areas, 1),
      seeds: areas => ahead(areas, rankings.length),
    }),
    spec,
  );
}

function advantage(statistic: Statistic<Side>, spec: LookSpec): Advantage {
  return bootstrapIntervals(statistic, spec, spec.level);
}
