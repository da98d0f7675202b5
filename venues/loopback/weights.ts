/** Binance's request weights and limits, per section of its interface. */
export type Section = 'spot' | 'usdm';

/** How much may be asked; Binance's, unless a run wants more. */
export interface Limits {
  readonly spotWeightPerMinute: number;
  readonly usdmWeightPerMinute: number;
  readonly ordersPerTenSeconds: number;
}

export const BINANCE_LIMITS: Limits = {
  spotWeightPerMinute: 6_000,
  usdmWeightPerMinute: 2_400,
  ordersPerTenSeconds: 100,
};

/** A request over a limit. */
export interface OverLimit {
  readonly status: 418 | 429;
  readonly waitMs: number;
  readonly code: number;
  readonly message: string;
}

const MINUTE_MS = 60_000;
/** Whoever goes on asking after being told to wait is banned. */
const REFUSALS_BEFORE_BAN = 20;
const BAN_MS = 120_000;

const DAY_MS = 86_400_000;
const TEN_SECONDS_MS = 10_000;
const ORDERS_PER_DAY = 200_000;

/** Weight by path; of books and USDⓈ-M klines it depends on `limit`, of tickers on whether a symbol is named. */
export function weightOf(section: Section, method: string, path: string, query: URLSearchParams): number {
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
    case 'account':
    case 'allOrders':
    case 'myTrades':
      return 20;
    case 'openOrders':
      return method === 'DELETE' ? 1 : query.has('symbol') ? 6 : 80;
    case 'order':
      return method === 'GET' ? 4 : 1;
    case 'ticker/price':
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

  /** @param limit per minute */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  /** Counts a request; answers how it is refused, or null. */
  count(weight: number, now: number): OverLimit | null {
    const minute = Math.floor(now / MINUTE_MS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#used = 0;
    }
    if (now < this.#bannedUntil) return banned(this.#bannedUntil - now);
    this.#used += weight;
    if (this.#used <= this.#limit) return null;
    this.#refusals++;
    if (this.#refusals <= REFUSALS_BEFORE_BAN) {
      const waitMs = (minute + 1) * MINUTE_MS - now;
      return { status: 429, waitMs, code: -1003, message: 'Too many requests.' };
    }
    this.#refusals = 0;
    this.#bannedUntil = now + BAN_MS;
    return banned(BAN_MS);
  }
}

/** New orders, as the venue counts them: in ten seconds, and in a day, by the clock. */
export class OrderCounter {
  perTenSeconds = 0;
  perDay = 0;
  readonly #limit: number;
  #tenSeconds = Number.NaN;
  #day = Number.NaN;

  /** @param limit per ten seconds */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts a new order; answers how it is refused, or null. */
  count(now: number): OverLimit | null {
    const tenSeconds = Math.floor(now / TEN_SECONDS_MS);
    const day = Math.floor(now / DAY_MS);
    if (tenSeconds !== this.#tenSeconds) this.perTenSeconds = 0;
    if (day !== this.#day) this.perDay = 0;
    this.#tenSeconds = tenSeconds;
    this.#day = day;
    this.perTenSeconds++;
    this.perDay++;
    if (this.perDay > ORDERS_PER_DAY)
      return tooManyOrders(`${ORDERS_PER_DAY} orders per 1 DAY`, (day + 1) * DAY_MS - now);
    if (this.perTenSeconds <= this.#limit) return null;
    return tooManyOrders(`${this.#limit} orders per 10 SECOND`, (tenSeconds + 1) * TEN_SECONDS_MS - now);
  }
}

function banned(waitMs: number): OverLimit {
  return { status: 418, waitMs, code: -1003, message: 'Way too many requests; IP banned.' };
}

function tooManyOrders(limit: string, waitMs: number): OverLimit {
  const message = `Too many new orders; current limit is ${limit}.`;
  return { status: 429, waitMs, code: -1015, message };
}
