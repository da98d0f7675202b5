import { FINAL_STATUSES, type OrderStatus } from '../../contracts/trading.ts';

/** What the venue, or an operator, says of an order. */
export type ReportedStatus = Exclude<OrderStatus, 'planned' | 'withdrawn' | 'sending'>;

export interface NextStatus {
  readonly status: OrderStatus;
  /** What was said contradicts what stands: told, and looked into. */
  readonly isContradiction: boolean;
}

/** Ends in which an order never stood at the venue. */
const NEVER_STOOD: ReadonlySet<OrderStatus> = new Set(['withdrawn', 'rejected', 'lapsed']);

/**
 * An order's status after news that may be late, double or out of order: forward only, so that an old "open" changes no
 * end. An order of which we were sure that it never stood at the venue, and that is there, is open again; so is one whose end was an
 * operator's word alone.
 * @param isResolved whether its end is an operator's word, and this the venue's
 */
export function nextStatus(current: OrderStatus, said: ReportedStatus, isResolved = false): NextStatus {
  const stays: NextStatus = { status: current, isContradiction: false };
  if (said === current) return stays;
  const isEnd = said === 'canceled' || said === 'expired';
  const wasFilled = current === 'filled' && isEnd;
  if (isResolved && FINAL_STATUSES.has(current) && (said === 'open' || wasFilled))
    return { status: said, isContradiction: true };
  if (NEVER_STOOD.has(current) || current === 'planned') {
    const isThere = isEnd || said === 'open' || said === 'filled';
    return isThere ? { status: said, isContradiction: true } : stays;
  }
  if (current === 'canceled' || current === 'expired') {
    return said === 'filled' ? { status: 'filled', isContradiction: false } : stays;
  }
  if (FINAL_STATUSES.has(current)) return stays;
  // What was accepted can't have been lost on its way.
  if (current === 'open' && said === 'lapsed') return { status: current, isContradiction: true };
  if (current === 'open' && said === 'unknown') return stays;
  return { status: said, isContradiction: false };
}
