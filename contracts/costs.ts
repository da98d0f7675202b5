import { z } from 'zod';

const basisPoints = z.number().min(0).max(1_000);

/**
 * What trading costs, in basis points of the notional of each side. A market order pays taker fee, half the spread and
 * slippage; a resting limit order pays the maker fee alone.
 */
export const costsSchema = z.strictObject({
  feeBps: basisPoints.default(10).describe('Taker fee.'),
  makerFeeBps: basisPoints.optional().describe('Fee of resting orders; without it as the taker fee.'),
  halfSpreadBps: basisPoints.default(1).describe('Half the spread.'),
  slippageBps: basisPoints.default(2).describe('Slippage of market orders and stops.'),
  /**
   * Slippage that grows with size, beside `slippageBps`: this × √(quantity / volume of the bar), the square-root law of
   * market impact. Absent: none.
   */
  impactBps: z
    .number()
    .min(0)
    .max(10_000)
    .optional()
    .describe('Slippage that grows with size, beside slippageBps: this × √(quantity / volume of the bar).'),
  /** With `received` a buy on spot gets less base. */
  feeCurrency: z
    .enum(['quote', 'received'])
    .optional()
    .describe('What a fee is taken from: always the quote currency, or what an order receives.'),
  /** Recorded rates replace it. */
  fundingBpsPer8h: z
    .number()
    .min(-1_000)
    .max(1_000)
    .optional()
    .describe('What longs of swaps pay shorts each eight hours, of the position’s value.'),
});

export type CostSpec = z.infer<typeof costsSchema>;
