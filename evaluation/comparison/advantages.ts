import type { Advantage } from '../../contracts/comparison.ts';
import { type BootstrapSpec, bootstrapIntervals, type Statistic } from '../../statistics/bootstrap.ts';
import { directionalRanking } from '../../statistics/classification.ts';
import { matthewsCorrelation } from '../../statistics/confusion.ts';
import { areaUnderCurve, placements } from '../../statistics/ranking.ts';
import { statisticsOfSums } from '../../statistics/resampled.ts';

type Side = keyof Advantage;

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
  spec: BootstrapSpec,
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
  spec: BootstrapSpec,
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
 * Directional AUC over ½. An AUC is no function of sums over rows: a draw would cost O(rows), and small levels take many. So
 * its Hájek projection is resampled, the mean placement of the positives and that of the negatives less the AUC itself,
 * which is made of sums; what is left out falls with 1 / rows, under a thousandth on a thousand rows. Null where the task
 * has no directions.
 * @param probabilities per model row-major `[rows, classes]`
 */
export function aucAdvantage(
  label: Int8Array,
  probabilities: Models<Float32Array>,
  classes: readonly string[],
  spec: BootstrapSpec,
): Advantage | null {
  const rankings = probabilities.flatMap(answers => directionalRanking(label, answers, classes) ?? []);
  if (rankings.length === 0) return null;
  const rows = label.length;
  // A row's class, 1 for positive, and how each model places it; rows without a direction stay as they are.
  const side = new Int8Array(rows).fill(-1);
  const placed = rankings.map(ranking => {
    const values = new Float64Array(rows);
    const ranks = placements(ranking);
    for (const [at, row] of ranking.row.entries()) {
      side[row] = ranking.positive[at]!;
      values[row] = ranks[at]!;
    }
    return values;
  });
  const areas = rankings.map(ranking => areaUnderCurve(ranking, new Uint8Array(rows).fill(1)));
  const ahead = (sums: Float64Array, count: number) => {
    let sum = 0;
    for (let model = 0; model < count; model++) {
      const [negative, positive] = [sums[2 + 2 * model]!, sums[3 + 2 * model]!];
      sum += negative / sums[0]! + positive / sums[1]! - areas[model]!;
    }
    return sum / count - 0.5;
  };
  return advantage(
    statisticsOfSums<Side>(
      rows,
      2 + 2 * rankings.length,
      (row, out) => {
        const own = side[row]!;
        if (own < 0) return;
        out[own] = 1;
        for (let model = 0; model < placed.length; model++) out[2 + 2 * model + own] = placed[model]![row]!;
      },
      { candidate: sums => ahead(sums, 1), seeds: sums => ahead(sums, rankings.length) },
    ),
    spec,
  );
}

function advantage(statistic: Statistic<Side>, spec: BootstrapSpec): Advantage {
  return bootstrapIntervals(statistic, spec);
}
