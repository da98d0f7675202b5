import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Market } from '../../../contracts/market.ts';
import { AS_LABELLED } from '../../../contracts/policy.ts';
import type { Prediction } from '../../../contracts/prediction.ts';
import type { OrderKey, OrderLeg, OrderTerms } from '../../../contracts/trading.ts';
import type { Lease, Ledger } from '../../../trading/ledger/ledger.ts';
import type {
  AccountSettings,
  CloseCommit,
  DecidedBar,
  DecidedClose,
  LedgerOrder,
  OrderOutcome,
  PlannedOrder,
  SendGrant,
  SendRequest,
} from '../../../trading/ledger/records.ts';
import { openSqliteLedger } from '../../../trading/ledger/sqlite-ledger.ts';
import type { VenueFill } from '../../../trading/venue.ts';
import { temporaryHome } from '../../support/temporary-home.ts';

export const ACCOUNT = 'main';
export const MINUTE = 60_000;
/** Close of the first bar. */
export const START = 1_700_000_040_000;

export const parts = {
  now: Date.now,
  process: { pid: process.pid, started: 'test' },
  isRunning: () => true,
};

export interface Desk {
  readonly ledger: Ledger;
  readonly lease: Lease;
  readonly path: string;
}

/** An empty ledger with a running account. */
export async function desk(t: TestContext, changes: Partial<AccountSettings> = {}): Promise<Desk> {
  const path = join(await temporaryHome(t), 'ledger.sqlite');
  const ledger = await openSqliteLedger(path, parts);
  t.after(() => ledger.close());
  const lease = await ledger.takeLease({ owner: 'test', now: START, takeOver: false });
  await startAccount(ledger, lease, settings(changes));
  return { ledger, lease, path };
}

export async function startAccount(ledger: Ledger, lease: Lease, account: AccountSettings): Promise<void> {
  const by = { actor: 'test', now: START - 1_000 };
  await ledger.putAccount(lease, account, { ...by, operationId: `make ${account.account}` });
  await ledger.changeState({
    account: account.account,
    from: ['stopped'],
    to: 'running',
    reason: 'start',
    operationId: `start ${account.account}`,
    ...by,
  });
}

export function settings(changes: Partial<AccountSettings> = {}): AccountSettings {
  return {
    account: ACCOUNT,
    mode: 'live',
    venue: 'binance',
    kind: 'spot',
    quote: 'USDT',
    clock: { kind: 'real' },
    symbols: [
      { symbol: 'BTCUSDT', timeframe: '1m' },
      { symbol: 'ETHUSDT', timeframe: '1m' },
    ],
    policy: AS_LABELLED,
    costs: { feeBps: 10, halfSpreadBps: 1, slippageBps: 2 },
    capital: '10000',
    iterations: null,
    ...changes,
  };
}

export function market(symbol = 'BTCUSDT', changes: Partial<Market> = {}): Market {
  const base = symbol.slice(0, -4);
  return {
    venue: 'binance',
    symbol,
    kind: 'spot',
    base,
    quote: 'USDT',
    settle: null,
    venueSymbol: symbol,
    unifiedSymbol: `${base}/USDT`,
    active: true,
    tick: '0.01',
    lot: '0.001',
    minQuantity: '0.001',
    maxQuantity: null,
    minNotional: '10',
    contractSize: null,
    makerFee: null,
    takerFee: null,
    fetchedTime: 0,
    ...changes,
  };
}

export function prediction(symbol: string): Prediction {
  return {
    symbol,
    venue: 'binance',
    timeframe: '1m',
    direction: 'LONG',
    confidence: 0.6,
    probabilities: { LONG: 0.6, SHORT: 0.3, NO_TRADE: 0.1 },
    source: 'ML_PER_COIN_V1',
    reasons: [],
    model_version: 'v1',
    tradable: true,
    model_metrics: null,
    model_accuracy: null,
    entry: 100,
    stop_loss: 99,
    take_profits: { tp1: 101, tp2: 102, tp3: 103 },
    levels_side: 'LONG',
    tp_eta_minutes: 10,
    bar_time: '2023-11-14T22:13:00.000Z',
    valid_until: '2023-11-14T22:15:00.000Z',
    stale: false,
    latency_ms: 1,
  };
}

export function bar(symbol = 'BTCUSDT', barTime = START - MINUTE): DecidedBar {
  return { symbol, timeframe: '1m', barTime, prediction: prediction(symbol) };
}

export function terms(changes: Partial<OrderTerms> = {}): OrderTerms {
  const common = { side: 'buy', type: 'market', quantity: '1', price: null, stopPrice: null } as const;
  return { ...common, reduceOnly: false, ...changes };
}

export function key(leg: OrderLeg, { symbol, barTime }: DecidedBar, attempt = 1): OrderKey {
  return { account: ACCOUNT, symbol, timeframe: '1m', barTime, leg, attempt };
}

export function entry(of: DecidedBar, changes: Partial<OrderTerms> = {}): PlannedOrder {
  return {
    key: key('entry', of),
    terms: terms(changes),
    validUntil: of.barTime + 1.5 * MINUTE,
    plan: null,
    worstCaseNotional: '100',
    decisionPrice: '100',
  };
}

export function exit(of: DecidedBar, changes: Partial<OrderTerms> = {}): PlannedOrder {
  return {
    key: key('exit', of),
    terms: terms({ side: 'sell', ...changes }),
    validUntil: null,
    plan: null,
    worstCaseNotional: null,
    decisionPrice: '100',
  };
}

type Orders = (of: DecidedBar) => readonly PlannedOrder[];

/** A decision for each bar with these orders. */
export function decided(bars: readonly DecidedBar[], orders: Orders = () => []): DecidedClose {
  return {
    decisions: bars.map(of => ({
      symbol: of.symbol,
      timeframe: of.timeframe,
      barTime: of.barTime,
      rules: [{ rule: 'confidence', value: 0.6 }],
      outcome: 'test',
      orders: orders(of),
      cancels: [],
    })),
    riskMemory: null,
    halt: null,
  };
}

export function close(bars: readonly DecidedBar[], orders?: Orders): CloseCommit {
  const closeTime = bars[0].barTime + MINUTE;
  return {
    account: ACCOUNT,
    closeTime,
    now: closeTime,
    bars,
    decide: (_, undecided) => decided(undecided, orders),
  };
}

export function send(
  order: { clientOrderId: string; symbol: string },
  changes: Partial<SendRequest> = {},
): SendRequest {
  return {
    clientOrderId: order.clientOrderId,
    sentAt: START + 100,
    freeBalance: null,
    market: market(order.symbol),
    price: null,
    ...changes,
  };
}

let trades = 0;
export function fill(order: LedgerOrder, changes: Partial<VenueFill> = {}): VenueFill {
  return {
    tradeId: `t${++trades}`,
    venueOrderId: order.venueOrderId ?? `v-${order.clientOrderId}`,
    clientOrderId: order.clientOrderId,
    symbol: order.symbol,
    side: order.side,
    price: '100',
    quantity: order.quantity,
    fees: [],
    isMaker: false,
    time: START + 200 + trades,
    reason: null,
    ...changes,
  };
}

export function outcome(order: LedgerOrder, changes: Partial<OrderOutcome> = {}): OrderOutcome {
  return {
    clientOrderId: order.clientOrderId,
    status: 'filled',
    reason: null,
    venueOrderId: `v-${order.clientOrderId}`,
    venueCode: null,
    fills: [],
    filled: null,
    now: START + 300,
    ...changes,
  };
}

export function granted(grant: SendGrant): LedgerOrder {
  if (grant.kind !== 'granted') throw new Error(`${grant.kind}: ${JSON.stringify(grant)}`);
  return grant.order;
}

/** An entry of so much that was planned and sent. */
export async function sentEntry(
  { ledger, lease }: Desk,
  changes: Partial<OrderTerms> = {},
  of: DecidedBar = bar(),
): Promise<LedgerOrder> {
  const { planned } = await ledger.commitClose(
    lease,
    close([of], other => [entry(other, changes)]),
  );
  return granted(await ledger.beginSending(lease, send(planned[0])));
}

/** A position that one fill opened. */
export async function openPosition(
  at: Desk,
  changes: Partial<VenueFill> = {},
  of: DecidedBar = bar(),
): Promise<LedgerOrder> {
  const order = await sentEntry(at, { quantity: changes.quantity ?? '1', side: changes.side ?? 'buy' }, of);
  return await at.ledger.recordOutcome(at.lease, outcome(order, { fills: [fill(order, changes)] }));
}

/** An exit that was planned and sent. */
export async function sentExit(
  { ledger, lease }: Desk,
  changes: Partial<OrderTerms> = {},
  of: DecidedBar = bar(),
  leg: OrderLeg = 'exit',
): Promise<LedgerOrder> {
  const { attempt: _, ...name } = key(leg, of);
  const planned = await ledger.planExit(lease, {
    key: name,
    terms: terms({ side: 'sell', ...changes }),
    decisionPrice: '100',
    now: START + 400,
  });
  return granted(await ledger.beginSending(lease, send(planned!)));
}
