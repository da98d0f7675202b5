/** Where a clock that runs faster or slower than the machine's was set. */
export interface ClockAnchor {
  /** The machine's clock, epoch ms. */
  readonly realTime: number;
  /** The exchange's at that moment. */
  readonly exchangeTime: number;
  /** Exchange time per real time. */
  readonly speed: number;
}

/** A clock in whole ms; it goes on while nobody looks, from one process to the next. */
export function anchoredClock(
  { realTime, exchangeTime, speed }: ClockAnchor,
  now: () => number,
): () => number {
  return () => Math.floor(exchangeTime + (now() - realTime) * speed);
}
