import type { DatabaseSync } from 'node:sqlite';
import { AlphaloomError } from '../contracts/errors.ts';

type Work = (sql: DatabaseSync) => unknown;

/** Runs one transaction, again where the store was busy. */
export type Transact = <T>(work: (sql: DatabaseSync) => T) => Promise<T>;

interface Waiting {
  readonly work: Work;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

type Outcome =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: unknown };

/**
 * Lets writes wait for the disk together: those that are asked for in one turn of the event loop are one transaction, each in
 * a savepoint of its own. One that throws changes nothing and stops no other; none is answered before all are on disk. (A sync
 * takes milliseconds and holds the process up; thirty-four orders that are sent at once would wait for it one after the other.)
 */
export function groupCommits(transact: Transact): Transact {
  let waiting: Waiting[] = [];
  let isWorking = false;

  const work = async () => {
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      await commit(transact, group);
    }
    isWorking = false;
  };
  return <T>(asked: (sql: DatabaseSync) => T) =>
    new Promise<T>((resolve, reject) => {
      waiting.push({ work: asked, resolve: resolve as Waiting['resolve'], reject });
      if (isWorking) return;
      isWorking = true;
      setImmediate(() => void work());
    });
}

/** Never throws: each of the group is answered. */
async function commit(transact: Transact, group: readonly Waiting[]): Promise<void> {
  if (group.length > 1) {
    try {
      const outcomes = await transact(sql => group.map(({ work }) => attempt(sql, work)));
      for (const [at, outcome] of outcomes.entries()) answer(group[at], outcome);
      return;
    } catch (error) {
      if (error instanceof AlphaloomError && error.code === 'STORE_BUSY') {
        for (const each of group) each.reject(error);
        return;
      }
      // The transaction as a whole was lost: alone, each shows whether it was its fault.
    }
  }
  for (const { work, resolve, reject } of group) await transact(work).then(resolve, reject);
}

/** @throws what lost the transaction as a whole */
function attempt(sql: DatabaseSync, work: Work): Outcome {
  sql.exec('SAVEPOINT one_of_group');
  try {
    const result = work(sql);
    if (result instanceof Promise) throw waits();
    sql.exec('RELEASE one_of_group');
    return { ok: true, result };
  } catch (error) {
    // What the store itself says may be about all of them.
    if (!sql.isTransaction || 'errcode' in (error as object)) throw error;
    sql.exec('ROLLBACK TO one_of_group; RELEASE one_of_group');
    return { ok: false, error };
  }
}

function answer({ resolve, reject }: Waiting, outcome: Outcome): void {
  if (outcome.ok) resolve(outcome.result);
  else reject(outcome.error);
}

export function waits(): AlphaloomError {
  return new AlphaloomError('INTERNAL', 'A transaction can’t wait.');
}
