import { barsBefore } from '../../contracts/candles.ts';
import { TIMEFRAME_MS, type Timeframe } from '../../contracts/series.ts';
import type { ListedMarket } from './listed-market.ts';
import { decimalText, type Kline, type LoopbackMarket } from './market.ts';
import { describeFilters } from './orders/market-filters.ts';
import { ORDER_TYPES } from './orders/order.ts';
import { integer } from './parameters.ts';
import { VenueRefusal } from './refusal.ts';
import type { Limits, Section } from './weights.ts';

/** How a request for klines with a start but no end is answered: by the first bars from there on, or by a window. */
export type PageStyle = 'first-bars' | 'window';

const MAX_KLINES: Readonly<Record<Section, number>> = { spot: 1_000, usdm: 1_500 };
const PERPETUAL_DELIVERY = 4_133_404_800_000;
const DAY_MS = 86_400_000;

/** `GET exchangeInfo`. */
export function exchangeInfo(section: Section, listed: readonly ListedMarket[], now: number, limits: Limits) {
  const weight = section === 'spot' ? limits.spotWeightPerMinute : limits.usdmWeightPerMinute;
  return {
    timezone: 'UTC',
    serverTime: now,
    rateLimits: [
      { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: weight },
      { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: limits.ordersPerTenSeconds },
    ],
    exchangeFilters: [],
    symbols: listed.map(market => describeSymbol(section, market)),
  };
}

function describeSymbol(section: Section, { symbol, status, market, bars }: ListedMarket) {
  const { base, quote, tick = '0.01', lot = '0.00001', minNotional = '5' } = market;
  const { maxQuantity = '9000', maxMarketQuantity = maxQuantity } = market;
  const shared = {
    symbol,
    status,
    baseAsset: base,
    quoteAsset: quote,
    baseAssetPrecision: 8,
    quotePrecision: 8,
  };
  if (section === 'spot') {
    return {
      ...shared,
      quoteAssetPrecision: 8,
      baseCommissionPrecision: 8,
      quoteCommissionPrecision: 8,
      orderTypes: ORDER_TYPES,
      icebergAllowed: false,
      ocoAllowed: false,
      quoteOrderQtyMarketAllowed: true,
      allowTrailingStop: false,
      cancelReplaceAllowed: false,
      isSpotTradingAllowed: true,
      isMarginTradingAllowed: false,
      filters: describeFilters(market),
      permissions: [],
      permissionSets: [['SPOT']],
    };
  }
  return {
    ...shared,
    orderTypes: ['LIMIT', 'MARKET'],
    pair: symbol,
    contractType: 'PERPETUAL',
    deliveryDate: PERPETUAL_DELIVERY,
    onboardDate: bars.candles.openTime[0] ?? 0,
    marginAsset: quote,
    filters: [
      { filterType: 'PRICE_FILTER', minPrice: tick, maxPrice: '10000000', tickSize: tick },
      { filterType: 'LOT_SIZE', minQty: lot, maxQty: maxQuantity, stepSize: lot },
      { filterType: 'MARKET_LOT_SIZE', minQty: lot, maxQty: maxMarketQuantity, stepSize: lot },
      { filterType: 'MIN_NOTIONAL', notional: minNotional },
    ],
    timeInForce: ['GTC', 'IOC', 'FOK', 'GTX'],
  };
}

/** `GET klines`: the bars asked for, and those before them (for answers that overlap). */
export function klines(
  section: Section,
  { symbol, bars }: ListedMarket,
  query: URLSearchParams,
  now: number,
  pageStyle: PageStyle,
): { readonly asked: Kline[]; readonly before: Kline[] } {
  const timeframe = (query.get('interval') ?? '') as Timeframe;
  if (!Object.hasOwn(TIMEFRAME_MS, timeframe)) throw new VenueRefusal(-1120, 'Invalid interval.');
  const candles = bars.at(timeframe);
  if (!candles) throw new VenueRefusal(-1120, `Invalid interval for ${symbol}.`);
  const limit = Math.min(integer(query, 'limit') ?? 500, MAX_KLINES[section]);
  const start = integer(query, 'startTime');
  const windowEnd =
    pageStyle === 'window' && start !== null ? start + limit * TIMEFRAME_MS[timeframe] - 1 : Infinity;
  const end = Math.min(integer(query, 'endTime') ?? Infinity, windowEnd, now);
  const to = barsBefore(candles, end + 1);
  const from = start === null ? Math.max(0, to - limit) : Math.min(barsBefore(candles, start), to);
  return {
    asked: bars.klines(candles, timeframe, now, from, Math.min(to, from + limit)),
    before: bars.klines(candles, timeframe, now, Math.max(0, from - 10), from),
  };
}

/** `GET depth`: a book around the last price, thinner away from it. */
export function depth(
  listed: ListedMarket,
  query: URLSearchParams,
  now: number,
  spreadTicks: number,
  section: Section,
) {
  const limit = Math.min(integer(query, 'limit') ?? 100, 5_000);
  const { price, tick, distance } = quoteOf(listed, now, spreadTicks);
  const side = (direction: 1 | -1) =>
    Array.from({ length: limit }, (_, level) => price + direction * (distance + level * tick))
      .filter(levelPrice => levelPrice > 0)
      .map((levelPrice, level) => [inSteps(levelPrice, listed.market), (10 / (level + 1)).toFixed(5)]);
  const times = section === 'usdm' ? { E: now, T: now } : {};
  return { lastUpdateId: Math.floor(now), ...times, bids: side(-1), asks: side(1) };
}

/** `GET trades`: the newest bars as four trades each, oldest first. */
export function trades({ bars }: ListedMarket, query: URLSearchParams, now: number) {
  const limit = Math.min(integer(query, 'limit') ?? 500, 1_000);
  const { candles, durationMs } = bars;
  const last = barsBefore(candles, now - durationMs + 1);
  const first = Math.max(0, last - Math.ceil(limit / 4));
  const list: object[] = [];
  for (let row = first; row < last; row++) {
    const quantity = candles.volume[row] / 4;
    const prices = [candles.open[row], candles.high[row], candles.low[row], candles.close[row]];
    for (const [index, price] of prices.entries()) {
      list.push({
        id: row * 4 + index,
        price: decimalText(price),
        qty: decimalText(quantity),
        quoteQty: decimalText(price * quantity),
        time: candles.openTime[row] + ((index + 1) * durationMs) / 5,
        isBuyerMaker: index % 2 === 0,
        isBestMatch: true,
      });
    }
  }
  return list.slice(-limit);
}

/** `GET ticker/24hr`. */
export function ticker24h(listed: ListedMarket, now: number, spreadTicks: number) {
  const { market, symbol } = listed;
  const { candles, durationMs } = listed.bars;
  const from = barsBefore(candles, now - DAY_MS);
  const to = Math.max(from, barsBefore(candles, now - durationMs + 1));
  const { price, distance } = quoteOf(listed, now, spreadTicks);
  const openBar = listed.bars.openBar(now) ?? { open: price, high: price, low: price, volume: 0 };
  const day = {
    high: candles.high.subarray(from, to).reduce((a, b) => Math.max(a, b), openBar.high),
    low: candles.low.subarray(from, to).reduce((a, b) => Math.min(a, b), openBar.low),
    volume: candles.volume.subarray(from, to).reduce((a, b) => a + b, openBar.volume),
    open: from < to ? candles.open[from] : openBar.open,
  };
  return {
    symbol,
    priceChange: decimalText(price - day.open),
    priceChangePercent: (100 * (price / day.open - 1)).toFixed(3),
    weightedAvgPrice: decimalText(price),
    lastPrice: decimalText(price),
    lastQty: '1',
    bidPrice: inSteps(price - distance, market),
    bidQty: '10.00000',
    askPrice: inSteps(price + distance, market),
    askQty: '10.00000',
    openPrice: decimalText(day.open),
    highPrice: decimalText(day.high),
    lowPrice: decimalText(day.low),
    volume: decimalText(day.volume),
    quoteVolume: decimalText(day.volume * price),
    openTime: now - DAY_MS,
    closeTime: now,
    firstId: 0,
    lastId: 0,
    count: to - from,
  };
}

/** `GET ticker/bookTicker`. */
export function bookTicker(listed: ListedMarket, now: number, spreadTicks: number) {
  const { market, symbol } = listed;
  const { price, distance } = quoteOf(listed, now, spreadTicks);
  return {
    symbol,
    bidPrice: inSteps(price - distance, market),
    bidQty: '10.00000',
    askPrice: inSteps(price + distance, market),
    askQty: '10.00000',
    time: now,
  };
}

/** `GET ticker/price`. */
export function tickerPrice({ symbol, market, bars }: ListedMarket, now: number) {
  const price = bars.lastPrice(now);
  if (price === null) throw new VenueRefusal(-1121, 'Invalid symbol.');
  return { symbol, price: inSteps(price, market) };
}

/** The last price, the tick, and how far ask and bid are away. */
function quoteOf({ market, bars }: ListedMarket, now: number, spreadTicks: number) {
  const price = bars.lastPrice(now);
  if (price === null) throw new VenueRefusal(-1121, 'Invalid symbol.');
  const tick = Number(market.tick ?? '0.01');
  return { price, tick, distance: spreadTicks * tick };
}

/** A price on the market's grid. */
function inSteps(price: number, { tick = '0.01' }: LoopbackMarket): string {
  const decimals = tick.split('.')[1]?.replace(/0+$/, '').length ?? 0;
  return (Math.round(price / Number(tick)) * Number(tick)).toFixed(decimals);
}
