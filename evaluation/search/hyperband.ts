import type { Rung } from '../../contracts/trials.ts';

/**
 * The brackets of one round of Hyperband, the one that explores most first: algorithm 1 of Li et al., "Hyperband: A Novel
 * Bandit-Based Approach to Hyperparameter Optimization", JMLR 18 (2018), with R = `most` and η = `eta`. A bracket s starts
 * ⌈(s_max + 1) · ηˢ / (s + 1)⌉ trials on R / ηˢ folds; of each rung's trials one in η goes on to η times as many.
 */
export function hyperbandBrackets(most: number, eta: number): Rung[][] {
  const deepest = wholeLogarithm(most, eta);
  const brackets: Rung[][] = [];
  for (let s = deepest; s >= 0; s--) {
    const trials = Math.ceil(((deepest + 1) * eta ** s) / (s + 1));
    brackets.push(halving(trials, s, most, eta));
  }
  return brackets;
}

/**
 * Successive halving of `trials` within bracket s. Of fewer trials than the bracket has, every rung keeps at least one, so that
 * somebody is always scored on all folds.
 */
export function halving(trials: number, s: number, most: number, eta: number): Rung[] {
  return Array.from({ length: s + 1 }, (_, i) => ({
    trials: Math.max(1, Math.floor(trials / eta ** i)),
    folds: Math.max(1, Math.floor(most / eta ** (s - i))),
  }));
}

/** ⌊log_base(value)⌋ without rounding errors. */
function wholeLogarithm(value: number, base: number): number {
  let exponent = 0;
  for (let power = base; power <= value; power *= base) exponent++;
  return exponent;
}
