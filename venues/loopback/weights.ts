/** Binance's request weights and limits, per section of its interface. */
export type Section = 'spot' | 'usdm';

const LIMIT_PER_MINUTE: Readonly<Record<Section, number>> = { spot: 6_000, usdm: 2_400 };
const MINUTE_MS = 60_000;
/** Whoever goes on asking after being told to wait is banned. */
const REFUSALS_BEFORE_BAN = 20;
const BAN_MS = 120_000;

/** Weight by path; of books and USDⓈ-M klines it depends on `limit`, of tickers on whether a symbol is named. */
export function weightOf(section: Section, path: string, query: URLSearchParams): number {
  const limit = Number(query.get('limit') ?? 500);
  const isSpot = section === 'spot';
  switch (path) {
    case 'klines':
      return isSpot
        ? 2
        : step(
            limit,
            [
              [99, 1],
              [499, 2],
              [1_000, 5],
            ],
            10,
          );
    case 'depth':
      return isSpot
        ? step(
            limit,
            [
              [100, 5],
              [500, 25],
              [1_000, 50],
            ],
            250,
          )
        : step(
            limit,
            [
              [50, 2],
              [100, 5],
              [500, 10],
            ],
            20,
          );
    case 'exchangeInfo':
      return isSpot ? 20 : 1;
    case 'trades':
      return isSpot ? 25 : 5;
    case 'ticker/24hr':
      return query.has('symbol') ? (isSpot ? 2 : 1) : isSpot ? 80 : 40;
    case 'ticker/bookTicker':
      return query.has('symbol') ? 2 : isSpot ? 4 : 5;
    default:
      return 1;
  }
}

function step(
  value: number,
  steps: readonly (readonly [upTo: number, weight: number])[],
  beyond: number,
): number {
  return steps.find(([upTo]) => value <= upTo)?.[1] ?? beyond;
}

/** Weight used in the current minute, as the venue counts it: by the clock's minute. */
export class WeightCounter {
  readonly #limit: number;
  #minute = Number.NaN;
  #used = 0;
  #refusals = 0;
  #bannedUntil = 0;

  constructor(section: Section) {
    this.#limit = LIMIT_PER_MINUTE[section];
  }

  get used(): number {
    return this.#used;
  }

  /** Counts a request; answers how it is refused, or null. */
  count(weight: number, now: number): { readonly status: 418 | 429; readonly waitMs: number } | null {
    const minute = Math.floor(now / MINUTE_MS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#used = 0;
    }
    if (now < this.#bannedUntil) return { status: 418, waitMs: this.#bannedUntil - now };
    this.#used += weight;
    if (this.#used <= this.#limit) return null;
    this.#refusals++;
    if (this.#refusals <= REFUSALS_BEFORE_BAN) return { status: 429, waitMs: (minute + 1) * MINUTE_MS - now };
    this.#refusals = 0;
    this.#bannedUntil = now + BAN_MS;
    return { status: 418, waitMs: BAN_MS };
  }
}
