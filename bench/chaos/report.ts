import type { LedgerEvent, LedgerFill, LedgerOrder } from '../../trading/ledger/records.ts';
import type { Difference } from './agreement.ts';
import type { Strike } from './strikes.ts';

/** Something that must not be, with the evidence. */
export interface Violation {
  readonly kind: string;
  /** After how many strikes it was seen. */
  readonly strikes: number;
  readonly says: string;
  readonly evidence: unknown;
}

export interface ChaosReport {
  readonly seed: number;
  readonly seconds: number;
  readonly machine: string;
  /** Kept where something was violated, with all logs; null: removed. */
  readonly home: string | null;
  /** By target and way: `worker kill`, `exchange freeze`, … */
  readonly strikes: Readonly<Record<string, number>>;
  readonly boundaries: { readonly reached: readonly string[]; readonly notReached: readonly string[] };
  readonly closes: number;
  /** Orders that were accepted by the exchange, and its trades. */
  readonly orders: number;
  readonly fills: number;
  /** The ledger’s orders by their status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Orders whose outcome was unknown once, and those of them that are settled. */
  readonly unknown: { readonly ever: number; readonly settled: number; readonly lapsed: number };
  /** ms from a strike’s end to the first close after it that was decided. */
  readonly recoveryMs: {
    readonly count: number;
    readonly p50: number;
    readonly p99: number;
    readonly max: number;
  };
  readonly comparisons: number;
  readonly duplicateOrders: number;
  readonly lostFills: number;
  readonly orphanedPositions: number;
  readonly violations: readonly Violation[];
}

/** What a run has seen, to be counted. */
export interface ChaosRecord {
  readonly struck: readonly { readonly strike: Strike; readonly reached: boolean }[];
  readonly recoveries: readonly number[];
  readonly violations: readonly Violation[];
  readonly ledger: {
    readonly orders: readonly LedgerOrder[];
    readonly fills: readonly LedgerFill[];
    readonly events: readonly LedgerEvent[];
  };
}

export function countBy<Item>(items: readonly Item[], key: (item: Item) => string): Record<string, number> {
  const groups = Map.groupBy(items, key);
  return Object.fromEntries([...groups].map(([name, group]) => [name, group.length]).sort());
}

export function summarize({ struck, recoveries, violations, ledger }: ChaosRecord) {
  const unknownIds = new Set(
    ledger.events.filter(({ kind }) => kind === 'order-unknown').map(({ clientOrderId }) => clientOrderId),
  );
  const unknown = ledger.orders.filter(({ clientOrderId }) => unknownIds.has(clientOrderId));
  const boundaries = struck.filter(({ strike }) => strike.boundary !== null);
  const reached = new Set(boundaries.filter(({ reached }) => reached).map(({ strike }) => strike.boundary!));
  const never = boundaries.map(({ strike }) => strike.boundary!).filter(name => !reached.has(name));
  return {
    strikes: countBy(
      struck.filter(({ reached }) => reached),
      ({ strike }) => `${strike.target} ${strike.way}`,
    ),
    boundaries: { reached: [...reached].sort(), notReached: [...new Set(never)].sort() },
    statuses: countBy(ledger.orders, ({ status }) => status),
    unknown: {
      ever: unknown.length,
      settled: unknown.filter(({ status }) => status !== 'unknown' && status !== 'sending').length,
      lapsed: ledger.orders.filter(({ status }) => status === 'lapsed').length,
    },
    recoveryMs: quantilesOf(recoveries),
    duplicateOrders: countOf(violations, 'duplicate-order', 'second-entry'),
    lostFills: countOf(violations, 'lost-fill'),
    orphanedPositions: countOf(violations, 'orphaned-position', 'naked-position'),
    violations,
  };
}

export function violationOf(
  { kind, says, symbol, exchange, ledger }: Difference,
  strikes: number,
): Violation {
  return { kind, strikes, says: `${symbol}: ${says}`, evidence: { exchange, ledger } };
}

function countOf(violations: readonly Violation[], ...kinds: Difference['kind'][]): number {
  return violations.filter(({ kind }) => (kinds as string[]).includes(kind)).length;
}

function quantilesOf(values: readonly number[]): ChaosReport['recoveryMs'] {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? 0);
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
