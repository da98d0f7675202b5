/** What a policy met in `steps` consecutive steps of `environments` accounts; all arrays are `[steps, environments]`. */
export interface Experience {
  readonly steps: number;
  readonly environments: number;
  readonly reward: Float64Array;
  /** What the critic expected at the state that each step started from. */
  readonly value: Float64Array;
  /** 1 where an episode ended with the step, so that what follows belongs to another one. */
  readonly ended: Uint8Array;
  /** What the critic expects at the state that the last step led to, `[environments]`. */
  readonly lastValue: Float64Array;
}

/**
 * Generalised advantage estimation: A(t) = Σ (γλ)^k δ(t+k) within an episode, δ(t) = r(t) + γ·V(t+1) − V(t), V being 0
 * where an episode ended. Where it was only cut, its caller adds γ·V of the state it was cut in to the last reward.
 * (Schulman et al. 2016, High-Dimensional Continuous Control Using Generalized Advantage Estimation, equation 16.)
 * One pass from the end, O(steps × environments).
 * @param out `[steps, environments]`
 */
export function estimateAdvantages(
  { steps, environments, reward, value, ended, lastValue }: Experience,
  gamma: number,
  lambda: number,
  out: Float64Array,
): void {
  for (let i = 0; i < environments; i++) {
    let advantage = 0;
    let nextValue = lastValue[i];
    for (let step = steps - 1; step >= 0; step--) {
      const at = step * environments + i;
      const goesOn = ended[at] === 0 ? gamma : 0;
      const surprise = reward[at] + goesOn * nextValue - value[at];
      advantage = surprise + goesOn * lambda * advantage;
      nextValue = value[at];
      out[at] = advantage;
    }
  }
}
