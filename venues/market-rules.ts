import type { Market } from '../contracts/market.ts';
import type { MarketKind } from '../contracts/series.ts';
import type { CcxtExchange, CcxtMarket } from './exchange-module.ts';
import { compactSymbol } from './symbols.ts';

/** ccxt's precision modes: a step, a number of decimals, or a number of significant digits. */
const DECIMAL_PLACES = 2;
const SIGNIFICANT_DIGITS = 3;
const TICK_SIZE = 4;

/** A market's rules in our words. */
export function marketRules(
  exchange: Pick<CcxtExchange, 'id' | 'precisionMode'>,
  venue: string,
  kind: MarketKind,
  market: CcxtMarket,
  fetchedTime: number,
): Market {
  const { precision, limits } = market;
  return {
    venue,
    symbol: compactSymbol(market),
    kind,
    base: market.base,
    quote: market.quote,
    settle: kind === 'spot' ? null : (market.settle ?? null),
    venueSymbol: market.id,
    unifiedSymbol: market.symbol,
    active: market.active !== false,
    tick: stepOf(precision.price, exchange.precisionMode),
    lot: stepOf(precision.amount, lotMode(exchange)),
    minQuantity: positiveDecimal(limits.amount?.min),
    maxQuantity: positiveDecimal(limits.amount?.max),
    maxMarketQuantity: positiveDecimal(limits.market?.max),
    minNotional: positiveDecimal(limits.cost?.min),
    contractSize: kind === 'spot' ? null : positiveDecimal(market.contractSize ?? 1),
    makerFee: market.maker ?? null,
    takerFee: market.taker ?? null,
    fetchedTime,
  };
}

/** Bitfinex, whose prices have significant digits, counts the decimals of quantities. */
function lotMode({ id, precisionMode }: Pick<CcxtExchange, 'id' | 'precisionMode'>): number {
  return id === 'bitfinex' && precisionMode === SIGNIFICANT_DIGITS ? DECIMAL_PLACES : precisionMode;
}

/** A precision as a step; null where there is no constant one: significant digits make it depend on the price. */
function stepOf(precision: number | undefined, mode: number): string | null {
  if (precision === undefined || precision === null) return null;
  if (mode === TICK_SIZE) return positiveDecimal(precision);
  if (mode !== DECIMAL_PLACES) return null;
  // By text: a power of ten in binary would not be exact.
  return precision <= 0 ? `1${'0'.repeat(-precision)}` : `0.${'0'.repeat(precision - 1)}1`;
}

/** The shortest decimal that reads back as the number, without an exponent; null for none, 0 and infinities. */
function positiveDecimal(value: number | undefined | null): string | null {
  if (value === undefined || value === null || !Number.isFinite(value) || value <= 0) return null;
  const [digits, exponentText] = value.toString().split('e');
  if (exponentText === undefined) return digits;
  const exponent = Number(exponentText);
  const [whole, fraction = ''] = digits.split('.');
  return exponent < 0
    ? `0.${'0'.repeat(-exponent - 1)}${whole}${fraction}`
    : `${whole}${fraction.padEnd(exponent, '0')}`;
}
