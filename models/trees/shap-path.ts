/**
 * The features split by on the way to a node, and for each size of a subset of them the weight of all subsets of that size:
 * the path of TreeSHAP, whose steps 0 … `last` are in use; step 0 stands for the root.
 */
export class ShapPath {
  last = -1;
  readonly feature: Int32Array;
  /** Share of the training rows that would come this way, were the step's feature unknown. */
  readonly zero: Float64Array;
  /** 1 where the row itself comes this way, else 0. */
  readonly one: Float64Array;
  private readonly weight: Float64Array;

  constructor(steps: number) {
    this.feature = new Int32Array(steps);
    this.zero = new Float64Array(steps);
    this.one = new Float64Array(steps);
    this.weight = new Float64Array(steps);
  }

  copyFrom({ last, feature, zero, one, weight }: ShapPath): void {
    this.last = last;
    for (let step = 0; step <= last; step += 1) {
      this.feature[step] = feature[step];
      this.zero[step] = zero[step];
      this.one[step] = one[step];
      this.weight[step] = weight[step];
    }
  }

  /** `EXTEND`. */
  extend(zero: number, one: number, feature: number): void {
    const { weight } = this;
    this.last += 1;
    const { last } = this;
    this.feature[last] = feature;
    this.zero[last] = zero;
    this.one[last] = one;
    weight[last] = last === 0 ? 1 : 0;
    for (let step = last - 1; step >= 0; step -= 1) {
      weight[step + 1] += (one * weight[step] * (step + 1)) / (last + 1);
      weight[step] = (zero * weight[step] * (last - step)) / (last + 1);
    }
  }

  /** The step at which a feature was split by; −1 if at none. */
  stepOf(feature: number): number {
    for (let step = 1; step <= this.last; step += 1) if (this.feature[step] === feature) return step;
    return -1;
  }

  /** `UNWIND`: takes a step out as if it had never been extended by. */
  remove(removed: number): void {
    const { weight, last } = this;
    const one = this.one[removed];
    const zero = this.zero[removed];
    let next = weight[last];
    for (let step = last - 1; step >= 0; step -= 1) {
      if (one !== 0) {
        const before = weight[step];
        weight[step] = (next * (last + 1)) / ((step + 1) * one);
        next = before - (weight[step] * zero * (last - step)) / (last + 1);
      } else if (zero !== 0) {
        weight[step] = (weight[step] * (last + 1)) / (zero * (last - step));
      }
    }
    for (let step = removed; step < last; step += 1) {
      this.feature[step] = this.feature[step + 1];
      this.zero[step] = this.zero[step + 1];
      this.one[step] = this.one[step + 1];
    }
    this.last -= 1;
  }

  /** Sum of the weights that the path would have without a step. */
  weightWithout(left: number): number {
    const { weight, last } = this;
    const one = this.one[left];
    const zero = this.zero[left];
    let next = weight[last];
    let sum = 0;
    for (let step = last - 1; step >= 0; step -= 1) {
      if (one !== 0) {
        const unwound = (next * (last + 1)) / ((step + 1) * one);
        sum += unwound;
        next = weight[step] - (unwound * zero * (last - step)) / (last + 1);
      } else if (zero !== 0) {
        sum += (weight[step] * (last + 1)) / (zero * (last - step));
      }
    }
    return sum;
  }
}
