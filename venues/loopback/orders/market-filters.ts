import type { LoopbackMarket } from '../market.ts';
import { VenueRefusal } from '../refusal.ts';
import { Amount, ZERO } from './amount.ts';
import { hasLimit, isStop, type OrderType, type Side } from './order.ts';

/** A market's rules as amounts; those of 0 don't hold. */
export interface MarketRules {
  readonly tick: Amount;
  readonly lot: Amount;
  readonly minNotional: Amount;
  readonly maxNotional: Amount;
  readonly maxPrice: Amount;
  readonly maxQuantity: Amount;
  readonly maxMarketQuantity: Amount;
  readonly percentUp: Amount;
  readonly percentDown: Amount;
}

const MAX_QUANTITY = '9000';
const MAX_OPEN_ORDERS = 200;
const MAX_OPEN_STOPS = 5;

export function rulesOf(market: LoopbackMarket): MarketRules {
  const {
    tick = '0.01',
    lot = '0.00001',
    minNotional = '5',
    percentPrice = { up: '5', down: '0.2' },
  } = market;
  return {
    tick: new Amount(tick),
    lot: new Amount(lot),
    minNotional: new Amount(minNotional),
    maxNotional: new Amount('9000000'),
    maxPrice: new Amount('10000000'),
    maxQuantity: new Amount(market.maxQuantity ?? MAX_QUANTITY),
    maxMarketQuantity: new Amount(market.maxMarketQuantity ?? market.maxQuantity ?? MAX_QUANTITY),
    percentUp: new Amount(percentPrice.up),
    percentDown: new Amount(percentPrice.down),
  };
}

/** The filters as `exchangeInfo` lists them. */
export function describeFilters(market: LoopbackMarket): object[] {
  const rules = rulesOf(market);
  const { tick, lot, minNotional, percentUp, percentDown } = rules;
  const digits = (amount: Amount) => amount.toFixed(8);
  const notional =
    market.notionalFilter === 'MIN_NOTIONAL'
      ? { filterType: 'MIN_NOTIONAL', minNotional: digits(minNotional), applyToMarket: true, avgPriceMins: 5 }
      : {
          filterType: 'NOTIONAL',
          minNotional: digits(minNotional),
          applyMinToMarket: true,
          maxNotional: digits(rules.maxNotional),
          applyMaxToMarket: false,
          avgPriceMins: 5,
        };
  return [
    {
      filterType: 'PRICE_FILTER',
      minPrice: digits(tick),
      maxPrice: digits(rules.maxPrice),
      tickSize: digits(tick),
    },
    { filterType: 'LOT_SIZE', minQty: digits(lot), maxQty: digits(rules.maxQuantity), stepSize: digits(lot) },
    {
      filterType: 'MARKET_LOT_SIZE',
      minQty: digits(ZERO),
      maxQty: digits(rules.maxMarketQuantity),
      stepSize: digits(ZERO),
    },
    {
      filterType: 'PERCENT_PRICE_BY_SIDE',
      bidMultiplierUp: percentUp.toString(),
      bidMultiplierDown: percentDown.toString(),
      askMultiplierUp: percentUp.toString(),
      askMultiplierDown: percentDown.toString(),
      avgPriceMins: 5,
    },
    notional,
    { filterType: 'MAX_NUM_ORDERS', maxNumOrders: MAX_OPEN_ORDERS },
    { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: MAX_OPEN_STOPS },
  ];
}

/** An order as the filters judge it; `last` stands for the average price of five minutes. */
export interface FilteredOrder {
  readonly type: OrderType;
  readonly side: Side;
  readonly quantity: Amount;
  readonly price: Amount;
  readonly stopPrice: Amount;
  readonly last: Amount;
  /** Open orders of the market, and how many of them are stops. */
  readonly openOrders: number;
  readonly openStops: number;
}

interface Filter {
  readonly name: string;
  passes(order: FilteredOrder, rules: MarketRules): boolean;
}

const isOnGrid = (value: Amount, step: Amount, max: Amount) =>
  value.isZero() || (value.gte(step) && value.lte(max) && value.mod(step).isZero());

/** In the order in which they are looked at; the next filter is a line here and one in `describeFilters`. */
const filters = (market: LoopbackMarket): readonly Filter[] => [
  {
    name: 'PRICE_FILTER',
    passes: ({ price, stopPrice }, { tick, maxPrice }) =>
      isOnGrid(price, tick, maxPrice) && isOnGrid(stopPrice, tick, maxPrice),
  },
  {
    name: 'PERCENT_PRICE_BY_SIDE',
    passes: ({ type, price, last }, { percentUp, percentDown }) =>
      !hasLimit(type) || (price.lte(last.times(percentUp)) && price.gte(last.times(percentDown))),
  },
  {
    name: 'LOT_SIZE',
    passes: ({ quantity }, { lot, maxQuantity }) =>
      !quantity.isZero() && isOnGrid(quantity, lot, maxQuantity),
  },
  {
    name: 'MARKET_LOT_SIZE',
    passes: ({ type, quantity }, { maxMarketQuantity }) => hasLimit(type) || quantity.lte(maxMarketQuantity),
  },
  {
    name: market.notionalFilter ?? 'NOTIONAL',
    passes: ({ type, quantity, price, last }, { minNotional, maxNotional }) => {
      const notional = quantity.times(hasLimit(type) ? price : last);
      return notional.gte(minNotional) && (!hasLimit(type) || notional.lte(maxNotional));
    },
  },
  { name: 'MAX_NUM_ORDERS', passes: ({ openOrders }) => openOrders < MAX_OPEN_ORDERS },
  {
    name: 'MAX_NUM_ALGO_ORDERS',
    passes: ({ type, openStops }) => !isStop(type) || openStops < MAX_OPEN_STOPS,
  },
];

/** @throws VenueRefusal -1013 naming the filter */
export function requireFilters(market: LoopbackMarket, order: FilteredOrder): void {
  const rules = rulesOf(market);
  const failed = filters(market).find(filter => !filter.passes(order, rules));
  if (failed) throw new VenueRefusal(-1013, `Filter failure: ${failed.name}`);
}
