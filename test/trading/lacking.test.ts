import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { viewAccount } from '../../host/trading/account-view.ts';
import { flattenAccount } from '../../trading/flattening/flatten.ts';
import { executePlanned } from '../../trading/orders/execute.ts';
import { settleAccount } from '../../trading/orders/settle.ts';
import { recoverAccount } from '../../trading/recovery/recover.ts';
import { ACCOUNT, decided, MINUTE, orderOf, type Rig, START, SYMBOL, tradingRig } from './rig.ts';
import { swapRig } from './swap-rig.ts';

const ALL = { symbols: null, actor: 'test', operationId: 'flatten' };
const EVIDENCE = 'sold by hand, order page';

async function holding<Made extends Rig>(rig: Made) {
  const desk = await rig.desk();
  const { planned, cancels } = await decided(desk, START, { leg: 'entry' });
  const deadline = START + 1.5 * MINUTE;
  await executePlanned(desk, { planned, cancels, deadline, priceBandBps: null, maxSpreadBps: null });
  return { rig, desk };
}

const onSpot = async (t: TestContext) => holding(await tradingRig(t));

function adjust({ ledger, clock }: Rig, quantity: string, price: string, operationId = 'adjust') {
  return ledger.applyMessage(
    {
      message: 'adjust',
      account: ACCOUNT,
      operationId,
      actor: 'operator',
      payload: { symbol: SYMBOL, quantity, price, evidence: EVIDENCE },
    },
    { now: clock.now(), policy: null },
  );
}

async function alarmsOf({ ledger, clock }: Rig): Promise<unknown[]> {
  const due = await ledger.outbox.due(clock.now() + MINUTE, 500);
  return due
    .filter(({ notification }) => notification.event === 'flatten-blocked')
    .map(({ notification }) => notification.facts.blocked);
}

const mendOf = ({ ledger }: Rig) => viewAccount(ledger, ACCOUNT, new Map()).symbols[0].position?.mend;
const flattenings = ({ ledger }: Rig) =>
  ledger
    .orders(ACCOUNT, { fromTime: 0, toTime: START * 2 })
    .filter(({ leg }) => leg === 'flatten')
    .map(({ status, filled }) => `${status} ${filled}`);

test('of coins that were sold by hand the rest is sold, and alarm and status say how to book them', async t => {
  const { rig, desk } = await onSpot(t);
  rig.exchange.base = rig.exchange.base.minus('0.3');
  const flat = flattenAccount(desk, ALL);
  await rig.clock.sleep(60_000);
  const mend =
    '0.3 of the position are not at the venue. Once you know where they went: trade adjust BTCUSDT --account real --quantity 0.3 --price EACH --evidence TEXT';
  assert.deepEqual(await alarmsOf(rig), [`BTCUSDT: ${mend}`]);
  assert.equal(mendOf(rig), mend);
  await rig.clock.sleep(9 * MINUTE);
  assert.equal((await alarmsOf(rig)).length, 2, 'again every five minutes');
  assert.deepEqual(flattenings(rig), ['filled 0.1995', 'withdrawn 0'], 'nothing is tried in vain');

  const answer = await adjust(rig, '0.3', '98');
  assert.equal(answer.outcome, 'booked 0.3 of BTCUSDT as gone');
  const { record } = await flat;
  assert.equal(record.state, 'halted');
  assert.deepEqual(rig.ledger.positions(ACCOUNT), []);
  // 0.5 at 100 in; 0.1995 at 100 less 0.1 % and 0.3 at 98 out.
  assert.equal(rig.ledger.cash(ACCOUNT), '9999.33005');
  const [trade] = rig.ledger.trades(ACCOUNT, { fromTime: 0, toTime: START * 2 });
  assert.equal(trade.closeReason, 'operator');
  assert.deepEqual(rig.ledger.check(ACCOUNT), []);
  const events = rig.ledger.events(ACCOUNT, 100);
  assert.deepEqual(events.find(({ kind }) => kind === 'adjusted')?.detail, {
    quantity: '0.3',
    price: '98',
    evidence: EVIDENCE,
  });
});

test('a position that leaves by itself and has no coins is told of, and shown with what to do', async t => {
  const { rig, desk } = await onSpot(t);
  rig.exchange.base = rig.exchange.base.minus('0.3');
  rig.exchange.cancel(orderOf(rig, 'stop')!.clientOrderId);
  for (let pass = 0; pass < 15; pass++) {
    await settleAccount(desk, { deadline: rig.clock.now() + 10_000 });
    rig.clock.advance(2_000);
  }
  assert.equal(rig.ledger.positions(ACCOUNT)[0].quantity, '0.3');
  const mend = mendOf(rig)!;
  assert.match(mend, /^0.3 of the position are not at the venue/);
  const due = await rig.ledger.outbox.due(rig.clock.now() + MINUTE, 500);
  const told = due.filter(({ notification }) => notification.facts.reason === mend);
  assert.deepEqual(
    told.map(({ notification }) => notification.event),
    ['ledger-mismatch'],
  );
  await adjust(rig, '0.3', '98');
  assert.deepEqual(rig.ledger.positions(ACCOUNT), []);
  assert.deepEqual(rig.ledger.check(ACCOUNT), []);
});

test('coins that come back are sold without anybody’s word', async t => {
  const { rig, desk } = await onSpot(t);
  rig.exchange.base = rig.exchange.base.minus('0.3');
  const flat = flattenAccount(desk, ALL);
  await rig.clock.sleep(60_000);
  rig.exchange.base = rig.exchange.base.plus('0.3');
  await flat;
  assert.deepEqual(flattenings(rig), ['filled 0.1995', 'withdrawn 0', 'filled 0.3']);
  assert.deepEqual(rig.ledger.positions(ACCOUNT), []);
});

test('coins that an order of somebody else’s holds are waited for, and that is said', async t => {
  const { rig, desk } = await onSpot(t);
  rig.exchange.cancel(orderOf(rig, 'stop')!.clientOrderId);
  rig.exchange.post({
    clientOrderId: 'theirs',
    symbol: SYMBOL,
    side: 'sell',
    type: 'limit',
    quantity: '0.4995',
    price: '200',
    stopPrice: null,
    reduceOnly: false,
    sentAt: rig.clock.now(),
    plan: null,
  });
  const flat = flattenAccount(desk, ALL);
  await rig.clock.sleep(60_000);
  const mend =
    '0.4995 of the position are held by an order that is not ours. Cancel it on the venue’s own pages';
  assert.deepEqual(await alarmsOf(rig), [`BTCUSDT: ${mend}`]);
  assert.equal(mendOf(rig), mend);
  rig.exchange.cancel('theirs');
  await flat;
  assert.equal(orderOf(rig, 'flatten')?.filled, '0.4995');
});

test('a swap that was closed by hand is booked the same way, and its stop ends', async t => {
  const { rig, desk } = await holding(await swapRig(t));
  rig.exchange.position = rig.exchange.position.times(0);
  const flat = flattenAccount(desk, ALL);
  await rig.clock.sleep(60_000);
  assert.match(mendOf(rig) ?? '', /^0.5 of the position are not at the venue/);
  assert.equal(orderOf(rig, 'stop')?.status, 'canceled');
  await adjust(rig, '0.5', '101');
  await flat;
  assert.equal(rig.ledger.account(ACCOUNT).state, 'halted');
  assert.deepEqual(rig.ledger.check(ACCOUNT), []);
});

test('a swap that is smaller at the venue says how much is gone; one that is larger is closed by hand', async t => {
  const { rig, desk } = await holding(await swapRig(t));
  const pausedBecause = () => viewAccount(rig.ledger, ACCOUNT, new Map()).symbols[0].pausedReason;
  async function holds(quantity: string) {
    const { position } = rig.exchange;
    rig.exchange.position = position.minus(position).plus(quantity);
    await recoverAccount(desk, { deadline: rig.clock.now() + 20_000 });
    return mendOf(rig)?.split(' are ')[0] ?? null;
  }
  assert.equal(await holds('0.6'), null);
  assert.equal(
    pausedBecause(),
    'position-differs: the ledger has 0.5, the venue 0.6; close the difference at the venue by hand; resume the symbol once that is settled',
  );
  assert.equal(await holds('0.4'), '0.1 of the position');
  assert.equal(await holds('-0.1'), '0.5 of the position', 'what is the other way round is not of it');
  assert.equal(await holds('0.5'), null);
});

test('an operator’s word books no more than is held, and nothing beside an open order', async t => {
  const { rig } = await onSpot(t);
  const stop = orderOf(rig, 'stop')!.clientOrderId.slice(0, 8);
  await assert.rejects(adjust(rig, '0.2', '98'), {
    code: 'ACCOUNT_STATE',
    message: new RegExp(
      `The stop ${stop} is open: .*Flatten the symbol first.*trade resolve ${stop} --as cancelled`,
    ),
  });
  await assert.rejects(adjust(rig, '0.5', '98'), { code: 'ACCOUNT_STATE', message: /It holds 0.4995/ });
  await assert.rejects(adjust(rig, '0', '98'), { code: 'USAGE' });
  await assert.rejects(adjust(rig, '0.2', '1e3'), { code: 'USAGE' });
  assert.equal(rig.ledger.positions(ACCOUNT)[0].quantity, '0.4995');
});
