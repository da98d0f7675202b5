import { z } from 'zod';
import type { RejectionCode } from '../../contracts/venue.ts';
import type { AnswerMeaning } from './card.ts';

/** Reasons stand under several names, most of which say UNKNOWN. */
export function coinbaseCodes(answer: unknown): readonly string[] {
  const text = z.string().optional().catch(undefined);
  const failure = z.object({ error: text, preview_failure_reason: text, new_order_failure_reason: text });
  const shape = z.object({
    error: text,
    error_response: failure.optional().catch(undefined),
    failure_response: failure.optional().catch(undefined),
  });
  const read = shape.safeParse(answer);
  if (!read.success) return [];
  const { error, error_response: refusal, failure_response: failed } = read.data;
  return [
    refusal?.preview_failure_reason,
    refusal?.new_order_failure_reason,
    refusal?.error,
    failed?.error,
    error,
  ].filter(word => word !== undefined && word !== '' && !word.startsWith('UNKNOWN')) as string[];
}

/** https://docs.cdp.coinbase.com/advanced-trade/reference/retailbrokerageapi_postorder */
export const COINBASE_REJECTIONS: Readonly<Record<string, RejectionCode>> = {
  INSUFFICIENT_FUND: 'insufficient-balance',
  INSUFFICIENT_FUNDS: 'insufficient-balance',
  PREVIEW_INSUFFICIENT_FUND: 'insufficient-balance',
  PREVIEW_INSUFFICIENT_FUNDS_FOR_FUTURES: 'insufficient-balance',
  PREVIEW_INVALID_BASE_SIZE_TOO_SMALL: 'filter',
  PREVIEW_INVALID_BASE_SIZE_TOO_LARGE: 'filter',
  PREVIEW_INVALID_SIZE_PRECISION: 'filter',
  PREVIEW_INVALID_PRICE_PRECISION: 'filter',
  PREVIEW_INVALID_LIMIT_PRICE: 'filter',
  PREVIEW_INVALID_ORDER_CONFIG: 'other',
  PREVIEW_STOP_PRICE_ABOVE_LAST_TRADE_PRICE: 'would-trigger',
  PREVIEW_STOP_PRICE_BELOW_LAST_TRADE_PRICE: 'would-trigger',
  PREVIEW_STOP_PRICE_ABOVE_LIMIT_PRICE: 'filter',
  PREVIEW_STOP_PRICE_BELOW_LIMIT_PRICE: 'filter',
  INVALID_LIMIT_PRICE_POST_ONLY: 'would-trigger',
  INVALID_PRODUCT_ID: 'symbol-closed',
  INVALID_ORDER_TYPE: 'other',
  INVALID_SIDE: 'other',
  INVALID_REQUEST: 'other',
  INVALID_ARGUMENT: 'other',
  INVALID_SIZE_PRECISION: 'filter',
  INVALID_PRICE_PRECISION: 'filter',
  UNSUPPORTED_ORDER_CONFIGURATION: 'other',
  TRADING_DISABLED: 'symbol-closed',
  MARKET_PAUSED: 'symbol-closed',
  PERMISSION_DENIED: 'permission',
  UNAUTHENTICATED: 'permission',
};

export const COINBASE_MEANINGS: Readonly<Record<string, AnswerMeaning>> = {
  PERMISSION_DENIED: 'keys',
  UNAUTHENTICATED: 'keys',
  INVALID_PRODUCT_ID: 'symbol',
  NOT_FOUND: 'no-order',
};
