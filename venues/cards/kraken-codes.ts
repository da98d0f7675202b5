import { z } from 'zod';
import type { RejectionCode } from '../../contracts/venue.ts';
import type { AnswerMeaning } from './card.ts';

/** `{error: ["EGeneral:Invalid arguments:price"]}`: from the whole down to its first two parts. */
export function krakenCodes(answer: unknown): readonly string[] {
  const read = z.object({ error: z.array(z.string()).min(1) }).safeParse(answer);
  if (!read.success) return [];
  return read.data.error.flatMap(text => {
    const parts = text.split(':');
    return parts.slice(1).map((_, dropped) => parts.slice(0, parts.length - dropped).join(':'));
  });
}

/** https://docs.kraken.com/api/docs/guides/spot-errors: an order with one of these was not taken. */
export const KRAKEN_REJECTIONS: Readonly<Record<string, RejectionCode>> = {
  'EOrder:Insufficient funds': 'insufficient-balance',
  'EOrder:Order minimum not met': 'filter',
  'EOrder:Cost minimum not met': 'filter',
  'EOrder:Tick size check failed': 'filter',
  'EGeneral:Invalid arguments:volume': 'filter',
  'EGeneral:Invalid arguments:price': 'filter',
  'EOrder:Invalid price': 'filter',
  'EOrder:Orders limit exceeded': 'other',
  'EOrder:Positions limit exceeded': 'other',
  'EOrder:Rate limit exceeded': 'rate-limit',
  'EOrder:Domain rate limit exceeded': 'rate-limit',
  'EOrder:Deadline elapsed': 'expired-request',
  'EOrder:Invalid order': 'other',
  'EGeneral:Invalid arguments': 'other',
  'EGeneral:Permission denied': 'permission',
  'EAPI:Invalid key': 'permission',
  'EAPI:Invalid signature': 'permission',
  'EAPI:Invalid nonce': 'other',
  'EQuery:Unknown asset pair': 'symbol-closed',
  'EService:Market in cancel_only mode': 'symbol-closed',
  'EService:Market in post_only mode': 'symbol-closed',
  'EOrder:cl_ord_id already in use': 'duplicate-id',
};

export const KRAKEN_MEANINGS: Readonly<Record<string, AnswerMeaning>> = {
  'EAPI:Invalid key': 'keys',
  'EAPI:Invalid signature': 'keys',
  'EGeneral:Permission denied': 'keys',
  'EAPI:Rate limit exceeded': 'wait',
  'EGeneral:Too many requests': 'wait',
  'EGeneral:Temporary lockout': 'wait',
  'EService:Unavailable': 'maintenance',
  'EOrder:Unknown order': 'gone',
  'EQuery:Unknown asset pair': 'symbol',
};
