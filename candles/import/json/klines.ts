/** Open time, open, high, low, close, volume, close time, quote volume, trades, taker's base and quote volume, unused. */
export const KLINE_CELLS = 12;

/** Knows rows of Binance's klines, whose first six cells are a bar, from other rows of twelve cells. */
export class KlineShape {
  #durationMs: number | undefined;

  /** Times that enclose a duration of whole seconds, the same in all rows; a count of trades; takers' part of the volume. */
  fits(cells: readonly (string | null)[]): boolean {
    const [openTime, , , , , volume, closeTime, , trades, takerVolume] = cells.map(cell =>
      cell === null || cell.trim() === '' ? Number.NaN : Number(cell),
    );
    const durationMs = closeTime - openTime + 1;
    this.#durationMs ??= durationMs;
    return (
      durationMs === this.#durationMs &&
      durationMs > 0 &&
      durationMs % 1_000 === 0 &&
      Number.isInteger(trades) &&
      trades >= 0 &&
      takerVolume >= 0 &&
      takerVolume <= volume
    );
  }
}
