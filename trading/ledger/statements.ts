import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { statement } from '../../storage/statements.ts';

export { statement };

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
