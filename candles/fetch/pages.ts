import type { Candles } from '../../contracts/candles.ts';

/** Asks the venue for the first `limit` bars from `since` on. */
export type AskBars = (since: number, limit: number, signal: AbortSignal) => Promise<Candles>;

interface PageOptions {
  readonly ask: AskBars;
  readonly durationMs: number;
  readonly barsPerPage: number;
  /** Bars from here on are not asked for. */
  readonly end: number;
  readonly signal: AbortSignal;
}

/** Pages under way at once while bars follow each other without a hole. */
const AHEAD = 4;

/**
 * Pages of bars, forwards. While they come back full, the next ones are asked for before they are needed: a page's start is
 * known when no bar is missing before it. Close it to let go of what is under way.
 */
export class ForwardPages {
  readonly #options: PageOptions;
  readonly #asked = new Map<number, Promise<Candles>>();
  #letGo = new AbortController();
  #ahead = 1;

  constructor(options: PageOptions) {
    this.#options = options;
  }

  async from(since: number): Promise<Candles> {
    if (!this.#asked.has(since)) this.close();
    const { barsPerPage, durationMs, end } = this.#options;
    const span = barsPerPage * durationMs;
    for (let page = 0; page < this.#ahead; page++) {
      const start = since + page * span;
      if (start < end && !this.#asked.has(start)) this.#asked.set(start, this.#ask(start));
    }
    const candles = await (this.#asked.get(since) as Promise<Candles>);
    this.#asked.delete(since);
    const { openTime } = candles;
    const isFull = openTime.length > 0 && openTime[openTime.length - 1] === since + span - durationMs;
    this.#ahead = isFull ? AHEAD : 1;
    return candles;
  }

  close(): void {
    this.#letGo.abort();
    this.#letGo = new AbortController();
    this.#asked.clear();
  }

  #ask(since: number): Promise<Candles> {
    const { ask, signal, end, durationMs, barsPerPage } = this.#options;
    const limit = Math.min(barsPerPage, (end - since) / durationMs);
    const asked = ask(since, limit, AbortSignal.any([signal, this.#letGo.signal]));
    // Whether it fails matters only to who waits for it.
    asked.catch(() => {});
    return asked;
  }
}
