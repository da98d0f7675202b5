import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { AlphaloomError } from '../../../contracts/errors.ts';
import type { TradingMessageName } from '../../../contracts/messages.ts';
import type { OrderLeg } from '../../../contracts/trading.ts';
import type { Lease, Ledger } from '../../../trading/ledger/ledger.ts';
import type { AccountSettings, LedgerOrder, OrderOutcome } from '../../../trading/ledger/records.ts';
import { openSqliteLedger } from '../../../trading/ledger/sqlite-ledger.ts';
import type { VenueFill } from '../../../trading/venue.ts';
import {
  ACCOUNT,
  bar,
  close,
  decided,
  entry,
  exit,
  fill,
  key,
  MINUTE,
  market,
  parts,
  START,
  send,
  settings,
  startAccount,
  terms,
} from './fixtures.ts';

const SYMBOLS = ['BTCUSDT', 'ETHUSDT'];

/** What the test knows of the world, told again without the ledger. */
interface World {
  ledger: Ledger;
  lease: Lease;
  readonly path: string;
  readonly account: AccountSettings;
  now: number;
  barTime: number;
  readonly sent: Map<string, LedgerOrder>;
  /** Own fills and the venue's doings by trade id. */
  readonly fills: Map<string, VenueFill>;
}

interface Step {
  readonly act: (world: World) => Promise<void>;
  readonly text: string;
}

/** A step that a failing sequence prints as its text. */
const named = (step: Step): Step => ({ ...step, [fc.toStringMethod as never]: () => step.text });

const index = fc.nat(30);
const size = fc.constantFrom('0.001', '0.0105', '0.25', '0.5', '1', '1.5');
const price = fc.constantFrom('95.5', '100', '100.01', '130');
const symbol = fc.constantFrom(...SYMBOLS);

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .record({
        symbol,
        wants: fc.constantFrom('entry', 'exit', 'turn', 'nothing'),
        size,
        halts: fc.nat(20),
        short: fc.boolean(),
      })
      .map(closing),
  },
  {
    weight: 6,
    arbitrary: fc.record({ index, free: fc.constantFrom(null, '0', '0.3', '100000') }).map(sending),
  },
  {
    weight: 8,
    arbitrary: fc
      .record({
        index,
        status: fc.constantFrom('filled', 'open', 'canceled', 'expired', 'rejected', 'unknown', 'lapsed'),
        share: fc.constantFrom(0, 0.5, 1),
        reported: fc.constantFrom(null, 0.5, 1),
        price,
        fee: fc.nat(3),
      })
      .map(news),
  },
  {
    weight: 4,
    arbitrary: fc.record({ index, size, price, fee: fc.nat(3), named: fc.boolean() }).map(lateFill),
  },
  { weight: 2, arbitrary: fc.record({ index }).map(doubleFill) },
  { weight: 1, arbitrary: fc.record({ symbol, size, price }).map(liquidation) },
  {
    weight: 3,
    arbitrary: fc
      .record({ symbol, leg: fc.constantFrom<OrderLeg>('exit', 'stop', 'target1', 'flatten'), size })
      .map(exitPlan),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({
        message: fc.constantFrom(
          'pause',
          'resume',
          'flatten',
          'stop',
          'start',
          'finish',
          'cancel',
          'resolve',
          'adjust',
        ),
        symbol,
        some: fc.boolean(),
        index,
        as: fc.constantFrom('filled', 'cancelled', 'rejected'),
        until: fc.boolean(),
      })
      .map(wish),
  },
  { weight: 1, arbitrary: fc.constant({ text: 'crash', act: reopen }) },
);

function closing(wanted: {
  symbol: string;
  wants: string;
  size: string;
  halts: number;
  short: boolean;
}): Step {
  return {
    text: `close ${JSON.stringify(wanted)}`,
    async act(world) {
      world.barTime += MINUTE;
      world.now = world.barTime + MINUTE;
      const of = bar(wanted.symbol, world.barTime);
      const isShort = wanted.short && world.account.kind === 'swap';
      const side = isShort ? 'sell' : 'buy';
      const orders = {
        entry: [entry(of, { side, quantity: wanted.size })],
        exit: [exit(of, { side: isShort ? 'buy' : 'sell', quantity: wanted.size })],
        turn: [
          exit(of, { side: isShort ? 'buy' : 'sell', quantity: wanted.size }),
          entry(of, { side: isShort ? 'buy' : 'sell', quantity: wanted.size }),
        ],
        nothing: [],
      }[wanted.wants]!;
      const commit = close([of]);
      await world.ledger.commitClose(world.lease, {
        ...commit,
        decide: (_, undecided) => ({
          ...decided(undecided, () => orders),
          halt: wanted.halts === 0 ? 'drawdown' : null,
        }),
      });
    },
  };
}

function sending({ index: at, free }: { index: number; free: string | null }): Step {
  return {
    text: `send ${at} with ${free} free`,
    async act(world) {
      const planned = world.ledger.openOrders(ACCOUNT).filter(({ status }) => status === 'planned');
      const order = planned[at % planned.length];
      if (!order) return;
      const before = world.ledger.positions(ACCOUNT).find(({ symbol: name }) => name === order.symbol);
      const grant = await world.ledger.beginSending(world.lease, {
        ...send(order),
        sentAt: ++world.now,
        freeBalance: free,
        market: marketOf(world, order.symbol),
      });
      if (grant.kind !== 'granted') return;
      assert.ok(!world.sent.has(order.clientOrderId), 'nobody is granted the same order twice');
      world.sent.set(order.clientOrderId, grant.order);
      if (order.leg !== 'entry') {
        assert.ok(
          before && new Decimal(grant.order.quantity).lte(new Decimal(before.quantity).abs()),
          'an exit is never more than the position',
        );
      }
    },
  };
}

function fillOfSize(world: World, order: LedgerOrder, quantity: string, at: string, fee: number): VenueFill {
  const base = order.symbol.slice(0, -4);
  const fees = [
    [],
    [{ amount: '0.0001', currency: base }],
    [{ amount: '0.05', currency: 'USDT' }],
    [{ amount: '0.002', currency: 'BNB' }],
  ][fee];
  return fill(order, { quantity, price: at, fees, time: world.now });
}

function news(told: {
  index: number;
  status: string;
  share: number;
  reported: number | null;
  price: string;
  fee: number;
}): Step {
  return {
    text: `news ${JSON.stringify(told)}`,
    async act(world) {
      const order = [...world.sent.values()][told.index % world.sent.size];
      if (!order) return;
      const quantity = new Decimal(order.quantity).times(told.share).toFixed();
      // Who calls an order filled means all of it.
      const reported = told.status === 'filled' && told.reported !== null ? 1 : told.reported;
      const fills = told.share === 0 ? [] : [fillOfSize(world, order, quantity, told.price, told.fee)];
      const outcome: OrderOutcome = {
        clientOrderId: order.clientOrderId,
        status: told.status as OrderOutcome['status'],
        reason: null,
        venueOrderId:
          told.status === 'unknown' || told.status === 'lapsed' ? null : `v-${order.clientOrderId}`,
        venueCode: null,
        fills,
        filled: reported === null ? null : new Decimal(order.quantity).times(reported).toFixed(),
        now: ++world.now,
      };
      for (const one of fills) world.fills.set(one.tradeId, one);
      const once = await world.ledger.recordOutcome(world.lease, outcome);
      const twice = await world.ledger.recordOutcome(world.lease, outcome);
      assert.deepEqual(
        { ...twice, updatedTime: 0 },
        { ...once, updatedTime: 0 },
        'the same news twice changes nothing',
      );
    },
  };
}

function lateFill(late: { index: number; size: string; price: string; fee: number; named: boolean }): Step {
  return {
    text: `late fill ${JSON.stringify(late)}`,
    async act(world) {
      const order = [...world.sent.values()][late.index % world.sent.size];
      if (!order) return;
      const whole = fillOfSize(world, order, late.size, late.price, late.fee);
      const known = world.ledger.order(order.clientOrderId)?.venueOrderId != null;
      // Without its client id a fill is known by the venue's id alone.
      const told = late.named || !known ? whole : { ...whole, clientOrderId: null };
      world.fills.set(told.tradeId, told);
      await world.ledger.recordFills(world.lease, ACCOUNT, [told], ++world.now);
    },
  };
}

function doubleFill({ index: at }: { index: number }): Step {
  return {
    text: `double fill ${at}`,
    async act(world) {
      const known = [...world.fills.values()][at % world.fills.size];
      if (!known) return;
      assert.deepEqual(await world.ledger.recordFills(world.lease, ACCOUNT, [known], ++world.now), []);
    },
  };
}

function liquidation(told: { symbol: string; size: string; price: string }): Step {
  return {
    text: `liquidation ${JSON.stringify(told)}`,
    async act(world) {
      const position = world.ledger.positions(ACCOUNT).find(({ symbol: name }) => name === told.symbol);
      if (!position) return;
      const side = position.quantity.startsWith('-') ? 'buy' : 'sell';
      const liquidated: VenueFill = {
        tradeId: `liquidation ${world.fills.size}`,
        venueOrderId: 'the venue',
        clientOrderId: null,
        symbol: told.symbol,
        side,
        price: told.price,
        quantity: told.size,
        fees: [],
        isMaker: false,
        time: world.now,
        reason: 'liquidation',
      };
      world.fills.set(liquidated.tradeId, liquidated);
      await world.ledger.recordFills(world.lease, ACCOUNT, [liquidated], ++world.now);
    },
  };
}

function exitPlan(wanted: { symbol: string; leg: OrderLeg; size: string }): Step {
  return {
    text: `plan ${JSON.stringify(wanted)}`,
    async act(world) {
      const position = world.ledger.positions(ACCOUNT).find(({ symbol: name }) => name === wanted.symbol);
      const { attempt: _, ...name } = key(wanted.leg, bar(wanted.symbol, world.barTime));
      const side = position?.quantity.startsWith('-') ? 'buy' : 'sell';
      const asked = {
        key: name,
        terms: terms({ side, quantity: wanted.size, reduceOnly: world.account.kind === 'swap' }),
        decisionPrice: '100',
        now: ++world.now,
      };
      const planned = await world.ledger.planExit(world.lease, asked);
      assert.deepEqual(
        (await world.ledger.planExit(world.lease, asked))?.clientOrderId,
        planned?.clientOrderId,
        'asking twice plans once',
      );
    },
  };
}

let operations = 0;
function wish(wanted: {
  message: string;
  symbol: string;
  some: boolean;
  index: number;
  as: string;
  until: boolean;
}): Step {
  return {
    text: `message ${JSON.stringify(wanted)}`,
    async act(world) {
      const { ledger, lease } = world;
      const operationId = `operation ${++operations}`;
      const now = ++world.now;
      const by = { account: ACCOUNT, operationId, actor: 'test', now };
      const symbols = wanted.some ? [wanted.symbol] : undefined;
      const order = [...world.sent.keys()][wanted.index % world.sent.size];
      if ((wanted.message === 'cancel' || wanted.message === 'resolve') && order === undefined) return;
      const payload = {
        pause: { symbols, until: wanted.until ? now + MINUTE : undefined },
        resume: { symbols, acknowledge: true },
        flatten: { symbols },
        stop: { positions: wanted.some ? 'leave' : 'flatten' },
        cancel: { order },
        resolve: { order, as: wanted.as, evidence: 'seen at the venue' },
        adjust: { symbol: wanted.symbol, quantity: '0.25', price: '100', evidence: 'sold by hand' },
      }[wanted.message];
      try {
        if (wanted.message === 'start')
          await ledger.changeState({ ...by, from: ['stopped'], to: 'running', reason: 'start' });
        else if (wanted.message === 'finish')
          await ledger.finishFlatten(lease, { ...by, symbols: symbols ?? null });
        else {
          const operation = {
            message: wanted.message as TradingMessageName,
            payload: JSON.parse(JSON.stringify(payload)),
            ...by,
          };
          const context = { policy: null, isVenueSilent: wanted.some };
          const answer = await ledger.applyMessage(operation, { now, ...context });
          const again = await ledger.applyMessage(operation, { now: now + 1, ...context });
          assert.deepEqual(again, { ...answer, repeated: true });
        }
      } catch (error) {
        // A refusal, clear and without a trace.
        if (!(error instanceof AlphaloomError) || error.code !== 'ACCOUNT_STATE') throw error;
      }
    },
  };
}

async function reopen(world: World): Promise<void> {
  world.ledger.close();
  world.ledger = await openSqliteLedger(world.path, parts);
  world.lease = await world.ledger.takeLease({ owner: 'next', now: world.now, takeOver: true });
}

const marketOf = (world: World, name: string) =>
  market(name, { kind: world.account.kind, settle: world.account.kind === 'swap' ? 'USDT' : null });

function assertHolds(world: World): void {
  assert.deepEqual(world.ledger.check(ACCOUNT), []);
  for (const name of SYMBOLS) {
    const base = name.slice(0, -4);
    let held = new Decimal(0);
    for (const one of world.ledger.fills(ACCOUNT, { fromTime: 0, toTime: Number.MAX_SAFE_INTEGER })) {
      if (one.symbol !== name) continue;
      held = one.side === 'buy' ? held.plus(one.quantity) : held.minus(one.quantity);
      if (world.account.kind === 'spot')
        for (const { amount, currency } of one.fees) if (currency === base) held = held.minus(amount);
    }
    const position = world.ledger.positions(ACCOUNT).find(({ symbol: of }) => of === name)?.quantity ?? '0';
    const { mode, kind } = world.account;
    assert.ok(kind === 'swap' || mode === 'paper' || !position.startsWith('-'), `nobody is short of ${name}`);
    const dust = world.ledger.dust(ACCOUNT).find(({ symbol: of }) => of === name)?.quantity ?? '0';
    assert.equal(
      held.toFixed(),
      new Decimal(position).plus(dust).toFixed(),
      `${name} is what its fills add up to`,
    );
  }
  const booked = new Set(
    world.ledger
      .fills(ACCOUNT, { fromTime: 0, toTime: Number.MAX_SAFE_INTEGER })
      .map(({ tradeId }) => tradeId),
  );
  for (const id of world.fills.keys()) assert.ok(booked.has(id), `no fill is lost: ${id}`);
}

for (const [mode, kind] of [
  ['live', 'spot'],
  ['live', 'swap'],
  ['paper', 'spot'],
] as const) {
  test(`whatever happens in whatever order, with crashes between, the invariants hold: ${mode}, ${kind}`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps.map(named), { minLength: 5, maxLength: 40 }), async sequence => {
        const folder = await mkdtemp(join(tmpdir(), 'alphaloom-test-'));
        const path = join(folder, 'ledger.sqlite');
        const ledger = await openSqliteLedger(path, parts);
        const lease = await ledger.takeLease({ owner: 'test', now: START, takeOver: false });
        const account = settings({ mode, kind });
        await startAccount(ledger, lease, account);
        const world: World = {
          ledger,
          lease,
          path,
          account,
          now: START,
          barTime: START - MINUTE,
          sent: new Map(),
          fills: new Map(),
        };
        try {
          for (const { act } of sequence) {
            await act(world);
            assertHolds(world);
          }
        } finally {
          world.ledger.close();
          await rm(folder, { recursive: true });
        }
      }),
      { numRuns: Number(process.env.LEDGER_RUNS ?? 30) },
    );
  });
}
