import type { Lease, Ledger } from './ledger/ledger.ts';
import type { SymbolLocks } from './symbol-locks.ts';
import type { Venue } from './venue.ts';

/** What an account’s orders are worked with. */
export interface Desk {
  readonly account: string;
  readonly ledger: Ledger;
  readonly lease: Lease;
  readonly venue: Venue;
  /** The venue’s clock as best known, epoch ms: deadlines are on it. */
  now(): number;
  /** Ends early when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** What is under way when it aborts is left as at a deadline. */
  readonly signal: AbortSignal;
  /** One for all work on the account. */
  readonly symbols: SymbolLocks;
  /** Takes over what goes on after its time: an answer that comes too late is recorded still. Its failure is the taker’s. */
  late(news: Promise<unknown>): void;
}

/** A desk whose work ends at a time. */
export interface TimedDesk extends Desk {
  /** Epoch ms of `now()`. */
  readonly deadline: number;
}

export function until(desk: Desk, deadline: number): TimedDesk {
  return {
    account: desk.account,
    ledger: desk.ledger,
    lease: desk.lease,
    venue: desk.venue,
    now: () => desk.now(),
    sleep: (ms, signal) => desk.sleep(ms, signal),
    signal: desk.signal,
    symbols: desk.symbols,
    late: news => desk.late(news),
    deadline,
  };
}

/** The same desk, its work ending at this time if that is earlier. */
export function sooner(desk: TimedDesk, deadline: number): TimedDesk {
  return deadline < desk.deadline ? until(desk, deadline) : desk;
}
