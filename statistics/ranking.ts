/** Rows in ascending order of a score, ready to be weighed again and again. */
export interface Ranking {
  /** Row numbers, lowest score first. */
  readonly row: Int32Array;
  /** 1 where that row is of the positive class. */
  readonly positive: Uint8Array;
  /** 1 where the next row has a higher score: a run of ties ends here. */
  readonly tieEnds: Uint8Array;
}

/** Sorts `rows` by `score[row]`; O(m log m), once for all resamples. */
export function rankByScore(
  rows: Int32Array,
  score: Float64Array,
  isPositive: (row: number) => boolean,
): Ranking {
  const row = rows.slice().sort((a, b) => score[a]! - score[b]! || a - b);
  const positive = new Uint8Array(row.length);
  const tieEnds = new Uint8Array(row.length);
  for (let i = 0; i < row.length; i++) {
    positive[i] = isPositive(row[i]!) ? 1 : 0;
    tieEnds[i] = i + 1 === row.length || score[row[i + 1]!]! > score[row[i]!]! ? 1 : 0;
  }
  return { row, positive, tieEnds };
}

/**
 * Area under the ROC curve with row r counted `weight[r]` times: the share of (positive, negative) pairs in which the
 * positive scores higher, ties counting half (Mann-Whitney). NaN where a class is absent. O(m).
 */
export function areaUnderCurve(ranking: Ranking, weight: ArrayLike<number>): number {
  const { row, positive, tieEnds } = ranking;
  let negativesBelow = 0;
  let positives = 0;
  let tiedPositives = 0;
  let tiedNegatives = 0;
  let wins = 0;
  for (let i = 0; i < row.length; i++) {
    const count = weight[row[i]!]!;
    if (positive[i] === 1) tiedPositives += count;
    else tiedNegatives += count;
    if (tieEnds[i] === 1) {
      wins += tiedPositives * (negativesBelow + tiedNegatives / 2);
      positives += tiedPositives;
      negativesBelow += tiedNegatives;
      tiedPositives = 0;
      tiedNegatives = 0;
    }
  }
  return wins / (positives * negativesBelow);
}

/**
 * Of each ranked row the share of the other class that it stands right to, ties counting half: of a positive the negatives
 * below it, of a negative the positives above it. Their mean over either class is the AUC. (Placement values: DeLong and
 * others 1988.) O(m).
 */
export function placements({ positive, tieEnds }: Ranking): Float64Array {
  const placed = new Float64Array(positive.length);
  const counts = [0, 0];
  for (const side of positive) counts[side]! += 1;
  const [negatives, positives] = counts as [number, number];
  const below = { negatives: 0, positives: 0 };
  for (let from = 0; from < positive.length; ) {
    let to = from;
    let tiedPositives = 0;
    do tiedPositives += positive[to]!;
    while (tieEnds[to++] === 0);
    const tiedNegatives = to - from - tiedPositives;
    const above = positives - below.positives - tiedPositives;
    for (let i = from; i < to; i++) {
      placed[i] =
        positive[i] === 1
          ? (below.negatives + tiedNegatives / 2) / negatives
          : (above + tiedPositives / 2) / positives;
    }
    below.negatives += tiedNegatives;
    below.positives += tiedPositives;
    from = to;
  }
  return placed;
}

/**
 * Average precision: over the distinct scores from the highest down, the sum of (gain in recall) × precision, without
 * interpolation (scikit-learn's). NaN without positives.
 */
export function averagePrecision(ranking: Ranking): number {
  const { row, positive, tieEnds } = ranking;
  let found = 0;
  let seen = 0;
  let foundBefore = 0;
  let sum = 0;
  for (let i = row.length - 1; i >= 0; i--) {
    seen++;
    found += positive[i]!;
    if (i === 0 || tieEnds[i - 1] === 1) {
      sum += ((found - foundBefore) * found) / seen;
      foundBefore = found;
    }
  }
  return sum / found;
}
