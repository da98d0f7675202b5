/**
 * An account that puts its whole equity into each trade, in turn (compounded), starting at 1. A loss beyond everything
 * leaves 0. Its drawdown is the largest fall from an earlier peak, as a share of the peak.
 */
export class EquityPath {
  #realized = 1;
  #peak = 1;
  #maxDrawdown = 0;
  #marked = 1;

  /** A trade was closed with this net return. */
  realize(netReturn: number): void {
    this.#realized *= Math.max(0, 1 + netReturn);
  }

  /**
   * Marks the account at a bar's close; `openReturn` is what the open position would return if closed there, else 0.
   * @returns what the account gained since the mark before, as a share of what it was then
   */
  mark(openReturn: number): number {
    const equity = this.#realized * Math.max(0, 1 + openReturn);
    if (equity > this.#peak) this.#peak = equity;
    const fall = 1 - equity / this.#peak;
    if (fall > this.#maxDrawdown) this.#maxDrawdown = fall;
    const gained = this.#marked > 0 ? equity / this.#marked - 1 : 0;
    this.#marked = equity;
    return gained;
  }

  get totalReturn(): number {
    return this.#realized - 1;
  }

  get maxDrawdown(): number {
    return this.#maxDrawdown;
  }
}
