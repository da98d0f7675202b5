import { type Loss, oneHot } from '../nets/losses.ts';
import { ACTIONS } from './actions.ts';

export interface ClippedLoss {
  /** ε: how far the ratio of new to old probability may help. */
  readonly clipRange: number;
  readonly entropyCoefficient: number;
  readonly valueCoefficient: number;
}

const NUMBER = { dims: [], type: 'float32' } as const;

/**
 * The loss of proximal policy optimisation (Schulman et al. 2017, equations 7 and 9) of scores `[batch, actions + 1]`, the last
 * of which is the critic's value: −Σ w·min(r·A, clip(r, 1 ± ε)·A) with r = π(a)/π_old(a) and the rows' `policyWeight` w, less
 * the weighted entropy, plus the mean squared error of the values. Values are not clipped, as is stable-baselines3's default.
 */
export function clippedLoss({ clipRange, entropyCoefficient, valueCoefficient }: ClippedLoss): Loss {
  return {
    inputs: {
      action: { dims: [], type: 'int32' },
      advantage: NUMBER,
      oldLogProbability: NUMBER,
      policyWeight: NUMBER,
      valueTarget: NUMBER,
    },
    build: ({ ops, graph }, scores, inputs) => {
      const { action, advantage, oldLogProbability, policyWeight, valueTarget } = inputs;
      const total = (x: typeof scores) => ops.sum(x, { axes: [0], keep: false });
      const perRow = { axes: [1], keep: false };

      const logs = ops.logSoftmax(ops.slice(scores, { axis: 1, from: 0, to: ACTIONS.length }), { axis: 1 });
      const chosen = ops.sum(ops.multiply(logs, oneHot(graph, action, ACTIONS.length)), perRow);
      const logRatio = ops.subtract(chosen, oldLogProbability);
      const ratio = ops.exp(logRatio);
      const clipped = ops.clip(ratio, { min: 1 - clipRange, max: 1 + clipRange });
      const gain = ops.minimum(ops.multiply(ratio, advantage), ops.multiply(clipped, advantage));
      const policyGain = total(ops.multiply(gain, policyWeight));

      const certainty = ops.sum(ops.multiply(ops.exp(logs), logs), perRow);
      const negativeEntropy = total(ops.multiply(certainty, policyWeight));

      const value = ops.reshape(
        ops.slice(scores, { axis: 1, from: ACTIONS.length, to: ACTIONS.length + 1 }),
        { dims: valueTarget.dims },
      );
      const error = ops.subtract(value, valueTarget);
      const valueLoss = ops.mean(ops.multiply(error, error), { axes: [0], keep: false });

      const policyLoss = ops.affine(policyGain, { factor: -1, shift: 0 });
      const loss = ops.add(
        ops.add(policyLoss, ops.affine(negativeEntropy, { factor: entropyCoefficient, shift: 0 })),
        ops.affine(valueLoss, { factor: valueCoefficient, shift: 0 }),
      );
      // Schulman's estimator of the divergence: (r − 1) − log r, never below 0.
      const moved = ops.subtract(ops.affine(ratio, { factor: 1, shift: -1 }), logRatio);
      return {
        loss,
        monitors: {
          policyLoss,
          valueLoss,
          entropy: ops.affine(negativeEntropy, { factor: -1, shift: 0 }),
          kl: total(ops.multiply(moved, policyWeight)),
        },
      };
    },
  };
}
