import type { DatabaseSync } from 'node:sqlite';
import { DECISIONS, type DecisionRow, decisionOf } from './decisions.ts';
import { type EventRow, eventOf } from './events.ts';
import { type FillRow, fillOf } from './fills.ts';
import { type OrderRow, orderOf } from './orders.ts';
import { type PositionRow, tradeOf } from './positions.ts';
import { statement } from './statements.ts';

export const EXPORT_KINDS = ['trades', 'orders', 'fills', 'decisions', 'events'] as const;
export type ExportKind = (typeof EXPORT_KINDS)[number];
export const EXPORT_FORMATS = ['csv', 'json', 'jsonl'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportRequest {
  readonly account: string;
  readonly kind: ExportKind;
  readonly format: ExportFormat;
  /** fromTime ≤ t < toTime, epoch ms: when a trade ended, an order was planned, a fill happened, a bar closed, an event. */
  readonly fromTime: number;
  readonly toTime: number;
}

type Cell = string | number | boolean | null;
type Line = Readonly<Record<string, Cell>>;

interface Source<Row> {
  /** Table or join, and its columns of time and rowid. */
  readonly select: string;
  readonly time: string;
  readonly id: string;
  /** As JSON tells it: everything. */
  readonly whole: (row: Row) => object;
  /** As a table tells it: one line. */
  readonly flat: (row: Row) => Line;
}

/** How many rows are read at a time. */
const PAGE = 500;
const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString());

const SOURCES: { readonly [Kind in ExportKind]: Source<never> } = {
  trades: {
    select: 'SELECT * FROM positions',
    time: 'closed_at',
    id: 'id',
    whole: (row: PositionRow) => tradeOf(row),
    flat: (row: PositionRow) => {
      const { otherFees, openedTime, closedTime, signalBarTime, id, quantity: _, ...trade } = tradeOf(row);
      const other = Object.entries(otherFees).map(([currency, fee]) => `${fee} ${currency}`);
      return {
        id,
        ...trade,
        signalBarTime: iso(signalBarTime),
        openedTime: iso(openedTime),
        closedTime: iso(closedTime),
        otherFees: other.join('; '),
      };
    },
  } satisfies Source<PositionRow> as Source<never>,
  orders: {
    select: 'SELECT * FROM orders',
    time: 'planned_at',
    id: 'id',
    whole: (row: OrderRow) => orderOf(row),
    flat: (row: OrderRow) => {
      const { plan: _, missTimes: __, ...order } = orderOf(row);
      const { barTime, validUntil, plannedTime, sentAt, updatedTime } = order;
      return {
        ...order,
        barTime: iso(barTime),
        validUntil: iso(validUntil),
        plannedTime: iso(plannedTime),
        sentAt: iso(sentAt),
        updatedTime: iso(updatedTime),
      };
    },
  } satisfies Source<OrderRow> as Source<never>,
  fills: {
    select: 'SELECT * FROM fills',
    time: 'time',
    id: 'id',
    whole: (row: FillRow) => ({ ...fillOf(row), isAssumed: row.is_assumed === 1 }),
    flat: (row: FillRow) => {
      const { fees, time, ...fill } = fillOf(row);
      const paid = fees.map(({ amount, currency }) => `${amount} ${currency}`);
      return { time: iso(time), ...fill, fees: paid.join('; '), isAssumed: row.is_assumed === 1 };
    },
  } satisfies Source<FillRow> as Source<never>,
  decisions: {
    select: DECISIONS,
    time: 'close_time',
    id: 'id',
    whole: (row: DecisionRow) => decisionOf(row),
    flat: (row: DecisionRow) => {
      const { account, symbol, timeframe, barTime, closeTime, time, prediction, outcome, orders } =
        decisionOf(row);
      const { direction, confidence, source, model_version } = prediction;
      return {
        account,
        symbol,
        timeframe,
        barTime: iso(barTime),
        closeTime: iso(closeTime),
        time: iso(time),
        direction,
        confidence,
        source,
        modelVersion: model_version,
        outcome,
        orders: orders.join(' '),
      };
    },
  } satisfies Source<DecisionRow> as Source<never>,
  events: {
    select: 'SELECT * FROM events',
    time: 'at',
    id: 'id',
    whole: (row: EventRow) => eventOf(row),
    flat: (row: EventRow) => ({ ...eventOf(row), at: iso(row.at), detail: row.detail }),
  } satisfies Source<EventRow> as Source<never>,
};

/** Pieces of text of an account's rows, oldest first; a page of rows is in memory at a time, and no transaction is held. */
export function* exportRows(sql: DatabaseSync, request: ExportRequest): Generator<string> {
  const { format, kind } = request;
  const source = SOURCES[kind] as unknown as Source<object>;
  let count = 0;
  for (const page of pages(sql, source, request)) {
    if (format === 'csv') {
      const lines = page.map(source.flat);
      if (count === 0) yield `${Object.keys(lines[0]).join(',')}\n`;
      yield lines.map(line => `${Object.values(line).map(csvCell).join(',')}\n`).join('');
    } else if (format === 'jsonl') {
      yield page.map(row => `${JSON.stringify(source.whole(row))}\n`).join('');
    } else {
      yield (count === 0 ? '[\n' : ',\n') + page.map(row => JSON.stringify(source.whole(row))).join(',\n');
    }
    count += page.length;
  }
  if (format === 'json') yield count === 0 ? '[]\n' : '\n]\n';
}

function* pages(
  sql: DatabaseSync,
  { select, time, id }: Source<object>,
  { account, fromTime, toTime }: ExportRequest,
): Generator<object[]> {
  const next = statement(
    sql,
    `${select} WHERE account = ? AND ${time} < ? AND (${time}, ${id}) > (?, ?) ORDER BY ${time}, ${id} LIMIT ${PAGE}`,
  );
  let last: [number, number] = [fromTime - 1, Number.MAX_SAFE_INTEGER];
  for (;;) {
    const page = next.all(account, toTime, ...last) as Record<string, number>[];
    if (page.length === 0) return;
    yield page;
    const end = page.at(-1)!;
    last = [end[time], end[id]];
  }
}

/** Quoted where it has to be; what a spreadsheet would read as a formula is kept from it, numbers excepted. */
function csvCell(value: Cell): string {
  if (value === null) return '';
  const text = String(value);
  const isFormula = typeof value === 'string' && /^[=+@\t\r-]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text);
  const safe = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
