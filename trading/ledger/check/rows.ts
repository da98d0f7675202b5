import type { DatabaseSync, SQLInputValue } from 'node:sqlite';

/** Rows one by one: a check's memory does not grow with the history. */
export function rows<Row>(
  sql: DatabaseSync,
  text: string,
  ...values: SQLInputValue[]
): IterableIterator<Row> {
  return sql.prepare(text).iterate(...values) as IterableIterator<Row>;
}
