import { z } from 'zod';
import { AlphaloomError } from '../../contracts/errors.ts';
import { controlSchema, feedSchema } from './control-schema.ts';
import type { ExchangeState } from './exchange-state.ts';
import { scriptedFaultSchema } from './fault-schema.ts';
import { written } from './orders/amount.ts';
import type { Book } from './orders/book.ts';
import type { Order, Trade } from './orders/order.ts';

/** An order of the exchange's own book, in digits. */
export type InspectedOrder = Omit<Order, 'executed' | 'executedQuote' | 'locked'> & {
  readonly executed: string;
  readonly executedQuote: string;
  readonly locked: string;
};

/** The exchange's own book: the truth that others are compared with. */
export interface Inspection {
  readonly time: number;
  readonly orders: readonly InspectedOrder[];
  readonly trades: readonly Trade[];
  readonly balances: Readonly<Record<string, { readonly free: string; readonly locked: string }>>;
  /** Client ids that were accepted more than once. */
  readonly duplicates: readonly { readonly clientOrderId: string; readonly orderIds: readonly number[] }[];
}

export function inspectBook(book: Book, time: number): Inspection {
  return {
    time,
    orders: book.orders.map(order => ({
      ...order,
      tradeIds: [...order.tradeIds],
      events: [...order.events],
      executed: written(order.executed),
      executedQuote: written(order.executedQuote),
      locked: written(order.locked),
    })),
    trades: [...book.trades],
    balances: Object.fromEntries(
      book.balances
        .entries()
        .map(([asset, { free, locked }]) => [asset, { free: written(free), locked: written(locked) }]),
    ),
    duplicates: book.duplicates(),
  };
}

interface Told {
  readonly status: number;
  readonly body: string;
}

/** What can be asked and told at `/loopback/…`, by method and path. */
const VERBS: Readonly<Record<string, (state: ExchangeState, body: string) => unknown>> = {
  'GET book': state => inspect(state),
  'GET orders': state => inspect(state).orders,
  'GET trades': state => inspect(state).trades,
  'GET balances': state => inspect(state).balances,
  'GET duplicates': state => inspect(state).duplicates,
  'GET requests': state =>
    state.requests.map(({ query, ...rest }) => ({ ...rest, query: plainQuery(query) })),
  'POST faults': (state, body) => {
    state.faults.add(...z.array(scriptedFaultSchema).parse(JSON.parse(body)));
    return {};
  },
  'DELETE faults': state => {
    state.faults.clear();
    return {};
  },
  'POST control': (state, body) => {
    control(state, controlSchema.parse(JSON.parse(body)));
    return {};
  },
  'POST bars': (state, body) => {
    const { symbol, rows } = feedSchema.parse(JSON.parse(body));
    accountOf(state).feed(symbol, rows);
    return {};
  },
};

export async function serveInspection(
  state: ExchangeState,
  method: string,
  path: string,
  body: string,
): Promise<Told> {
  const verb = VERBS[`${method} ${path}`];
  if (!verb)
    return { status: 404, body: JSON.stringify({ error: `There is no ${method} /loopback/${path}.` }) };
  try {
    return { status: 200, body: JSON.stringify(verb(state, body)) };
  } catch (error) {
    const isToldWrongly =
      error instanceof z.ZodError || error instanceof SyntaxError || error instanceof AlphaloomError;
    if (!isToldWrongly) throw error;
    return { status: 400, body: JSON.stringify({ error: error.message }) };
  }
}

function inspect(state: ExchangeState): Inspection {
  const account = accountOf(state);
  const now = state.now();
  return account.turn(now, () => inspectBook(account.book, now));
}

function control(state: ExchangeState, told: z.infer<typeof controlSchema>): void {
  const account = accountOf(state);
  state.maintenance = told.maintenance ?? state.maintenance;
  state.announcedMaintenance = told.announcedMaintenance ?? state.announcedMaintenance;
  state.skewMs = told.skewMs ?? state.skewMs;
  account.queryLagMs = told.queryLagMs ?? account.queryLagMs;
  for (const [apiKey, is] of Object.entries(told.keys ?? {})) account.setKey(apiKey, is === 'valid');
  for (const [asset, amount] of Object.entries(told.deposits ?? {})) account.deposit(asset, amount);
  for (const [symbol, status] of Object.entries(told.statuses ?? {}))
    account.setStatus(symbol, status, state.now());
}

function accountOf({ account }: ExchangeState) {
  if (!account)
    throw new AlphaloomError('USAGE', 'This exchange has no account: it serves market data only.');
  return account;
}

function plainQuery(query: URLSearchParams): Record<string, string> {
  const { signature: _, ...rest } = Object.fromEntries(query);
  return rest;
}
