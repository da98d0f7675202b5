import { z } from 'zod';

const basisPoints = z.number().min(0).max(1_000);

/**
 * What trading costs, in basis points of the notional of each side. A market order pays taker fee, half the spread and
 * slippage; a resting limit order pays the maker fee alone.
 */
export const costsSchema = z.strictObject({
  /** Taker fee. */
  feeBps: basisPoints.default(10),
  /** Fee of resting orders; absent: as the taker fee. */
  makerFeeBps: basisPoints.optional(),
  halfSpreadBps: basisPoints.default(1),
  slippageBps: basisPoints.default(2),
  /**
   * Slippage that grows with size, beside `slippageBps`: this × √(quantity / volume of the bar), the square-root law of
   * market impact. Absent: none.
   */
  impactBps: z.number().min(0).max(10_000).optional(),
  /** What a fee is taken from: always the quote currency, or what an order receives (a buy on spot gets less base). */
  feeCurrency: z.enum(['quote', 'received']).optional(),
  /** Funding that longs pay shorts each eight hours, of the position's value; swaps only. Recorded rates replace it. */
  fundingBpsPer8h: z.number().min(-1_000).max(1_000).optional(),
});

export type CostSpec = z.infer<typeof costsSchema>;
