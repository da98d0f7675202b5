import type { DatabaseSync } from 'node:sqlite';
import { AlphaloomError } from '../contracts/errors.ts';
import { type Database, type Migrations, openDatabase } from '../storage/sqlite.ts';
import type { BudgetUse } from './call.ts';

/** How much a host takes: at most `capacity` units of cost within any `windowMs`. */
export interface RateLimit {
  readonly capacity: number;
  readonly windowMs: number;
}

export interface RateRequest {
  readonly host: string;
  readonly limit: RateLimit;
  readonly cost: number;
  readonly use: BudgetUse;
  /** Longer waits than this that the venue itself asks for are refused. */
  readonly maxWaitMs: number;
  readonly signal: AbortSignal | undefined;
}

/** The limits of venues, shared by all processes of a home. */
export interface RateBudget {
  /**
   * Waits until the request fits, counts it and answers when that was (epoch ms). Market data may use half of the capacity,
   * so that orders always find room.
   * @throws AlphaloomError VENUE_RATE_LIMITED where the venue asked to wait longer than `maxWaitMs`
   */
  take(request: RateRequest): Promise<number>;
  /** No process asks this host before `untilTime`. */
  block(host: string, untilTime: number): Promise<void>;
  close(): Promise<void>;
}

interface BudgetClock {
  readonly now: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** The budget kept in the database at `path` (`venues.sqlite` of a home), opened on first use. */
export function createRateBudget(path: string, { now, sleep }: BudgetClock): RateBudget {
  let opening: Promise<Database> | undefined;
  const open = () => {
    opening ??= openDatabase(path, MIGRATIONS).catch(error => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  return {
    async take(request) {
      const database = await open();
      for (;;) {
        request.signal?.throwIfAborted();
        const { takenTime, waitMs } = await database.write(sql => takeOrWait(sql, request, now()));
        if (takenTime !== null) return takenTime;
        await sleep(waitMs, request.signal);
      }
    },
    async block(host, untilTime) {
      const database = await open();
      await database.write(sql =>
        sql
          .prepare(
            `INSERT INTO blocked VALUES (?, ?)
             ON CONFLICT (host) DO UPDATE SET until_time = max(until_time, excluded.until_time)`,
          )
          .run(host, Math.ceil(untilTime)),
      );
    },
    async close() {
      (await opening)?.close();
      opening = undefined;
    },
  };
}

/** `counts_until`: when a request leaves the window. */
const MIGRATIONS: Migrations = [
  `
  CREATE TABLE taken (
    host TEXT NOT NULL,
    taken_time INTEGER NOT NULL,
    counts_until INTEGER NOT NULL,
    cost REAL NOT NULL,
    use TEXT NOT NULL CHECK (use IN ('data', 'trading'))
  ) STRICT;
  CREATE INDEX taken_by_host ON taken (host, counts_until);
  CREATE TABLE blocked (
    host TEXT PRIMARY KEY,
    until_time INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
];

/** Sums of costs in binary fractions may miss by this much. */
const ROUNDING = 1e-9;

type Taken = { readonly countsUntil: number; readonly cost: number; readonly use: BudgetUse };

function takeOrWait(
  sql: DatabaseSync,
  request: RateRequest,
  nowMs: number,
): { readonly takenTime: number | null; readonly waitMs: number } {
  const { host, limit, cost, use } = request;
  const blockedMs = blockedUntil(sql, host) - nowMs;
  if (blockedMs > request.maxWaitMs) throw rateLimited(host, nowMs + blockedMs);
  if (blockedMs > 0) return { takenTime: null, waitMs: blockedMs };
  // Rows from the future are a clock that was set back: they must not hold things up for longer than a window.
  sql
    .prepare('DELETE FROM taken WHERE host = ? AND (counts_until <= ? OR taken_time > ?)')
    .run(host, nowMs, nowMs + limit.windowMs);
  const rows = sql
    .prepare(
      'SELECT counts_until AS countsUntil, cost, use FROM taken WHERE host = ? ORDER BY counts_until, rowid',
    )
    .all(host) as Taken[];
  const freeTime = Math.max(
    timeWithRoom(rows, cost, limit.capacity),
    use === 'data'
      ? timeWithRoom(
          rows.filter(row => row.use === 'data'),
          cost,
          limit.capacity / 2,
        )
      : -Infinity,
  );
  if (freeTime > nowMs) return { takenTime: null, waitMs: freeTime - nowMs };
  // A request that costs more than the whole share counts for as long as its cost would take.
  const share = use === 'data' ? limit.capacity / 2 : limit.capacity;
  const countsUntil = nowMs + Math.ceil(limit.windowMs * Math.max(1, cost / share));
  sql.prepare('INSERT INTO taken VALUES (?, ?, ?, ?, ?)').run(host, nowMs, countsUntil, cost, use);
  return { takenTime: nowMs, waitMs: 0 };
}

/** When enough of what was taken has left the window (−Infinity: now); rows ascend by when they leave it. */
function timeWithRoom(rows: readonly Taken[], cost: number, capacity: number): number {
  let used = rows.reduce((sum, row) => sum + row.cost, 0);
  let time = -Infinity;
  for (const row of rows) {
    if (used + cost <= capacity + ROUNDING) break;
    used -= row.cost;
    time = row.countsUntil;
  }
  return time;
}

function blockedUntil(sql: DatabaseSync, host: string): number {
  const row = sql.prepare('SELECT until_time AS untilTime FROM blocked WHERE host = ?').get(host);
  return (row?.untilTime as number | undefined) ?? -Infinity;
}

function rateLimited(host: string, untilTime: number): AlphaloomError {
  const until = new Date(untilTime).toISOString();
  return new AlphaloomError(
    'VENUE_RATE_LIMITED',
    `${host} asks not to be asked again before ${until}. Try again then; what was fetched is stored.`,
    { host, until },
  );
}
