import { WindowCovariance } from './columns/covariance.ts';
import { History } from './columns/history.ts';
import { SCRATCH } from './columns/scratch.ts';
import { WindowSum } from './columns/sum.ts';
import { fillCorrelation } from './correlation.ts';
import { logReturn } from './derived.ts';
import type { Kernel } from './kernel.ts';

const [LEADER, OWN_SPREAD, LEADER_SPREAD, COVARIANCE, OWN_SUM, LEADER_SUM] = SCRATCH;
const SPREADS = { varianceX: OWN_SPREAD, varianceY: LEADER_SPREAD, covariance: COVARIANCE };
/** What the leader leaves of the variance is rounding below this share. */
const EXPLAINED = 1e-12;

/**
 * Over `period` bars: `leader` = the leader's log return, `excess` = our log return less the leader's. Missing where the
 * leader is, at either end.
 */
export const leaderReturn: Kernel = {
  name: 'leader-return',
  inputs: ['close', 'leaderClose'],
  outputs: ['leader', 'excess'],
  start({ period }) {
    const ownPast = new History(period);
    const leaderPast = new History(period);
    return {
      advance({ close, leaderClose }, { leader, excess }) {
        const count = close.length;
        const now = leaderClose!;
        ownPast.advance(close, count);
        leaderPast.advance(now, count);
        for (let i = 0; i < count; i++) {
          const move = logReturn(now[i], leaderPast.values[i]);
          if (leader) leader[i] = move;
          if (excess) excess[i] = logReturn(close[i], ownPast.values[i]) - move;
        }
      },
    };
  },
};

/**
 * Of the last `period` log returns and the leader's: `correlation`, Pearson's; `beta` = covariance / the leader's variance;
 * `residual` = what the regression on the leader leaves of the newest return, in standard errors of the regression. 0 where
 * one of them stands still, `residual` 0 where nothing is left. A bar without a leader is missing in the windows it lies
 * in, and in none after them.
 */
export const leaderRegression: Kernel = {
  name: 'leader-regression',
  inputs: ['logReturn', 'leaderClose'],
  outputs: ['correlation', 'beta', 'residual'],
  start({ period }) {
    const pairs = new WindowCovariance(period);
    const ownSum = new WindowSum(period);
    const leaderSum = new WindowSum(period);
    let before = Number.NaN;
    return {
      advance({ logReturn: own, leaderClose }, { correlation, beta, residual }) {
        const count = own.length;
        for (let i = 0; i < count; i++) {
          LEADER[i] = logReturn(leaderClose![i], before);
          before = leaderClose![i];
        }
        pairs.advance(own, LEADER, SPREADS, count);
        if (correlation) fillCorrelation(SPREADS, correlation, count);
        if (beta) fillBeta(beta, count);
        if (!residual) return;
        ownSum.advance(own, OWN_SUM, count);
        leaderSum.advance(LEADER, LEADER_SUM, count);
        fillResidual(own, period, residual, count);
      },
    };
  },
};

function fillBeta(beta: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) beta[i] = LEADER_SPREAD[i] === 0 ? 0 : COVARIANCE[i] / LEADER_SPREAD[i];
}

function fillResidual(own: Float64Array, period: number, residual: Float64Array, count: number): void {
  const share = 1 / period;
  // Squares are over `period` in the variances, over `period` − 2 in the standard error.
  const toError = period / (period - 2);
  for (let i = 0; i < count; i++) {
    const spread = OWN_SPREAD[i];
    const slope = LEADER_SPREAD[i] === 0 ? 0 : COVARIANCE[i] / LEADER_SPREAD[i];
    const left = spread - slope * COVARIANCE[i];
    const move = own[i] - share * OWN_SUM[i] - slope * (LEADER[i] - share * LEADER_SUM[i]);
    residual[i] = left <= EXPLAINED * spread ? 0 : move / Math.sqrt(toError * left);
  }
}
