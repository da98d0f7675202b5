import type { Overfitting } from '../../contracts/overfitting.ts';

/** More blocks give more ways to part them than say anything new: 16 make 12,870. */
const MOST_BLOCKS = 16;
const LEAST_BLOCKS = 4;

/**
 * Probability of backtest overfitting by combinatorially symmetric cross-validation (Bailey, Borwein, López de Prado, Zhu,
 * "The Probability of Backtest Overfitting", Journal of Computational Finance 20 (2017), section 2.1 of the 2015 version): the
 * bars are cut into an even number of blocks; for every choice of half of them the trial with the best Sharpe ratio on these
 * is ranked on the others. Overfitted is a split where it comes out at the median or below.
 * A trial whose returns do not vary (it never traded) has the ratio 0; equal ratios share their mean rank.
 * O(splits × trials).
 * @param returns per trial its net returns per bar, all over the same bars
 * @param leastBars fewest bars of a block, so that what overlapping labels share stays in one
 * @returns null with under two trials, or too few bars for four blocks
 */
export function probabilityOfOverfitting(
  returns: readonly Float64Array[],
  leastBars: number,
): Overfitting | null {
  const trials = returns.length;
  const bars = returns[0]?.length ?? 0;
  const blocks = Math.min(MOST_BLOCKS, 2 * Math.floor(bars / leastBars / 2));
  if (trials < 2 || blocks < LEAST_BLOCKS) return null;
  const sums = returns.map(column => blockSums(column, blocks));
  const inSample = new Float64Array(trials);
  const outOfSample = new Float64Array(trials);
  const points: { readonly best: number; readonly later: number; readonly logit: number }[] = [];
  for (const chosen of halves(blocks)) {
    for (let n = 0; n < trials; n++) {
      inSample[n] = sharpe(sums[n]!, chosen, true);
      outOfSample[n] = sharpe(sums[n]!, chosen, false);
    }
    const best = indexOfMost(inSample);
    const rank = meanRank(outOfSample, best) / (trials + 1);
    points.push({ best: inSample[best]!, later: outOfSample[best]!, logit: Math.log(rank / (1 - rank)) });
  }
  const share = (holds: (point: (typeof points)[number]) => boolean) =>
    points.filter(holds).length / points.length;
  return {
    trials,
    bars,
    blocks,
    splits: points.length,
    probability: share(({ logit }) => logit <= 0),
    lossProbability: share(({ later }) => later < 0),
    meanLogit: mean(points.map(({ logit }) => logit)),
    meanSharpeInSample: mean(points.map(({ best }) => best)),
    meanSharpeOutOfSample: mean(points.map(({ later }) => later)),
    slope: slopeOf(points.map(({ best, later }) => [best, later])),
  };
}

/** Bars, sum and sum of squares of each block. */
interface BlockSums {
  readonly bars: Float64Array;
  readonly sum: Float64Array;
  readonly squares: Float64Array;
}

function blockSums(returns: Float64Array, blocks: number): BlockSums {
  const border = (block: number) => Math.round((block * returns.length) / blocks);
  const of = {
    bars: new Float64Array(blocks),
    sum: new Float64Array(blocks),
    squares: new Float64Array(blocks),
  };
  for (let block = 0; block < blocks; block++) {
    of.bars[block] = border(block + 1) - border(block);
    for (let bar = border(block); bar < border(block + 1); bar++) {
      of.sum[block]! += returns[bar]!;
      of.squares[block]! += returns[bar]! ** 2;
    }
  }
  return of;
}

/** Every choice of half of the blocks: the others are out of sample. */
function* halves(blocks: number): Generator<readonly boolean[]> {
  const chosen: boolean[] = [];
  const choose = function* (left: number): Generator<readonly boolean[]> {
    if (chosen.length === blocks) return yield [...chosen];
    for (const take of [true, false]) {
      if (take ? left === 0 : blocks - chosen.length === left) continue;
      chosen.push(take);
      yield* choose(take ? left - 1 : left);
      chosen.pop();
    }
  };
  yield* choose(blocks / 2);
}

/** Mean over sample deviation of the bars in the blocks that are chosen, or in the others; 0 where they do not vary. */
function sharpe(of: BlockSums, chosen: readonly boolean[], wanted: boolean): number {
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (let block = 0; block < chosen.length; block++) {
    if (chosen[block] !== wanted) continue;
    count += of.bars[block]!;
    sum += of.sum[block]!;
    squares += of.squares[block]!;
  }
  const variance = (squares - (sum * sum) / count) / (count - 1);
  return variance > 0 ? sum / count / Math.sqrt(variance) : 0;
}

/** Of equal ones the first. */
function indexOfMost(values: Float64Array): number {
  return values.reduce((best, value, at) => (value > values[best]! ? at : best), 0);
}

/** From 1, the smallest first. */
function meanRank(values: Float64Array, of: number): number {
  let below = 0;
  let equal = 0;
  for (const value of values) {
    if (value < values[of]!) below++;
    else if (value === values[of]!) equal++;
  }
  return below + (equal + 1) / 2;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of a least-squares line; null where all stand above one another. */
function slopeOf(points: readonly (readonly [number, number])[]): number | null {
  const [x, y] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const spread = points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
  return spread > 0 ? points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0) / spread : null;
}
