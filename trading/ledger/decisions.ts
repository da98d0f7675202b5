import type { DatabaseSync } from 'node:sqlite';
import type { Timeframe } from '../../contracts/series.ts';
import type { DecisionRecord } from './records.ts';
import { all, one } from './statements.ts';

export interface DecisionRow {
  readonly id: number;
  readonly account: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly bar_time: number;
  readonly close_time: number;
  readonly at: number;
  readonly rules: string;
  readonly outcome: string;
  readonly orders: string;
  readonly cancels: string;
  readonly prediction: string;
}

export const DECISIONS = `SELECT decisions.*, prediction FROM decisions
  JOIN predictions USING (account, symbol, timeframe, bar_time)`;

export interface BarName {
  readonly symbol: string;
  readonly timeframe: string;
  readonly barTime: number;
}

export function selectDecisionOf(sql: DatabaseSync, account: string, bar: BarName): DecisionRow | null {
  const { symbol, timeframe, barTime } = bar;
  const text = `${DECISIONS} WHERE account = ? AND symbol = ? AND timeframe = ? AND bar_time = ?`;
  return one<DecisionRow>(sql, text, account, symbol, timeframe, barTime) ?? null;
}

/** The newest of the symbol at a time; null: of all. */
export function selectDecisionAt(
  sql: DatabaseSync,
  account: string,
  symbol: string,
  at: number | null,
): DecisionRecord | null {
  const row = one<DecisionRow>(
    sql,
    `${DECISIONS} WHERE account = ? AND symbol = ? AND close_time <= ? ORDER BY close_time DESC, id DESC LIMIT 1`,
    account,
    symbol,
    at ?? Number.MAX_SAFE_INTEGER,
  );
  return row ? decisionOf(row) : null;
}

export function selectDecisions(
  sql: DatabaseSync,
  account: string,
  { fromTime, toTime }: { readonly fromTime: number; readonly toTime: number },
): DecisionRecord[] {
  return all<DecisionRow>(
    sql,
    `${DECISIONS} WHERE account = ? AND close_time >= ? AND close_time < ? ORDER BY close_time, id`,
    account,
    fromTime,
    toTime,
  ).map(decisionOf);
}

export function decisionOf(row: DecisionRow): DecisionRecord {
  return {
    account: row.account,
    symbol: row.symbol,
    timeframe: row.timeframe,
    barTime: row.bar_time,
    closeTime: row.close_time,
    time: row.at,
    prediction: JSON.parse(row.prediction),
    rules: JSON.parse(row.rules),
    outcome: row.outcome,
    orders: JSON.parse(row.orders),
  };
}
