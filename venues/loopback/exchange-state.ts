import type { PageStyle } from './answers.ts';
import { FaultPlan } from './fault-plan.ts';
import type { Fault } from './faults.ts';
import { type ListedMarket, listMarket } from './listed-market.ts';
import type { LoopbackMarket, OpenBar } from './market.ts';
import type { TradingAccount } from './trading-account.ts';
import { BINANCE_LIMITS, type Limits, OrderCounter, type Section, WeightCounter } from './weights.ts';

export interface LoopbackOptions {
  readonly markets: readonly LoopbackMarket[];
  /** The venue's clock, epoch ms. */
  readonly now: () => number;
  readonly pageStyle?: PageStyle;
  /** Decides which requests suffer faults that have a probability. */
  readonly seed?: number;
  readonly limits?: Partial<Limits>;
  /** Of 127.0.0.1; without it, one that is free. */
  readonly port?: number;
}

/** A request as it was served. */
export interface ServedRequest {
  readonly time: number;
  readonly section: Section;
  readonly method: string;
  /** `klines`, `exchangeInfo`, `ticker/24hr`, `order`, … */
  readonly path: string;
  /** Of the query and the form. */
  readonly query: URLSearchParams;
  readonly weight: number;
  readonly fault: Fault['kind'] | null;
  /** Of a refusal, Binance's. */
  code: number | null;
}

/** Older ones are forgotten: an exchange may go on for days. */
const KEPT_REQUESTS = 50_000;

/** All that one loopback exchange is. */
export class ExchangeState {
  readonly requests: ServedRequest[] = [];
  readonly faults: FaultPlan;
  readonly weights: Readonly<Record<Section, WeightCounter>>;
  readonly orderCounter: OrderCounter;
  readonly limits: Limits;
  readonly pageStyle: PageStyle;
  /** Null: market data only. */
  account: TradingAccount | null = null;
  maintenance = false;
  announcedMaintenance = false;
  /** So much is the exchange's clock ahead of the one it was given. */
  skewMs = 0;
  readonly #listed: readonly ListedMarket[];
  readonly #clock: () => number;

  constructor(options: LoopbackOptions, openBar: OpenBar) {
    this.#listed = options.markets.map(market => listMarket(market, openBar));
    this.#clock = options.now;
    this.pageStyle = options.pageStyle ?? 'first-bars';
    this.limits = { ...BINANCE_LIMITS, ...options.limits };
    this.weights = {
      spot: new WeightCounter(this.limits.spotWeightPerMinute),
      usdm: new WeightCounter(this.limits.usdmWeightPerMinute),
    };
    this.orderCounter = new OrderCounter(this.limits.ordersPerTenSeconds);
    this.faults = new FaultPlan(options.seed ?? 1);
  }

  now(): number {
    return this.#clock() + this.skewMs;
  }

  /** Markets of a section, with their bars up to now. */
  listed(section: Section): ListedMarket[] {
    const kind = section === 'spot' ? 'spot' : 'swap';
    const listed = this.#listed.filter(({ market, status }) => market.kind === kind && status !== 'DELISTED');
    for (const { bars } of listed) bars.extendTo(this.now());
    return listed;
  }

  note(request: ServedRequest): void {
    this.requests.push(request);
    if (this.requests.length > KEPT_REQUESTS) this.requests.splice(0, KEPT_REQUESTS / 10);
  }
}
