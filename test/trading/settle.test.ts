import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Decimal } from 'decimal.js';
import { AlphaloomError } from '../../contracts/errors.ts';
import { cancelOrder } from '../../trading/orders/cancel.ts';
import { executePlanned } from '../../trading/orders/execute.ts';
import { countsAsMiss, mayHaveLapsed } from '../../trading/orders/lapse.ts';
import { settleAccount } from '../../trading/orders/settle.ts';
import type { Venue } from '../../trading/venue.ts';
import { assertAgreement } from './agreement.ts';
import { ACCOUNT, decided, MINUTE, orderOf, type RigOptions, START, tradingRig } from './rig.ts';

async function sent(t: TestContext, terms: { type?: 'limit'; price?: string }, options: RigOptions = {}) {
  const rig = await tradingRig(t, options);
  const desk = await rig.desk();
  const { planned, cancels } = await decided(desk, START, { leg: 'entry', ...terms });
  const deadline = START + 1.5 * MINUTE;
  await executePlanned(desk, { planned, cancels, deadline, priceBandBps: null, maxSpreadBps: null });
  const settle = () => settleAccount(desk, { deadline: rig.clock.now() + 20_000 });
  return { rig, desk, settle };
}

/** The next submit is lost; nothing else. */
function losesFirst(): (request: string) => 'lost' | null {
  let submits = 0;
  return request => (request === 'submit' && submits++ === 0 ? 'lost' : null);
}

test('an order lapses only 20 s after it was sent, with three look-ups 2 s apart', async t => {
  const { rig, settle } = await sent(t, {}, { fault: losesFirst() });
  const sentAt = orderOf(rig, 'entry')!.sentAt!;
  const seen: [number, string][] = [];
  while (orderOf(rig, 'entry')!.status === 'unknown') {
    await settle();
    seen.push([rig.clock.now() - sentAt, orderOf(rig, 'entry')!.status]);
    await rig.clock.sleep(700);
  }
  const lapsed = seen.find(([, status]) => status === 'lapsed')!;
  assert.ok(lapsed[0] > 20_000 && lapsed[0] < 25_000, `lapsed after ${lapsed[0]} ms`);
  const { missTimes } = orderOf(rig, 'entry')!;
  assert.ok(missTimes.length >= 3);
  for (let i = 1; i < missTimes.length; i++) assert.ok(missTimes[i] - missTimes[i - 1] >= 2_000);
  assert.ok(missTimes[0] > sentAt + 5_000, 'a request that is still valid may be on its way');
});

test('misses count by rule', () => {
  const card = { requestExpiryMs: 5_000 };
  const order = { sentAt: 0, venueOrderId: null, missTimes: [] as number[] };
  assert.equal(countsAsMiss(order, 5_000, card), false);
  assert.equal(countsAsMiss(order, 5_001, card), true);
  assert.equal(countsAsMiss({ ...order, missTimes: [6_000] }, 7_999, card), false);
  assert.equal(countsAsMiss({ ...order, missTimes: [6_000] }, 8_000, card), true);
  assert.equal(countsAsMiss({ ...order, venueOrderId: '1' }, 60_000, card), false);
  assert.equal(countsAsMiss(order, 60_000, { requestExpiryMs: null }), false);
  const missed = { sentAt: 0, missTimes: [6_000, 8_000, 10_000] };
  assert.equal(mayHaveLapsed(missed, 20_000, card), false);
  assert.equal(mayHaveLapsed(missed, 20_001, card), true);
  assert.equal(mayHaveLapsed({ ...missed, missTimes: [6_000, 8_000] }, 20_001, card), false);
  assert.equal(mayHaveLapsed(missed, 34_999, { requestExpiryMs: 30_000 }), false);
  assert.equal(mayHaveLapsed(missed, 35_001, { requestExpiryMs: 30_000 }), true);
});

test('an order that the venue lists late is found before it could lapse', async t => {
  const rig = await tradingRig(t, { fault: cutsFirst() });
  rig.exchange.lagMs = 15_000;
  const desk = await rig.desk();
  const { planned } = await decided(desk, START, { leg: 'entry' });
  const deadline = START + 1.5 * MINUTE;
  await executePlanned(desk, { planned, cancels: [], deadline, priceBandBps: null, maxSpreadBps: null });
  assert.equal(orderOf(rig, 'entry')?.status, 'unknown');
  for (let round = 0; round < 30; round++) {
    await settleAccount(desk, { deadline: rig.clock.now() + 20_000 });
    await rig.clock.sleep(1_000);
  }
  assert.equal(orderOf(rig, 'entry')?.status, 'filled');
  rig.world.calm();
  assertAgreement(rig);
});

test('where no request expires, an order that is not found stays unknown for an operator', async t => {
  const { rig, settle } = await sent(t, {}, { fault: losesFirst(), card: { requestExpiryMs: null } });
  for (let round = 0; round < 20; round++) {
    await settle();
    await rig.clock.sleep(5_000);
  }
  assert.equal(orderOf(rig, 'entry')?.status, 'unknown');
  assert.equal(rig.exchange.posts.size, 0, 'nothing is posted again');
});

test('where no id is found, the lists tell what became of an order', async t => {
  const card = { findsByClientId: false, requestExpiryMs: null };
  const { rig } = await sent(t, {}, { fault: cutsFirst(), card });
  assert.equal(orderOf(rig, 'entry')?.status, 'filled');
  assertAgreement(rig);
});

test('an answer after the deadline leaves the order unknown, and is recorded still when it comes', async t => {
  let submits = 0;
  const { rig } = await sent(
    t,
    { type: 'limit', price: '90' },
    {
      fault: request => {
        if (request === 'submit') return submits++ === 0 ? { delayMs: 60_000 } : null;
        return null;
      },
    },
  );
  assert.equal(orderOf(rig, 'entry')?.status, 'unknown');
  await Promise.all(rig.late);
  assert.equal(orderOf(rig, 'entry')?.status, 'open');
  assert.equal(rig.exchange.posts.get(orderOf(rig, 'entry')!.clientOrderId), 1);
});

test('fills that come after a cancel count, and are protected', async t => {
  const { rig, desk, settle } = await sent(t, { type: 'limit', price: '99' });
  const entry = orderOf(rig, 'entry')!;
  const placed = rig.exchange.find(entry.clientOrderId)!;
  rig.exchange.fill(placed, new Decimal('0.2'), 99);
  rig.exchange.trades[0] = { ...rig.exchange.trades[0], shownTime: rig.clock.now() + 3_000 };
  const canceled = await cancelOrder(desk, entry.clientOrderId, { deadline: rig.clock.now() + 10_000 });
  assert.deepEqual([canceled.status, canceled.filled], ['canceled', '0.2']);
  await settle();
  assert.equal(orderOf(rig, 'stop')?.quantity, '0.1998');
  assertAgreement(rig);
});

test('a limit entry that has had its bars is cancelled', async t => {
  const { rig, settle } = await sent(t, { type: 'limit', price: '90' });
  await settle();
  assert.equal(orderOf(rig, 'entry')?.status, 'open');
  rig.clock.advance(START + 2 * MINUTE - rig.clock.now());
  await settle();
  assert.equal(orderOf(rig, 'entry')?.status, 'canceled');
});

for (const requestExpiryMs of [5_000, null]) {
  test(`an entry that may still be on its way when its bars are over is asked to end and not waited for (expiry: ${requestExpiryMs})`, async t => {
    const asks: string[] = [];
    const loses = losesFirst();
    const fault = (request: string) => {
      asks.push(request);
      return loses(request);
    };
    const { rig, desk } = await sent(t, { type: 'limit', price: '90' }, { fault, card: { requestExpiryMs } });
    await rig.clock.sleep(START + 2 * MINUTE - rig.clock.now());
    for (let pass = 1; pass <= 3; pass++) {
      const began = rig.clock.now();
      await settleAccount(desk, { deadline: began + 450_000, lateFills: [] });
      assert.equal(rig.clock.now() - began, 0, `pass ${pass}`);
      assert.equal(asks.filter(request => request === 'cancel').length, pass);
      assert.equal(orderOf(rig, 'entry')?.status, pass === 3 && requestExpiryMs ? 'lapsed' : 'unknown');
      await rig.clock.sleep(2_000);
    }
    assert.equal(rig.exchange.posts.size, 0);
  });
}

test('a resting stop is asked for only where it is its turn; what is not certain, always', async t => {
  const asks: string[] = [];
  const fault = (request: string) => {
    asks.push(request);
    return null;
  };
  const { rig, desk } = await sent(t, {}, { fault });
  const look = async (restingStops: readonly string[]) => {
    asks.length = 0;
    await settleAccount(desk, { deadline: rig.clock.now() + 20_000, lateFills: [], restingStops });
    return asks.filter(request => request === 'lookUp').length;
  };
  const { symbol } = orderOf(rig, 'stop')!;
  assert.deepEqual([await look([]), await look([symbol]), await look(['OTHER'])], [0, 1, 0]);
  rig.exchange.cancel(orderOf(rig, 'stop')!.clientOrderId);
  assert.equal(await look([]), 0);
  assert.equal(orderOf(rig, 'stop')?.attempt, 1);
  assert.ok((await look([symbol])) > 0);
  assert.equal(orderOf(rig, 'stop')?.attempt, 2, 'one that is gone is placed anew');

  const resting = await sent(t, { type: 'limit', price: '90' }, { fault });
  asks.length = 0;
  const deadline = resting.rig.clock.now() + 20_000;
  await settleAccount(resting.desk, { deadline, lateFills: [], restingStops: [] });
  assert.ok(asks.includes('lookUp'), 'an entry may fill, and then needs its stop');
});

test('an entry that ended unseen is found ended once the venue lists it', async t => {
  const rig = await tradingRig(t, { fault: cutsFirst() });
  rig.exchange.lagMs = 2 * MINUTE;
  const desk = await rig.desk();
  const { planned } = await decided(desk, START, { leg: 'entry', type: 'limit', price: '90' });
  const deadline = START + 1.5 * MINUTE;
  await executePlanned(desk, { planned, cancels: [], deadline, priceBandBps: null, maxSpreadBps: null });
  const seen: string[] = [];
  for (const time of [START + 2 * MINUTE, START + 4 * MINUTE]) {
    await rig.clock.sleep(time - rig.clock.now());
    await settleAccount(desk, { deadline: time + 20_000 });
    seen.push(orderOf(rig, 'entry')!.status);
  }
  assert.deepEqual(seen, ['unknown', 'canceled']);
  assert.deepEqual(rig.exchange.truth().resting, []);
});

test('a position is kept though the venue says nothing of another order of its symbol', async t => {
  const { rig, desk, settle } = await sent(t, { type: 'limit', price: '99' });
  const entry = orderOf(rig, 'entry')!.clientOrderId;
  rig.exchange.fill(rig.exchange.find(entry)!, new Decimal('0.2'), 99);
  await settle();
  rig.exchange.cancel(orderOf(rig, 'stop')!.clientOrderId);
  const lookUp: Venue['lookUp'] = async order => {
    if (order.clientOrderId === entry) throw new AlphaloomError('VENUE_UNREACHABLE', 'no answer');
    return rig.venue.lookUp(order);
  };
  const partly = { ...desk, venue: { ...rig.venue, lookUp } };
  const [row] = (await settleAccount(partly, { deadline: rig.clock.now() + 20_000 })).symbols;
  assert.equal(!row.ok && row.error.code, 'VENUE_UNREACHABLE');
  assert.deepEqual([orderOf(rig, 'stop')?.status, orderOf(rig, 'stop')?.attempt], ['open', 2]);
  assertAgreement(rig);
});

test('orders and fills of others are left alone', async t => {
  const { rig, settle } = await sent(t, {});
  const stranger = {
    ...orderOf(rig, 'stop')!,
    clientOrderId: 'by-hand',
    quantity: '0.1',
    sentAt: rig.clock.now(),
  };
  rig.exchange.base = rig.exchange.base.plus('0.1');
  rig.exchange.post({ ...stranger, type: 'market', plan: null, stopPrice: null });
  await settle();
  assert.equal(rig.ledger.positions(ACCOUNT)[0].quantity, '0.4995');
  const booked = rig.ledger.fills(ACCOUNT, { fromTime: 0, toTime: START * 2 });
  assert.deepEqual(
    booked.map(({ leg }) => leg),
    ['entry'],
  );
});

/** The answer to the first submit is cut. */
function cutsFirst(): (request: string) => 'cut' | null {
  let submits = 0;
  return request => (request === 'submit' && submits++ === 0 ? 'cut' : null);
}
