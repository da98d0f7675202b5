import { medianAndDeviation, presentValues } from './scaler.ts';

/**
 * The training rows without those of which a feature lies more than `threshold` robust deviations (1.4826 · MAD) from its
 * median; both are of these rows. Missing values, and features that mostly do not vary (MAD 0), tell nothing. To be asked
 * of training rows alone: evaluated rows are never left out. O(rows × features).
 */
export function withoutOutliers(
  columns: readonly Float32Array[],
  train: Int32Array,
  threshold: number,
): Int32Array {
  const isOutlier = new Uint8Array(train.length);
  for (const column of columns) {
    const { center, deviation } = medianAndDeviation(presentValues(column, train));
    if (!(deviation > 0)) continue;
    const reach = threshold * deviation;
    for (let at = 0; at < train.length; at++)
      if (Math.abs(column[train[at]] - center) > reach) isOutlier[at] = 1;
  }
  return train.filter((_, at) => isOutlier[at] === 0);
}
