import type { DatabaseSync, StatementSync } from 'node:sqlite';

const prepared = new WeakMap<DatabaseSync, Map<string, StatementSync>>();

/** A statement of a connection, prepared once: to prepare it takes longer than to read a row by it. */
export function statement(sql: DatabaseSync, text: string): StatementSync {
  let known = prepared.get(sql);
  if (!known) {
    known = new Map();
    prepared.set(sql, known);
  }
  let found = known.get(text);
  if (!found) {
    found = sql.prepare(text);
    known.set(text, found);
  }
  return found;
}
