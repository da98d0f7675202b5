import { createHash } from 'node:crypto';
import type { OrderKey } from '../../contracts/trading.ts';

const ID_BYTES = 16;

/**
 * Names an order for good: the first 128 bits of SHA-256 over the JSON array of ledger id, account, symbol, timeframe,
 * open time of the deciding bar, leg and attempt, as 32 hexadecimal digits. JSON quotes its strings, so that no two keys
 * are written alike. Never of what the order wants: a second thought gives no second order.
 */
export function clientOrderId(ledgerId: string, key: OrderKey): string {
  const { account, symbol, timeframe, barTime, leg, attempt } = key;
  const text = JSON.stringify([ledgerId, account, symbol, timeframe, barTime, leg, attempt]);
  return createHash('sha256').update(text).digest().subarray(0, ID_BYTES).toString('hex');
}
