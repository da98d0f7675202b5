import { barsBefore } from '../../contracts/candles.ts';
import { TIMEFRAME_MS, type Timeframe } from '../../contracts/series.ts';
import { type Kline, klinesAt, type LoopbackMarket, type MarketBars, venueSymbol } from './market.ts';
import type { Section } from './weights.ts';

/** An error in Binance's form. */
export class VenueRefusal extends Error {
  readonly code: number;
  readonly status: number;

  constructor(code: number, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export interface ListedMarket {
  readonly market: LoopbackMarket;
  readonly bars: MarketBars;
}

/** How a request for klines with a start but no end is answered: by the first bars from there on, or by a window. */
export type PageStyle = 'first-bars' | 'window';

const MAX_KLINES: Readonly<Record<Section, number>> = { spot: 1_000, usdm: 1_500 };
const PERPETUAL_DELIVERY = 4_133_404_800_000;
const DAY_MS = 86_400_000;

/** `GET exchangeInfo`. */
export function exchangeInfo(section: Section, listed: readonly ListedMarket[], now: number) {
  return {
    timezone: 'UTC',
    serverTime: now,
    rateLimits: [
      {
        rateLimitType: 'REQUEST_WEIGHT',
        interval: 'MINUTE',
        intervalNum: 1,
        limit: section === 'spot' ? 6_000 : 2_400,
      },
    ],
    exchangeFilters: [],
    symbols: listed.map(({ market }) => describeSymbol(section, market)),
  };
}

function describeSymbol(section: Section, market: LoopbackMarket) {
  const { base, quote, tick = '0.01', lot = '0.00001', minNotional = '5', status = 'TRADING' } = market;
  const shared = {
    symbol: venueSymbol(market),
    status,
    baseAsset: base,
    quoteAsset: quote,
    baseAssetPrecision: 8,
    quotePrecision: 8,
    orderTypes: ['LIMIT', 'MARKET'],
  };
  const filters = [
    { filterType: 'PRICE_FILTER', minPrice: tick, maxPrice: '10000000', tickSize: tick },
    { filterType: 'LOT_SIZE', minQty: lot, maxQty: '9000', stepSize: lot },
  ];
  if (section === 'spot') {
    return {
      ...shared,
      isSpotTradingAllowed: true,
      isMarginTradingAllowed: false,
      filters: [...filters, { filterType: 'NOTIONAL', minNotional, applyMinToMarket: true }],
      permissions: [],
      permissionSets: [['SPOT']],
    };
  }
  return {
    ...shared,
    pair: venueSymbol(market),
    contractType: 'PERPETUAL',
    deliveryDate: PERPETUAL_DELIVERY,
    onboardDate: market.candles.openTime[0] ?? 0,
    marginAsset: quote,
    filters: [...filters, { filterType: 'MIN_NOTIONAL', notional: minNotional }],
    timeInForce: ['GTC', 'IOC', 'FOK', 'GTX'],
  };
}

/** `GET klines`: the bars asked for, and those before them (for answers that overlap). */
export function klines(
  section: Section,
  { market, bars }: ListedMarket,
  query: URLSearchParams,
  now: number,
  pageStyle: PageStyle,
): { readonly asked: Kline[]; readonly before: Kline[] } {
  const timeframe = (query.get('interval') ?? '') as Timeframe;
  if (!Object.hasOwn(TIMEFRAME_MS, timeframe)) throw new VenueRefusal(-1120, 'Invalid interval.');
  const candles = bars.at(timeframe);
  if (!candles) throw new VenueRefusal(-1120, `Invalid interval for ${venueSymbol(market)}.`);
  const limit = Math.min(integer(query, 'limit') ?? 500, MAX_KLINES[section]);
  const start = integer(query, 'startTime');
  const windowEnd =
    pageStyle === 'window' && start !== null ? start + limit * TIMEFRAME_MS[timeframe] - 1 : Infinity;
  const end = Math.min(integer(query, 'endTime') ?? Infinity, windowEnd, now);
  const to = barsBefore(candles, end + 1);
  const from = start === null ? Math.max(0, to - limit) : Math.min(barsBefore(candles, start), to);
  return {
    asked: klinesAt(candles, timeframe, now, from, Math.min(to, from + limit)),
    before: klinesAt(candles, timeframe, now, Math.max(0, from - 10), from),
  };
}

/** `GET depth`: a book around the last price, thinner away from it. */
export function depth({ market, bars }: ListedMarket, query: URLSearchParams, now: number, section: Section) {
  const limit = Math.min(integer(query, 'limit') ?? 100, 5_000);
  const { price, tick } = quoteOf(market, bars, now);
  const side = (direction: 1 | -1) =>
    Array.from({ length: limit }, (_, level) => price + direction * (level + 1) * tick)
      .filter(levelPrice => levelPrice > 0)
      .map((levelPrice, level) => [inSteps(levelPrice, market), (10 / (level + 1)).toFixed(5)]);
  const times = section === 'usdm' ? { E: now, T: now } : {};
  return { lastUpdateId: Math.floor(now), ...times, bids: side(-1), asks: side(1) };
}

/** `GET trades`: the newest bars as four trades each, oldest first. */
export function trades({ market }: ListedMarket, query: URLSearchParams, now: number) {
  const limit = Math.min(integer(query, 'limit') ?? 500, 1_000);
  const candles = market.candles;
  const last = barsBefore(candles, now - TIMEFRAME_MS[market.timeframe] + 1);
  const first = Math.max(0, last - Math.ceil(limit / 4));
  const list: object[] = [];
  for (let row = first; row < last; row++) {
    const quantity = candles.volume[row] / 4;
    const prices = [candles.open[row], candles.high[row], candles.low[row], candles.close[row]];
    for (const [index, price] of prices.entries()) {
      list.push({
        id: row * 4 + index,
        price: String(price),
        qty: String(quantity),
        quoteQty: String(price * quantity),
        time: candles.openTime[row] + ((index + 1) * TIMEFRAME_MS[market.timeframe]) / 5,
        isBuyerMaker: index % 2 === 0,
        isBestMatch: true,
      });
    }
  }
  return list.slice(-limit);
}

/** `GET ticker/24hr`. */
export function ticker24h({ market, bars }: ListedMarket, now: number) {
  const { candles } = market;
  const from = barsBefore(candles, now - DAY_MS);
  const to = barsBefore(candles, now + 1);
  const { price, tick } = quoteOf(market, bars, now);
  const day = {
    high: candles.high.subarray(from, to).reduce((a, b) => Math.max(a, b), price),
    low: candles.low.subarray(from, to).reduce((a, b) => Math.min(a, b), price),
    volume: candles.volume.subarray(from, to).reduce((a, b) => a + b, 0),
    open: from < to ? candles.open[from] : price,
  };
  return {
    symbol: venueSymbol(market),
    priceChange: String(price - day.open),
    priceChangePercent: (100 * (price / day.open - 1)).toFixed(3),
    weightedAvgPrice: String(price),
    lastPrice: String(price),
    lastQty: '1',
    bidPrice: inSteps(price - tick, market),
    bidQty: '10.00000',
    askPrice: inSteps(price + tick, market),
    askQty: '10.00000',
    openPrice: String(day.open),
    highPrice: String(day.high),
    lowPrice: String(day.low),
    volume: String(day.volume),
    quoteVolume: String(day.volume * price),
    openTime: now - DAY_MS,
    closeTime: now,
    firstId: 0,
    lastId: 0,
    count: to - from,
  };
}

/** `GET ticker/bookTicker`. */
export function bookTicker({ market, bars }: ListedMarket, now: number) {
  const { price, tick } = quoteOf(market, bars, now);
  return {
    symbol: venueSymbol(market),
    bidPrice: inSteps(price - tick, market),
    bidQty: '10.00000',
    askPrice: inSteps(price + tick, market),
    askQty: '10.00000',
    time: now,
  };
}

function quoteOf(market: LoopbackMarket, bars: MarketBars, now: number) {
  const price = bars.lastPrice(now);
  if (price === null) throw new VenueRefusal(-1121, 'Invalid symbol.');
  return { price, tick: Number(market.tick ?? '0.01') };
}

/** A price on the market's grid. */
function inSteps(price: number, { tick = '0.01' }: LoopbackMarket): string {
  const decimals = tick.split('.')[1]?.replace(/0+$/, '').length ?? 0;
  return (Math.round(price / Number(tick)) * Number(tick)).toFixed(decimals);
}

function integer(query: URLSearchParams, name: string): number | null {
  const text = query.get(name);
  if (text === null) return null;
  if (!/^\d+$/.test(text))
    throw new VenueRefusal(
      -1100,
      `Illegal characters found in parameter '${name}'; legal range is '^[0-9]{1,20}$'.`,
    );
  return Number(text);
}
