import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

const prepared = new WeakMap<DatabaseSync, Map<string, StatementSync>>();

/** A statement of a connection, prepared once. */
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

export function one<Row>(sql: DatabaseSync, text: string, ...values: SQLInputValue[]): Row | undefined {
  return statement(sql, text).get(...values) as Row | undefined;
}

export function all<Row>(sql: DatabaseSync, text: string, ...values: SQLInputValue[]): Row[] {
  return statement(sql, text).all(...values) as Row[];
}

/** @returns how many rows were changed */
export function run(sql: DatabaseSync, text: string, ...values: SQLInputValue[]): number {
  return Number(statement(sql, text).run(...values).changes);
}

/** Inserts a row by its columns' names. @returns its rowid */
export function insert(
  sql: DatabaseSync,
  table: string,
  row: Readonly<Record<string, SQLInputValue>>,
): number {
  const columns = Object.keys(row);
  const text = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
  return Number(statement(sql, text).run(...Object.values(row)).lastInsertRowid);
}
