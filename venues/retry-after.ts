/** Longer waits than any venue imposes (Binance bans for three days at most) are taken for nonsense and cut. */
const LONGEST_MS = 3 * 24 * 3_600_000;

/** When a `Retry-After` header (seconds, or an HTTP date) allows the next request, epoch ms; null where it says nothing. */
export function retryAfterTime(header: string | null, nowMs: number): number | null {
  const text = header?.trim() ?? '';
  if (text === '') return null;
  const wait = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  if (Number.isNaN(wait)) return null;
  return nowMs + Math.min(Math.max(wait, 0), LONGEST_MS);
}
