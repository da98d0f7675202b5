import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Decimal } from 'decimal.js';
import type { ExitPlan } from '../../contracts/intents.ts';
import { keepPositions } from '../../trading/keeping/keep.ts';
import { executePlanned } from '../../trading/orders/execute.ts';
import { settleAccount } from '../../trading/orders/settle.ts';
import { assertAgreement, settleDown } from './agreement.ts';
import type { FakeExchange } from './fake-exchange.ts';
import {
  ACCOUNT,
  decided,
  MINUTE,
  orderOf,
  type RigOptions,
  START,
  STOP_ONLY,
  SYMBOL,
  tradingRig,
} from './rig.ts';

async function entered(
  t: TestContext,
  exits: ExitPlan,
  options: RigOptions & { prepare?(exchange: FakeExchange): void; readonly quantity?: string } = {},
) {
  const rig = await tradingRig(t, options);
  options.prepare?.(rig.exchange);
  const desk = await rig.desk();
  const { planned, cancels } = await decided(desk, START, {
    leg: 'entry',
    exits,
    ...(options.quantity && { quantity: options.quantity }),
  });
  const deadline = START + 1.5 * MINUTE;
  await executePlanned(desk, { planned, cancels, deadline, priceBandBps: null, maxSpreadBps: null });
  const keep = (bars: Parameters<typeof keepPositions>[1]['bars'] = []) =>
    keepPositions(desk, { bars, deadline: rig.clock.now() + 20_000 });
  const settle = () => settleAccount(desk, { deadline: rig.clock.now() + 20_000 });
  return { rig, desk, keep, settle };
}

const resting = ({ orders }: FakeExchange) =>
  orders.filter(({ status }) => status === 'open').map(({ order }) => order);

test('a stop that the venue refuses makes the position leave at once', async t => {
  const { rig } = await entered(
    t,
    { ...STOP_ONLY, stop: { unit: 'quote', value: 5 } },
    {
      prepare(exchange) {
        const post = exchange.post.bind(exchange);
        exchange.post = order => (order.type === 'stop' ? 'filter' : post(order));
      },
    },
  );
  assert.equal(orderOf(rig, 'stop')?.status, 'rejected');
  assert.equal(orderOf(rig, 'exit')?.status, 'filled');
  assert.deepEqual(rig.ledger.positions(ACCOUNT), []);
  const told = (await rig.ledger.outbox.due(rig.clock.now() + MINUTE, 50)).map(
    ({ notification }) => notification.event,
  );
  assert.ok(told.includes('position-unprotected'));
});

test('a stop that is refused for the request’s time is placed again, and the position stays', async t => {
  let refusals = 2;
  const { rig } = await entered(t, STOP_ONLY, {
    prepare(exchange) {
      const post = exchange.post.bind(exchange);
      exchange.post = order => (order.type === 'stop' && refusals-- > 0 ? 'expired' : post(order));
    },
  });
  assert.equal(orderOf(rig, 'exit'), undefined);
  assert.deepEqual([orderOf(rig, 'stop')?.status, orderOf(rig, 'stop')?.attempt], ['open', 3]);
});

test('a stop that is not confirmed within 10 s of the fill makes the position leave', async t => {
  let submits = 0;
  const { rig } = await entered(t, STOP_ONLY, {
    fault: request => (request === 'submit' && ++submits === 2 ? 'lost' : null),
  });
  const entry = orderOf(rig, 'entry')!;
  const exit = orderOf(rig, 'exit')!;
  assert.equal(exit.status, 'filled');
  const leftAfter = exit.sentAt! - entry.sentAt!;
  assert.ok(leftAfter >= 10_000 && leftAfter < 13_000, `left after ${leftAfter} ms`);
  await settleDown(rig);
  assertAgreement(rig);
  assert.equal(orderOf(rig, 'stop')?.status, 'lapsed');
});

test('a stop grows with an entry that fills in parts', async t => {
  const { rig, settle } = await entered(t, STOP_ONLY, {
    prepare(exchange) {
      exchange.fillShare = 0.4;
    },
  });
  assert.deepEqual(
    resting(rig.exchange).map(({ type, quantity }) => [type, quantity]),
    [
      ['market', '0.5'],
      ['stop', '0.1998'],
    ],
  );
  rig.exchange.fillRest();
  await settle();
  assert.deepEqual(
    resting(rig.exchange).map(({ type, quantity }) => [type, quantity]),
    [['stop', '0.4995']],
  );
});

test('a stop stands though the venue tells no price for the targets', async t => {
  const targets = [{ distance: { unit: 'percent', value: 2 }, share: 1 }] as const;
  const { rig } = await entered(
    t,
    { ...STOP_ONLY, targets },
    { fault: request => (request === 'quote' ? 'lost' : null) },
  );
  assert.deepEqual(
    resting(rig.exchange).map(({ type, quantity }) => [type, quantity]),
    [['stop', '0.4995']],
  );
});

test('a stop that is not confirmed makes the position leave though the venue tells no price for the targets', async t => {
  const targets = [{ distance: { unit: 'percent', value: 2 }, share: 1 }] as const;
  let submits = 0;
  const { rig } = await entered(
    t,
    { ...STOP_ONLY, targets },
    {
      fault: request => (request === 'quote' || (request === 'submit' && ++submits === 2) ? 'lost' : null),
    },
  );
  assert.equal(orderOf(rig, 'exit')?.status, 'filled');
});

test('a position of which the venue would take no stop leaves at once', async t => {
  const { rig } = await entered(t, STOP_ONLY, { quantity: '0.052' });
  assert.deepEqual(resting(rig.exchange), []);
  assert.equal(orderOf(rig, 'exit')?.status, 'filled');
});

test('a target is sold after the stop has ended, and a stop over the rest is placed again', async t => {
  const targets = [{ distance: { unit: 'percent', value: 2 }, share: 0.5 }] as const;
  const { rig, keep } = await entered(t, { ...STOP_ONLY, targets });
  await rig.exchange.move(101.9);
  await keep();
  assert.equal(orderOf(rig, 'target1'), undefined);
  await rig.exchange.move(102);
  await keep();
  assert.equal(orderOf(rig, 'target1')?.filled, '0.24975');
  assert.deepEqual(
    resting(rig.exchange).map(({ stopPrice, quantity }) => [stopPrice, quantity]),
    [['95', '0.24975']],
  );
  await keep();
  assert.equal(rig.exchange.orders.filter(({ order }) => order.type === 'market').length, 2);
  assertAgreement(rig);
});

test('a stop that fills while it is being cancelled counts, and nothing is sold twice', async t => {
  const targets = [{ distance: { unit: 'percent', value: 2 }, share: 1 }] as const;
  const { rig, keep } = await entered(t, { ...STOP_ONLY, targets });
  await rig.exchange.move(102);
  const cancel = rig.exchange.cancel.bind(rig.exchange);
  rig.exchange.cancel = id => {
    rig.exchange.fill(rig.exchange.find(id)!, new Decimal('0.2'), 95);
    return cancel(id);
  };
  await keep();
  assert.equal(orderOf(rig, 'stop')?.filled, '0.2');
  assert.equal(orderOf(rig, 'target1')?.filled, '0.2995');
  assert.deepEqual(rig.ledger.positions(ACCOUNT), []);
  assertAgreement(rig);
});

test('a trailing stop is moved at closes, as the backtest moves it, and never back', async t => {
  const { rig, keep } = await entered(t, { ...STOP_ONLY, trailing: { distance: 3, after: 2 } });
  const bar = (index: number, high: number) => ({
    symbol: SYMBOL,
    barTime: START + index * MINUTE,
    high,
    low: 99,
  });
  const stops = () => resting(rig.exchange).map(({ stopPrice }) => stopPrice);
  await keep([bar(1, 101.9)]);
  assert.deepEqual(stops(), ['95']);
  await rig.exchange.move(104);
  await keep([bar(2, 104.5)]);
  assert.deepEqual(stops(), ['101.5']);
  await keep([bar(2, 104.5), bar(3, 103)]);
  assert.deepEqual(stops(), ['101.5']);
  assert.equal(orderOf(rig, 'stop')?.attempt, 2);
  assertAgreement(rig);
});

test('a trailing stop that the price has passed already makes the position leave', async t => {
  const { rig, keep } = await entered(t, { ...STOP_ONLY, trailing: { distance: 3, after: 2 } });
  await keep([{ symbol: SYMBOL, barTime: START + MINUTE, high: 104, low: 99 }]);
  assert.equal(orderOf(rig, 'stop')?.status, 'rejected');
  assert.equal(orderOf(rig, 'exit')?.status, 'filled');
  assertAgreement(rig);
});

test('a position leaves at the close at which its time is up', async t => {
  const { rig, keep } = await entered(t, { ...STOP_ONLY, maxBars: 2 });
  rig.clock.advance(START + 3 * MINUTE - 1_000 - rig.clock.now());
  await keep();
  assert.equal(orderOf(rig, 'exit'), undefined);
  rig.clock.advance(1_000);
  await keep();
  assert.equal(orderOf(rig, 'exit')?.status, 'filled');
  assertAgreement(rig);
});

test('stops that the workflow keeps rest nowhere and sell at market where the price reaches them', async t => {
  const { rig, keep } = await entered(t, STOP_ONLY, { policy: { stops: 'workflow' } });
  assert.deepEqual(resting(rig.exchange), []);
  await rig.exchange.move(95.01);
  await keep();
  assert.equal(orderOf(rig, 'exit'), undefined);
  await rig.exchange.move(95);
  await keep();
  assert.equal(orderOf(rig, 'exit')?.status, 'filled');
  assert.deepEqual(rig.ledger.positions(ACCOUNT), []);
});

/** Stops become limit orders 5 % under their trigger. */
const STOP_LIMIT = {
  card: { stops: 'limit' as const },
  prepare(exchange: FakeExchange) {
    exchange.stopLimit = 0.05;
  },
};

test('a stop that the price jumped over, its limit too, is ended and the position sold at market', async t => {
  const { rig, settle } = await entered(t, STOP_ONLY, STOP_LIMIT);
  await rig.exchange.move(85);
  await settle();
  assert.deepEqual([orderOf(rig, 'stop')?.status, orderOf(rig, 'exit')], ['open', undefined]);
  rig.clock.advance(4_000);
  await settle();
  assert.equal(orderOf(rig, 'stop')?.status, 'canceled');
  assert.deepEqual([orderOf(rig, 'exit')?.status, orderOf(rig, 'exit')?.averagePrice], ['filled', '85']);
  assert.deepEqual(rig.ledger.positions(ACCOUNT), []);
  assertAgreement(rig);
});

test('a stop that fills at its limit after all is not sold beside', async t => {
  const { rig, settle } = await entered(t, STOP_ONLY, STOP_LIMIT);
  await rig.exchange.move(85);
  await settle();
  rig.clock.advance(4_000);
  await rig.exchange.move(91);
  await settle();
  assert.deepEqual([orderOf(rig, 'stop')?.status, orderOf(rig, 'exit')], ['filled', undefined]);
  assertAgreement(rig);
});

test('what a stop has sold before the price jumped over its limit counts', async t => {
  const { rig, settle } = await entered(t, STOP_ONLY, STOP_LIMIT);
  await rig.exchange.move(85);
  rig.exchange.fill(rig.exchange.find(orderOf(rig, 'stop')!.clientOrderId)!, new Decimal('0.2'), 90.5);
  await settle();
  rig.clock.advance(4_000);
  await settle();
  assert.deepEqual([orderOf(rig, 'stop')?.filled, orderOf(rig, 'exit')?.filled], ['0.2', '0.2995']);
  assertAgreement(rig);
});

test('a price that came back before the stop was given up begins its time anew', async t => {
  const { rig, settle } = await entered(t, STOP_ONLY, STOP_LIMIT);
  const stop = () => rig.exchange.find(orderOf(rig, 'stop')!.clientOrderId)!;
  const jump = async (price: number) => {
    rig.exchange.price = price;
    await settle();
    rig.clock.advance(2_000);
  };
  await jump(85);
  await jump(96);
  await jump(85);
  await settle();
  assert.deepEqual([stop().status, orderOf(rig, 'exit')], ['open', undefined]);
});

for (const [kept, options] of [
  ['here', { policy: { stops: 'workflow' as const } }],
  ['by a venue that may jump over them', { card: { stops: 'limit' as const } }],
] as const) {
  test(`stops that are kept ${kept} are told of while no price comes, and again every five minutes`, async t => {
    let isDown = true;
    const { rig, keep } = await entered(t, STOP_ONLY, {
      ...options,
      fault: request => (request === 'quote' && isDown ? 'lost' : null),
    });
    const alarms = async () =>
      (await rig.ledger.outbox.due(rig.clock.now() + MINUTE, 500)).filter(
        ({ notification }) => notification.event === 'position-unprotected',
      );
    const keepFor = async (minutes: number) => {
      for (
        const until = rig.clock.now() + minutes * MINUTE;
        rig.clock.now() < until;
        rig.clock.advance(2_000)
      )
        await keep();
    };
    await keepFor(0.4);
    assert.equal((await alarms()).length, 0);
    await keepFor(11);
    const told = await alarms();
    assert.equal(told.length, 3);
    assert.equal(new Set(told.map(({ notification }) => notification.key)).size, 3);
    assert.deepEqual(told[0].notification.facts, {
      quantity: '0.4995',
      stop: 95,
      reason: 'the venue tells no price, and the stop is watched from here',
    });
    isDown = false;
    await keep();
    isDown = true;
    await keepFor(0.4);
    assert.equal((await alarms()).length, 3, 'a price that came begins the time anew');
  });
}

test('a position whose stop rests at the venue is not told of while no price comes', async t => {
  const targets = [{ distance: { unit: 'percent', value: 2 }, share: 1 }] as const;
  const { rig, keep } = await entered(
    t,
    { ...STOP_ONLY, targets },
    { fault: request => (request === 'quote' ? 'lost' : null) },
  );
  for (let pass = 0; pass < 30; pass++) {
    await keep();
    rig.clock.advance(2_000);
  }
  const told = await rig.ledger.outbox.due(rig.clock.now() + MINUTE, 500);
  assert.ok(told.every(({ notification }) => notification.event !== 'position-unprotected'));
});

test('a stop that somebody has cancelled at the venue is placed again', async t => {
  const { rig, settle } = await entered(t, STOP_ONLY);
  rig.exchange.cancel(orderOf(rig, 'stop')!.clientOrderId);
  await settle();
  assert.equal(resting(rig.exchange).length, 1);
  assertAgreement(rig);
});

test('an exit that comes to nothing is tried again with the next attempt', async t => {
  let refusals = 1;
  const { rig, keep } = await entered(
    t,
    { ...STOP_ONLY, maxBars: 1 },
    {
      prepare(exchange) {
        const post = exchange.post.bind(exchange);
        exchange.post = order =>
          order.type === 'market' && order.side === 'sell' && refusals-- > 0 ? 'filter' : post(order);
      },
    },
  );
  rig.clock.advance(2 * MINUTE);
  await keep();
  assert.equal(orderOf(rig, 'exit')?.status, 'rejected');
  assert.equal(resting(rig.exchange).length, 1, 'its stop stands again meanwhile');
  rig.clock.advance(2_000);
  await keep();
  assert.deepEqual([orderOf(rig, 'exit')?.status, orderOf(rig, 'exit')?.attempt], ['filled', 2]);
  assertAgreement(rig);
});

test('a position that the venue liquidated leaves no stop behind', async t => {
  const { rig, desk, keep } = await entered(t, STOP_ONLY);
  await rig.ledger.recordFills(
    desk.lease,
    ACCOUNT,
    [
      {
        tradeId: 'liquidation',
        venueOrderId: 'venue',
        clientOrderId: null,
        symbol: SYMBOL,
        side: 'sell',
        price: '60',
        quantity: '0.4995',
        fees: [],
        isMaker: false,
        time: rig.clock.now(),
        reason: 'liquidation',
      },
    ],
    rig.clock.now(),
  );
  await keep();
  assert.deepEqual(resting(rig.exchange), []);
  assert.equal(orderOf(rig, 'stop')?.status, 'canceled');
});
