import { z } from 'zod';

/** A number as the venue writes it: exact, for rounding and comparing later. */
const decimal = z.string().regex(/^\d+(\.\d+)?$/, 'a decimal number in digits');

/**
 * A market as its venue describes it. Steps and minimums are decimal strings in the units named; null where the venue
 * states none.
 */
export const marketSchema = z.strictObject({
  venue: z.string(),
  /** Compact: BTCUSDT. */
  symbol: z.string(),
  kind: z.enum(['spot', 'swap']),
  base: z.string(),
  quote: z.string(),
  /** Currency that a swap settles in; null on spot. */
  settle: z.string().nullable(),
  /** The venue's own name of it (BTCUSDT, tBTCUSD, BTC-USD). */
  venueSymbol: z.string(),
  /** ccxt's name of it (BTC/USDT, BTC/USDT:USDT). */
  unifiedSymbol: z.string(),
  active: z.boolean(),
  /** Smallest step of a price, in quote. */
  tick: decimal.nullable(),
  /** Smallest step of a quantity, in base (or contracts). */
  lot: decimal.nullable(),
  minQuantity: decimal.nullable(),
  maxQuantity: decimal.nullable(),
  /** Largest order at market, where that is another; absent in what was written before it was asked for. */
  maxMarketQuantity: decimal.nullable().optional(),
  /** Smallest price × quantity of an order, in quote. */
  minNotional: decimal.nullable(),
  /** Base units in one contract; null on spot. */
  contractSize: decimal.nullable(),
  makerFee: z.number().nullable(),
  takerFee: z.number().nullable(),
  /** When the venue said so, epoch ms. */
  fetchedTime: z.number(),
});

export type Market = z.infer<typeof marketSchema>;
