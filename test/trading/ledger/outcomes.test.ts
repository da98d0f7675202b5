import assert from 'node:assert/strict';
import test from 'node:test';
import type { OrderStatus } from '../../../contracts/trading.ts';
import { nextStatus, type ReportedStatus } from '../../../trading/ledger/order-news.ts';
import {
  ACCOUNT,
  bar,
  close,
  type Desk,
  desk,
  entry,
  fill,
  MINUTE,
  market,
  openPosition,
  outcome,
  START,
  sentEntry,
  sentExit,
} from './fixtures.ts';

const ALL = { fromTime: 0, toTime: Number.MAX_SAFE_INTEGER };

async function toldOf({ ledger }: Desk): Promise<string[]> {
  const due = await ledger.outbox.due(Number.MAX_SAFE_INTEGER, 100);
  return due.map(({ notification }) => notification.event);
}

const statusOf = ({ ledger }: Desk, { clientOrderId }: { clientOrderId: string }) =>
  ledger.order(clientOrderId)?.status;

test('fills out of order, twice and late add up to the same', async t => {
  const at = await desk(t);
  const order = await sentEntry(at);
  const parts = ['0.2', '0.3', '0.5'].map(quantity => fill(order, { quantity }));
  await at.ledger.recordFills(at.lease, ACCOUNT, [parts[2], parts[0]], START);
  assert.equal(statusOf(at, order), 'open');
  await at.ledger.recordFills(at.lease, ACCOUNT, parts, START);
  await at.ledger.recordFills(at.lease, ACCOUNT, parts.toReversed(), START);
  assert.equal(statusOf(at, order), 'filled');
  assert.equal(at.ledger.positions(ACCOUNT)[0].quantity, '1');
  assert.equal(at.ledger.fills(ACCOUNT, ALL).length, 3);
});

test('an end is believed only once the fills add up to what the venue says is filled', async t => {
  const at = await desk(t);
  const order = await sentEntry(at);
  const short = outcome(order, {
    status: 'canceled',
    filled: '0.7',
    fills: [fill(order, { quantity: '0.2' })],
  });
  assert.equal((await at.ledger.recordOutcome(at.lease, short)).status, 'open');
  await at.ledger.recordOutcome(at.lease, outcome(order, { status: 'open' }));
  assert.equal(statusOf(at, order), 'open');
  await at.ledger.recordFills(at.lease, ACCOUNT, [fill(order, { quantity: '0.5' })], START);
  assert.equal(statusOf(at, order), 'canceled');
  assert.equal(at.ledger.positions(ACCOUNT)[0].quantity, '0.7');
});

test('a filled order without its fills stays open until they come', async t => {
  const at = await desk(t);
  const order = await sentEntry(at);
  assert.equal((await at.ledger.recordOutcome(at.lease, outcome(order))).status, 'open');
  await at.ledger.recordFills(at.lease, ACCOUNT, [fill(order)], START);
  assert.equal(statusOf(at, order), 'filled');
});

test('a fill after the cancel is booked, and the slot is taken again', async t => {
  const at = await desk(t);
  const order = await sentEntry(at);
  await at.ledger.recordOutcome(at.lease, outcome(order, { status: 'canceled' }));
  assert.deepEqual(at.ledger.slots(ACCOUNT), []);
  await at.ledger.recordFills(at.lease, ACCOUNT, [fill(order, { quantity: '0.4' })], START);
  assert.equal(statusOf(at, order), 'canceled');
  assert.equal(at.ledger.positions(ACCOUNT)[0].quantity, '0.4');
  assert.equal(at.ledger.slots(ACCOUNT).length, 1);
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});

test('an over-fill is booked, marked and told', async t => {
  const at = await desk(t);
  const order = await sentEntry(at);
  const fills = [fill(order), fill(order, { quantity: '0.25' })];
  const filled = await at.ledger.recordOutcome(at.lease, outcome(order, { fills }));
  assert.equal(filled.overFill, '0.25');
  assert.equal(at.ledger.positions(ACCOUNT)[0].quantity, '1.25');
  assert.ok((await toldOf(at)).includes('ledger-mismatch'));
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});

test('an over-filled exit of a swap turns the position, and both are told', async t => {
  const at = await desk(t, { kind: 'swap' });
  await openPosition(at);
  const exit = await sentExit(at);
  await at.ledger.recordOutcome(
    at.lease,
    outcome(exit, { fills: [fill(exit, { quantity: '1.5', price: '110' })] }),
  );
  const [position] = at.ledger.positions(ACCOUNT);
  assert.equal(position.quantity, '-0.5');
  assert.equal(position.entryPrice, '110');
  assert.equal(position.plan, null);
  const [trade] = at.ledger.trades(ACCOUNT, ALL);
  assert.equal(trade.realizedPnl, '10');
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});

test('averages and gains: bought in parts, sold in parts', async t => {
  const at = await desk(t);
  const order = await sentEntry(at, { quantity: '3' });
  const fills = [fill(order, { quantity: '1', price: '100' }), fill(order, { quantity: '2', price: '103' })];
  await at.ledger.recordOutcome(at.lease, outcome(order, { fills }));
  assert.equal(at.ledger.positions(ACCOUNT)[0].entryPrice, '102');
  const target = await sentExit(at, { quantity: '1' }, bar(), 'target1');
  await at.ledger.recordOutcome(at.lease, outcome(target, { fills: [fill(target, { price: '112' })] }));
  const [rest] = at.ledger.positions(ACCOUNT);
  assert.deepEqual([rest.quantity, rest.realizedPnl, rest.entryPrice], ['2', '10', '102']);
  const last = await sentExit(at, { quantity: '2' });
  await at.ledger.recordOutcome(at.lease, outcome(last, { fills: [fill(last, { price: '101' })] }));
  const [trade] = at.ledger.trades(ACCOUNT, ALL);
  assert.deepEqual([trade.realizedPnl, trade.enteredQuantity, trade.closeReason], ['8', '3', 'exit']);
  assert.equal(trade.exitPrice, '104.666666666666666666666666667');
  assert.equal(at.ledger.cash(ACCOUNT), '10008');
});

test('a short gains when it is bought back lower', async t => {
  const at = await desk(t, { kind: 'swap' });
  await openPosition(at, { side: 'sell', price: '100' });
  const exit = await sentExit(at, { side: 'buy' });
  await at.ledger.recordOutcome(at.lease, outcome(exit, { fills: [fill(exit, { price: '90' })] }));
  const [trade] = at.ledger.trades(ACCOUNT, ALL);
  assert.deepEqual([trade.side, trade.realizedPnl], ['SHORT', '10']);
  assert.equal(at.ledger.cash(ACCOUNT), '10010');
});

test('fees in base make the position smaller, in quote the cash, in another currency neither', async t => {
  const at = await desk(t);
  const order = await sentEntry(at);
  const fees = [
    { amount: '0.001', currency: 'BTC' },
    { amount: '0.25', currency: 'USDT' },
    { amount: '0.0003', currency: 'BNB' },
  ];
  await at.ledger.recordOutcome(at.lease, outcome(order, { fills: [fill(order, { fees })] }));
  const [position] = at.ledger.positions(ACCOUNT);
  assert.equal(position.quantity, '0.999');
  assert.equal(at.ledger.cash(ACCOUNT), '9899.75');
  assert.equal(position.fees, '0.35');
  assert.deepEqual(position.otherFees, { BNB: '0.0003' });
});

test('eighteen digits after the point are kept, exactly', async t => {
  const at = await desk(t, { mode: 'paper' });
  const order = await sentEntry(at, { quantity: '123456789012.000000000000000001' });
  const one = fill(order, { price: '0.000000000000000003' });
  await at.ledger.recordOutcome(at.lease, outcome(order, { fills: [one] }));
  assert.equal(at.ledger.positions(ACCOUNT)[0].quantity, '123456789012.000000000000000001');
  assert.equal(at.ledger.cash(ACCOUNT), '9999.999999629629632963999999999999999997');
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});

for (const price of ['1e-7', 'NaN', '', '1,5', '0x10', ' 1']) {
  test(`a fill at the price ${JSON.stringify(price)} is refused, and nothing of it is booked`, async t => {
    const at = await desk(t);
    const order = await sentEntry(at);
    const news = outcome(order, { fills: [fill(order), fill(order, { price })] });
    await assert.rejects(at.ledger.recordOutcome(at.lease, news), { code: 'INTERNAL' });
    assert.deepEqual(at.ledger.fills(ACCOUNT, ALL), []);
    assert.equal(statusOf(at, order), 'sending');
  });
}

test('what is left under the minimum after an exit is dust, and a late fill takes it from there', async t => {
  const at = await desk(t);
  await openPosition(at, { quantity: '1', fees: [{ amount: '0.0005', currency: 'BTC' }] });
  const exit = await sentExit(at);
  assert.equal(exit.quantity, '0.999');
  await at.ledger.recordOutcome(at.lease, outcome(exit, { fills: [fill(exit)] }));
  assert.deepEqual(at.ledger.positions(ACCOUNT), []);
  assert.deepEqual(at.ledger.slots(ACCOUNT), []);
  assert.deepEqual(at.ledger.dust(ACCOUNT), [{ symbol: 'BTCUSDT', quantity: '0.0005' }]);
  await at.ledger.recordFills(at.lease, ACCOUNT, [fill(exit, { quantity: '0.0005' })], START);
  assert.deepEqual(at.ledger.dust(ACCOUNT), []);
  assert.deepEqual(at.ledger.positions(ACCOUNT), []);
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});

test('an exit that is filled in parts leaves no dust between them', async t => {
  const at = await desk(t);
  await openPosition(at);
  const exit = await sentExit(at);
  await at.ledger.recordFills(at.lease, ACCOUNT, [fill(exit, { quantity: '0.9995' })], START);
  assert.equal(at.ledger.positions(ACCOUNT)[0].quantity, '0.0005');
  assert.deepEqual(at.ledger.dust(ACCOUNT), []);
});

test('a liquidation closes the position, with its reason, and is told', async t => {
  const at = await desk(t, { kind: 'swap' });
  await openPosition(at);
  const liquidated = fill(await sentExit(at), {
    clientOrderId: null,
    venueOrderId: 'venue 1',
    price: '60',
    reason: 'liquidation',
  });
  const [booked] = await at.ledger.recordFills(at.lease, ACCOUNT, [liquidated], START);
  assert.deepEqual([booked.origin, booked.leg], ['venue', null]);
  const [trade] = at.ledger.trades(ACCOUNT, ALL);
  assert.deepEqual([trade.closeReason, trade.realizedPnl], ['liquidation', '-40']);
  assert.ok((await toldOf(at)).includes('position-liquidated'));
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});

test('fills of others are kept apart and move nothing, until the order proves to be ours', async t => {
  const at = await desk(t);
  const order = await sentEntry(at);
  const early = fill(order, { clientOrderId: null, venueOrderId: 'venue 7' });
  const [strange] = await at.ledger.recordFills(at.lease, ACCOUNT, [early], START);
  assert.equal(strange.origin, 'stranger');
  assert.deepEqual(await at.ledger.recordFills(at.lease, ACCOUNT, [early], START), []);
  assert.deepEqual(at.ledger.positions(ACCOUNT), []);
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
  await at.ledger.recordOutcome(at.lease, outcome(order, { venueOrderId: 'venue 7' }));
  assert.equal(at.ledger.positions(ACCOUNT)[0].quantity, '1');
  assert.equal(statusOf(at, order), 'filled');
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});

test('a stop that goes on under another id of the venue takes the fills of both', async t => {
  const at = await desk(t, { kind: 'swap' });
  await openPosition(at);
  const stop = await sentExit(at, { type: 'stop', stopPrice: '90' }, bar(), 'stop');
  await at.ledger.recordOutcome(at.lease, outcome(stop, { status: 'open', venueOrderId: 'conditional 1' }));
  const early = fill(stop, { clientOrderId: null, venueOrderId: 'market 9' });
  await at.ledger.recordFills(at.lease, ACCOUNT, [early], START);
  await at.ledger.recordOutcome(at.lease, outcome(stop, { venueOrderId: 'market 9' }));
  assert.equal(statusOf(at, stop), 'filled');
  assert.deepEqual(at.ledger.positions(ACCOUNT), []);
  assert.ok(!(await toldOf(at)).includes('ledger-mismatch'));
});

test('orders of others are told once each and left alone', async t => {
  const at = await desk(t);
  const stranger = {
    venueOrderId: 'x',
    clientOrderId: null,
    symbol: 'BTCUSDT',
    side: 'buy',
    type: 'limit',
    status: 'open',
    quantity: '1',
    filled: '0',
    price: '90',
    stopPrice: null,
    time: START,
  } as const;
  assert.equal((await at.ledger.recordStrangers(at.lease, ACCOUNT, [stranger], START)).length, 1);
  assert.equal((await at.ledger.recordStrangers(at.lease, ACCOUNT, [stranger], START)).length, 0);
  assert.deepEqual(await toldOf(at), ['order-stranger']);
});

test('an order that was taken for lapsed and stands at the venue is open again, and that is told', async t => {
  const at = await desk(t);
  const order = await sentEntry(at);
  await at.ledger.recordOutcome(at.lease, outcome(order, { status: 'unknown', venueOrderId: null }));
  await at.ledger.recordOutcome(at.lease, outcome(order, { status: 'lapsed', venueOrderId: null }));
  assert.deepEqual(at.ledger.slots(ACCOUNT), []);
  await at.ledger.recordOutcome(at.lease, outcome(order, { status: 'open' }));
  assert.equal(statusOf(at, order), 'open');
  assert.equal(at.ledger.slots(ACCOUNT).length, 1);
  assert.deepEqual(await toldOf(at), ['order-unknown', 'order-settled', 'ledger-mismatch']);
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});

test('an order that the venue has although it was only planned is not sent any more', async t => {
  const at = await desk(t);
  const { planned } = await at.ledger.commitClose(
    at.lease,
    close([bar()], of => [entry(of)]),
  );
  await at.ledger.recordOutcome(at.lease, outcome(planned[0], { status: 'open' }));
  const grant = await at.ledger.beginSending(at.lease, {
    clientOrderId: planned[0].clientOrderId,
    sentAt: START,
    freeBalance: null,
    market: market(),
    price: null,
  });
  assert.equal(grant.kind, 'taken');
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});

test('a rejection frees the slot and is told once, with the venue’s code', async t => {
  const at = await desk(t);
  const order = await sentEntry(at);
  const news = outcome(order, { status: 'rejected', venueOrderId: null, venueCode: '-2010' });
  await at.ledger.recordOutcome(at.lease, news);
  await at.ledger.recordOutcome(at.lease, news);
  assert.deepEqual(at.ledger.slots(ACCOUNT), []);
  const told = await at.ledger.outbox.due(Number.MAX_SAFE_INTEGER, 10);
  assert.deepEqual(
    told.map(({ notification }) => [notification.event, notification.facts.code]),
    [['order-rejected', '-2010']],
  );
});

test('look-ups that found nothing are remembered until the order is found', async t => {
  const at = await desk(t);
  const order = await sentEntry(at);
  await at.ledger.recordOutcome(at.lease, outcome(order, { status: 'unknown', venueOrderId: null }));
  for (const time of [START + 1, START + 2_001, START + 2_001])
    await at.ledger.recordMiss(at.lease, { clientOrderId: order.clientOrderId, time });
  assert.deepEqual(at.ledger.order(order.clientOrderId)?.missTimes, [START + 1, START + 2_001]);
  await at.ledger.recordOutcome(at.lease, outcome(order, { status: 'open' }));
  assert.deepEqual(at.ledger.order(order.clientOrderId)?.missTimes, []);
});

test('funding moves cash, once per key', async t => {
  const at = await desk(t, { kind: 'swap' });
  const paid = {
    account: ACCOUNT,
    symbol: 'BTCUSDT',
    kind: 'funding',
    amount: '-0.125',
    time: START,
    key: 'f1',
  } as const;
  await at.ledger.recordCash(at.lease, paid);
  await at.ledger.recordCash(at.lease, paid);
  assert.equal(at.ledger.cash(ACCOUNT), '9999.875');
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});

test('where levels stand is kept with the position it is about, and with no other', async t => {
  const at = await desk(t);
  const order = await openPosition(at);
  const change = {
    account: ACCOUNT,
    symbol: 'BTCUSDT',
    entryOrder: order.clientOrderId,
    keeping: { stop: '90' },
    now: START,
  };
  assert.deepEqual((await at.ledger.setKeeping(at.lease, change))?.keeping, { stop: '90' });
  assert.equal(await at.ledger.setKeeping(at.lease, { ...change, entryOrder: 'another' }), null);
});

test('an entry whose rest fills after the stop opens the position anew, on the same slot', async t => {
  const at = await desk(t);
  const order = await sentEntry(at, { type: 'limit', price: '100' });
  await at.ledger.recordFills(at.lease, ACCOUNT, [fill(order, { quantity: '0.5' })], START);
  const stop = await sentExit(at, { type: 'stop', stopPrice: '90', quantity: '0.5' }, bar(), 'stop');
  await at.ledger.recordOutcome(at.lease, outcome(stop, { fills: [fill(stop, { price: '90' })] }));
  assert.equal(at.ledger.slots(ACCOUNT).length, 1, 'its entry may still fill');
  await at.ledger.recordFills(at.lease, ACCOUNT, [fill(order, { quantity: '0.5' })], START + MINUTE);
  assert.equal(at.ledger.positions(ACCOUNT)[0].quantity, '0.5');
  assert.equal(at.ledger.trades(ACCOUNT, ALL).length, 1);
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});

const NEWS: readonly (readonly [OrderStatus, ReportedStatus, OrderStatus, boolean])[] = [
  ['sending', 'unknown', 'unknown', false],
  ['sending', 'rejected', 'rejected', false],
  ['unknown', 'lapsed', 'lapsed', false],
  ['open', 'unknown', 'open', false],
  ['open', 'lapsed', 'open', true],
  ['filled', 'open', 'filled', false],
  ['filled', 'canceled', 'filled', false],
  ['canceled', 'open', 'canceled', false],
  ['canceled', 'filled', 'filled', false],
  ['rejected', 'unknown', 'rejected', false],
  ['rejected', 'open', 'open', true],
  ['withdrawn', 'filled', 'filled', true],
];
for (const [current, said, next, isContradiction] of NEWS) {
  test(`${said} about an order that is ${current} makes it ${next}`, () => {
    assert.deepEqual(nextStatus(current, said), { status: next, isContradiction });
  });
}

for (const sold of ['0.30000000000000004', '0.29999999999999999']) {
  test(`on paper, where doubles are summed, ${sold} sold of 0.3 is all of it`, async t => {
    const at = await desk(t, { mode: 'paper' });
    await openPosition(at, { quantity: '0.3' });
    const exit = await sentExit(at, { quantity: sold });
    assert.equal(exit.quantity, sold === '0.30000000000000004' ? '0.3' : sold);
    await at.ledger.recordOutcome(at.lease, outcome(exit, { fills: [fill(exit, { quantity: sold })] }));
    assert.deepEqual(at.ledger.positions(ACCOUNT), []);
    assert.deepEqual(at.ledger.slots(ACCOUNT), []);
    assert.deepEqual(at.ledger.check(ACCOUNT), []);
  });
}
