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
  let opening: Promise<Budget> | undefined;
  const open = () => {
    opening ??= openBudget(path).catch(error => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  return {
    async take(request) {
      const budget = await open();
      for (;;) {
        request.signal?.throwIfAborted();
        const { takenTime, waitMs } = await budget.database.write(() => takeOrWait(budget, request, now()));
        if (takenTime !== null) return takenTime;
        await sleep(waitMs, request.signal);
      }
    },
    async block(host, untilTime) {
      const { database, statements } = await open();
      await database.write(() => statements.block.run(host, Math.ceil(untilTime)));
    },
    async close() {
      (await opening)?.database.close();
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

interface Budget {
  readonly database: Database;
  readonly statements: ReturnType<typeof prepare>;
}

async function openBudget(path: string): Promise<Budget> {
  const database = await openDatabase(path, MIGRATIONS);
  // What a power cut forgets is asked by nobody any more: no request has to wait for the disk.
  database.sql.exec('PRAGMA synchronous = NORMAL');
  return { database, statements: prepare(database.sql) };
}

/** Prepared once: thirty-four questions at a close are asked one after the other. */
function prepare(sql: DatabaseSync) {
  return {
    blocked: sql.prepare('SELECT until_time AS untilTime FROM blocked WHERE host = ?'),
    block: sql.prepare(
      `INSERT INTO blocked VALUES (?, ?)
       ON CONFLICT (host) DO UPDATE SET until_time = max(until_time, excluded.until_time)`,
    ),
    forgetPast: sql.prepare('DELETE FROM taken WHERE host = ? AND counts_until <= ?'),
    forgetFuture: sql.prepare('DELETE FROM taken WHERE host = ? AND taken_time > ?'),
    used: sql.prepare(
      `SELECT total(cost) AS used, total(iif(use = 'data', cost, 0)) AS usedByData FROM taken WHERE host = ?`,
    ),
    rows: sql.prepare(
      'SELECT counts_until AS countsUntil, cost, use FROM taken WHERE host = ? ORDER BY counts_until, rowid',
    ),
    take: sql.prepare('INSERT INTO taken VALUES (?, ?, ?, ?, ?)'),
  };
}

function takeOrWait(
  { statements }: Budget,
  request: RateRequest,
  nowMs: number,
): { readonly takenTime: number | null; readonly waitMs: number } {
  const { host, limit, cost, use } = request;
  const blockedMs = blockedUntil(statements, host) - nowMs;
  if (blockedMs > request.maxWaitMs) throw rateLimited(host, nowMs + blockedMs);
  if (blockedMs > 0) return { takenTime: null, waitMs: blockedMs };
  statements.forgetPast.run(host, nowMs);
  if (!hasRoom(statements, request)) {
    // Rows from the future are a clock that was set back: they must not hold things up for longer than a window.
    statements.forgetFuture.run(host, nowMs + limit.windowMs);
    const freeTime = freeTimeOf(statements.rows.all(host) as Taken[], request);
    if (freeTime > nowMs) return { takenTime: null, waitMs: freeTime - nowMs };
  }
  // A request that costs more than the whole share counts for as long as its cost would take.
  const share = use === 'data' ? limit.capacity / 2 : limit.capacity;
  const countsUntil = nowMs + Math.ceil(limit.windowMs * Math.max(1, cost / share));
  statements.take.run(host, nowMs, countsUntil, cost, use);
  return { takenTime: nowMs, waitMs: 0 };
}

/** Sums tell it, without a look at each row. */
function hasRoom({ used }: Budget['statements'], { host, limit, cost, use }: RateRequest): boolean {
  const sums = used.get(host) as { used: number; usedByData: number };
  const fits = (sum: number, capacity: number) => sum + cost <= capacity + ROUNDING;
  return fits(sums.used, limit.capacity) && (use !== 'data' || fits(sums.usedByData, limit.capacity / 2));
}

function freeTimeOf(rows: readonly Taken[], { limit, cost, use }: RateRequest): number {
  const free = timeWithRoom(rows, cost, limit.capacity);
  if (use !== 'data') return free;
  const ofData = rows.filter(row => row.use === 'data');
  return Math.max(free, timeWithRoom(ofData, cost, limit.capacity / 2));
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

function blockedUntil({ blocked }: Budget['statements'], host: string): number {
  const row = blocked.get(host);
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
