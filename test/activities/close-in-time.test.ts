import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { executeOrders } from '../../activities/trading/execute-orders.ts';
import { refreshCandles } from '../../activities/trading/refresh-candles.ts';
import type { TradingRooms } from '../../activities/trading/trading-rooms.ts';
import { watchAccount } from '../../activities/trading/watch-account.ts';
import { CANDLE_COLUMNS } from '../../contracts/candles.ts';
import type { Desk } from '../../trading/desk.ts';
import { executePlanned } from '../../trading/orders/execute.ts';
import { runActivity } from '../support/pipeline.ts';
import type { Fault } from '../trading/fake-venue.ts';
import {
  ACCOUNT,
  decided,
  type FakeRig,
  MINUTE,
  orderOf,
  START,
  SYMBOL,
  tradingRig,
} from '../trading/rig.ts';

/** Of `exchange` in workflows/activity-options. */
const ACTIVITY_MS = 10_000;
const OTHER = 'ETHUSDT';
const NO_LIMITS = { priceBandBps: null, maxSpreadBps: null };

const NO_BARS = Object.fromEntries(CANDLE_COLUMNS.map(column => [column, new Float64Array()]));

interface Scene {
  readonly rig: FakeRig;
  readonly desk: Desk;
  readonly rooms: TradingRooms;
  /** Symbols whose bars the venue has. */
  readonly listed: Set<string>;
  enter(terms: Entry): Promise<void>;
  /** What the venue was asked. */
  readonly asked: { request: string; time: number }[];
}

interface Entry {
  readonly symbol?: string;
  readonly type?: 'limit';
  readonly price?: string;
  readonly quantity?: string;
}

/** An account, two symbols if not more, where orders whose requests were lost stay unknown for ever. @param loses which submits, from 0 */
async function scene(
  t: TestContext,
  loses: readonly number[] = [],
  traded: readonly string[] = [SYMBOL, OTHER],
): Promise<Scene> {
  let submits = 0;
  const asked: Scene['asked'] = [];
  const fault = (request: string): Fault => {
    asked.push({ request, time: clock.now() });
    return request === 'submit' && loses.includes(submits++) ? 'lost' : null;
  };
  const rig = await tradingRig(t, { fault, card: { requestExpiryMs: null } });
  const { ledger, venue, clock } = rig;
  const symbols = traded.map(symbol => ({ symbol, timeframe: '1m' }));
  const set = {
    message: 'set',
    account: ACCOUNT,
    operationId: 'set',
    actor: 'test',
    payload: { symbols },
  } as const;
  await ledger.applyMessage(set, { now: clock.now(), policy: null });
  const desk = await rig.desk();
  const listed = new Set(traded);
  let monotonicMs = 0;
  const rooms = {
    ledger,
    clock: { now: clock.now, monotonicMs: () => (monotonicMs += 100) },
    recoverDue: new Map([[ACCOUNT, clock.now() + 1_000 * MINUTE]]),
    open: async () => ({
      record: ledger.account(ACCOUNT),
      venue,
      recorded: null,
      bars: { last: async () => ({ high: [101], low: [99] }) },
    }),
    desk: (_open: unknown, signal: AbortSignal) => ({ ...desk, signal }),
    leaders: async () => [],
    venues: { client: async () => ({ barsPerPage: 1_000, bars: async () => NO_BARS }) },
    candles: {
      describe: async ({ symbol }: { symbol: string }) => ({
        lastTime: listed.has(symbol) ? START + 1_000 * MINUTE : START - MINUTE,
        market: {},
      }),
      appendRecent: async () => [],
    },
  };
  const enter: Scene['enter'] = async terms => {
    const { planned } = await decided(desk, START, { leg: 'entry', ...terms });
    await executePlanned(desk, { planned, cancels: [], deadline: clock.now() + 3_000, ...NO_LIMITS });
  };
  return { rig, desk, listed, enter, asked, rooms: rooms as unknown as TradingRooms };
}

const REQUEST = { account: ACCOUNT };

/** A close whose deadline is half a quarter of an hour away. */
function closing({ rig }: Scene) {
  const closeTime = rig.clock.now();
  return {
    ...REQUEST,
    ledgerId: rig.ledger.id,
    close: {
      account: ACCOUNT,
      closeTime,
      deadline: closeTime + 450_000,
      symbols: [SYMBOL, OTHER].map(symbol => ({ symbol, timeframe: '1m' as const })),
    },
  };
}

async function took({ rig }: Scene, work: () => Promise<unknown>): Promise<number> {
  const began = rig.clock.now();
  await work();
  return rig.clock.now() - began;
}

for (const [what, loses] of [
  ['an entry', [0]],
  ['a stop', [1]],
  ['an exit', [2]],
] as const) {
  test(`${what} of unknown outcome keeps no close from its bars`, async t => {
    const scened = await scene(t, loses);
    const { rig, desk, rooms, enter } = scened;
    await enter(what === 'an entry' ? { type: 'limit', price: '90' } : {});
    if (what === 'an exit') {
      await rig.clock.sleep(1_000);
      const { planned } = await decided(desk, START + MINUTE, { leg: 'exit' });
      await executePlanned(desk, { planned, cancels: [], deadline: rig.clock.now() + 3_000, ...NO_LIMITS });
    }
    if (what !== 'a stop') await rig.clock.sleep(START + 2 * MINUTE - rig.clock.now());
    assert.deepEqual(
      rig.ledger.openOrders(ACCOUNT).map(({ leg, status }) => `${leg} ${status}`),
      [`${what.split(' ')[1]} unknown`],
    );
    const rows = { ok: [] as boolean[] };
    const ms = await took(scened, async () => {
      const refreshed = await runActivity(refreshCandles(rooms), closing(scened));
      rows.ok = refreshed!.map(({ ok }) => ok);
    });
    assert.deepEqual(rows.ok, [true, true]);
    assert.ok(ms < ACTIVITY_MS / 2, `${ms} ms`);
  });
}

test('symbols that have their bars wait a moment for one whose bar does not come', async t => {
  const scened = await scene(t);
  scened.listed.delete(OTHER);
  const { monotonicMs } = scened.rooms.clock;
  const began = monotonicMs();
  const rows = await runActivity(refreshCandles(scened.rooms), closing(scened));
  assert.ok(monotonicMs() - began < ACTIVITY_MS / 2);
  assert.deepEqual(
    rows!.map(row => [row.symbol, row.ok ? null : row.error.code]),
    [
      [SYMBOL, null],
      [OTHER, 'CANDLES_STALE'],
    ],
  );
});

test('orders of a close are sent within the activity, and a stop that is not confirmed by then is looked after beside it', async t => {
  const scened = await scene(t, [1]);
  const { rig, rooms, desk } = scened;
  const { planned } = await decided(desk, START, { leg: 'entry' });
  const orders = planned.map(({ clientOrderId }) => clientOrderId);
  const ms = await took(scened, () =>
    runActivity(executeOrders(rooms), { ...closing(scened), orders, cancels: [] }),
  );
  assert.ok(ms < ACTIVITY_MS, `${ms} ms`);
  assert.deepEqual([orderOf(rig, 'entry')?.status, orderOf(rig, 'stop')?.status], ['filled', 'unknown']);
  const untilTime = rig.clock.now() + 20_000;
  await runActivity(watchAccount(rooms), { ...closing(scened), untilTime });
  assert.equal(orderOf(rig, 'exit')?.status, 'filled');
});

test('a symbol that hangs keeps the watch from no other', async t => {
  const scened = await scene(t);
  const { rig, desk, rooms, enter } = scened;
  await enter({});
  await enter({ symbol: OTHER });
  const stops = () =>
    rig.exchange.orders.filter(({ order }) => order.symbol === OTHER && order.type === 'stop');
  const hangs = desk.symbols.alone(SYMBOL, () => rig.clock.sleep(30_000));
  const gone = rig.clock.sleep(1_000).then(() => rig.exchange.cancel(stops()[0].order.clientOrderId));
  await runActivity(watchAccount(rooms), { ...closing(scened), untilTime: rig.clock.now() + 8_000 });
  assert.equal(await gone, true);
  assert.deepEqual(
    stops().map(({ status }) => status),
    ['canceled', 'open'],
  );
  await hangs;
});

test('of many symbols the watch asks for some in a pass, and reaches each of them soon', async t => {
  const many = Array.from({ length: 20 }, (_, at) => `C${at}USDT`);
  const scened = await scene(t, [], many);
  const { rig, rooms, enter, asked } = scened;
  for (const symbol of many) await enter({ symbol, quantity: '0.1' });
  const stops = (status: string) =>
    rig.exchange.orders.filter(({ order, ...rest }) => order.type === 'stop' && rest.status === status);
  assert.equal(stops('open').length, many.length);
  const watch = (ms: number) =>
    runActivity(watchAccount(rooms), { ...closing(scened), untilTime: rig.clock.now() + ms });
  const times = (request: string) => asked.filter(ask => ask.request === request).map(({ time }) => time);
  const most = (request: string) => {
    const passes = Map.groupBy(times(request), time => time);
    return Math.max(0, ...[...passes.values()].map(({ length }) => length));
  };

  asked.length = 0;
  await watch(7_900);
  assert.deepEqual([most('lookUp'), times('lookUp').length, most('fills')], [10, 40, 0]);

  for (const { order } of stops('open')) rig.exchange.cancel(order.clientOrderId);
  await watch(3_900);
  assert.deepEqual([stops('canceled').length, stops('open').length], [many.length, many.length]);

  asked.length = 0;
  await watch(9_900);
  assert.deepEqual([most('fills'), times('fills').length], [4, many.length]);
});
