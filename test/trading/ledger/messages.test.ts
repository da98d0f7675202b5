import assert from 'node:assert/strict';
import test from 'node:test';
import type { TradingMessageName } from '../../../contracts/messages.ts';
import { AS_LABELLED } from '../../../contracts/policy.ts';
import type { AccountState } from '../../../contracts/trading.ts';
import { EVER } from '../../support/trading.ts';
import {
  ACCOUNT,
  bar,
  close,
  type Desk,
  desk,
  entry,
  exit,
  fill,
  MINUTE,
  openPosition,
  outcome,
  START,
  send,
  sentEntry,
  sentExit,
  settings,
} from './fixtures.ts';

let operations = 0;
interface Told {
  readonly operationId?: string;
  readonly now?: number;
  readonly policy?: typeof AS_LABELLED;
}

function tell(
  { ledger }: Desk,
  message: TradingMessageName,
  payload: object = {},
  { operationId, now = START, policy }: Told = {},
) {
  return ledger.applyMessage(
    {
      message,
      account: ACCOUNT,
      operationId: operationId ?? `message ${++operations}`,
      actor: 'operator',
      payload: payload as Record<string, unknown>,
    },
    { now, policy: policy ?? null },
  );
}

/** An account brought into a state. */
async function inState(at: Desk, state: AccountState): Promise<void> {
  const change = { account: ACCOUNT, actor: 'test', now: START, reason: `made ${state}` };
  if (state === 'running') return;
  if (state === 'flattening') await tell(at, 'flatten');
  else
    await at.ledger.changeState({
      ...change,
      from: ['running'],
      to: state,
      operationId: `to ${state} ${++operations}`,
    });
  assert.equal(at.ledger.account(ACCOUNT).state, state);
}

const stateOf = ({ ledger }: Desk) => ledger.account(ACCOUNT).state;
const refused = { code: 'ACCOUNT_STATE' };

/** What each message does in each state: the state after it, `=` where nothing changes, or a refusal. */
const TABLE: readonly (readonly [TradingMessageName, object, Record<AccountState, string>])[] = [
  ['pause', {}, { running: 'paused', paused: 'paused', halted: '=', flattening: '=', stopped: 'refused' }],
  [
    'resume',
    {},
    { running: '=', paused: 'running', halted: 'refused', flattening: 'refused', stopped: 'refused' },
  ],
  [
    'resume',
    { acknowledge: true },
    { running: '=', paused: 'running', halted: 'running', flattening: 'refused', stopped: 'refused' },
  ],
  [
    'flatten',
    {},
    {
      running: 'flattening',
      paused: 'flattening',
      halted: 'flattening',
      flattening: '=',
      stopped: 'flattening',
    },
  ],
  [
    'stop',
    {},
    { running: 'stopped', paused: 'stopped', halted: 'stopped', flattening: 'refused', stopped: '=' },
  ],
  [
    'stop',
    { positions: 'flatten' },
    { running: 'stopped', paused: 'stopped', halted: 'stopped', flattening: 'refused', stopped: '=' },
  ],
];

for (const [message, payload, outcomes] of TABLE) {
  for (const [from, to] of Object.entries(outcomes) as [AccountState, string][]) {
    test(`${message} ${JSON.stringify(payload)} while ${from}: ${to}`, async t => {
      const at = await desk(t);
      await inState(at, from);
      if (to === 'refused') {
        await assert.rejects(tell(at, message, payload), refused);
        assert.equal(stateOf(at), from);
      } else {
        const answer = await tell(at, message, payload);
        assert.equal(answer.state, to === '=' ? from : to);
        assert.equal(answer.outcome === 'unchanged', to === '=');
        assert.equal(stateOf(at), answer.state);
      }
      assert.deepEqual(at.ledger.check(ACCOUNT), []);
    });
  }
}

test('the same operation again is answered alike and done once', async t => {
  const at = await desk(t);
  const first = await tell(at, 'pause', {}, { operationId: 'once' });
  await tell(at, 'resume');
  assert.deepEqual(await tell(at, 'pause', {}, { operationId: 'once' }), { ...first, repeated: true });
  assert.equal(stateOf(at), 'running');
});

test('an operation id with another wish is refused; other words for the same wish are not', async t => {
  const at = await desk(t);
  await tell(at, 'pause', {}, { operationId: 'once' });
  const reused = { code: 'OPERATION_REUSED' };
  await assert.rejects(tell(at, 'pause', { symbols: ['BTCUSDT'] }, { operationId: 'once' }), reused);
  await assert.rejects(tell(at, 'resume', {}, { operationId: 'once' }), reused);
  assert.equal((await tell(at, 'pause', { reason: 'said anew' }, { operationId: 'once' })).repeated, true);
});

test('what was refused may be asked again under its id', async t => {
  const at = await desk(t);
  await openPosition(at);
  await assert.rejects(tell(at, 'stop', {}, { operationId: 'stop' }), refused);
  const exit = await sentExit(at);
  await at.ledger.recordOutcome(at.lease, outcome(exit, { fills: [fill(exit)] }));
  assert.equal((await tell(at, 'stop', {}, { operationId: 'stop' })).state, 'stopped');
});

test('a pause ends by itself at its time', async t => {
  const at = await desk(t);
  await tell(at, 'pause', { until: START + MINUTE });
  const early = bar('BTCUSDT', START - 1_000);
  const planned = async (barTime: number) =>
    (
      await at.ledger.commitClose(
        at.lease,
        close([bar('BTCUSDT', barTime)], of => [entry(of)]),
      )
    ).planned.length;
  assert.equal(await planned(early.barTime), 0);
  assert.equal(stateOf(at), 'paused');
  assert.equal(await planned(START + MINUTE), 1);
  assert.equal(stateOf(at), 'running');
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});

test('a pause of one symbol ends by itself and leaves the others alone', async t => {
  const at = await desk(t);
  await tell(at, 'pause', { symbols: ['ETHUSDT'], until: START + MINUTE });
  assert.deepEqual(at.ledger.account(ACCOUNT).pausedSymbols, [{ symbol: 'ETHUSDT', until: START + MINUTE }]);
  const { planned } = await at.ledger.commitClose(
    at.lease,
    close([bar(), bar('ETHUSDT')], of => [entry(of)]),
  );
  assert.deepEqual(
    planned.map(({ symbol }) => symbol),
    ['BTCUSDT'],
  );
  await at.ledger.commitClose(at.lease, close([bar('ETHUSDT', START + MINUTE)]));
  assert.deepEqual(at.ledger.account(ACCOUNT).pausedSymbols, []);
});

test('a pause that would end in the past is refused', async t => {
  await assert.rejects(tell(await desk(t), 'pause', { until: START }), { code: 'TIME_INVALID' });
});

test('a symbol that the account does not trade is refused, and those it trades are named', async t => {
  const at = await desk(t);
  for (const message of ['pause', 'resume', 'flatten'] as const)
    await assert.rejects(tell(at, message, { symbols: ['DOGEUSDT'] }), {
      code: 'SYMBOL_NOT_TRADED',
      message: /DOGEUSDT.*BTCUSDT, ETHUSDT/,
    });
});

test('a symbol that was left out while it was paused can still be resumed', async t => {
  const at = await desk(t);
  await tell(at, 'pause', { symbols: ['ETHUSDT'] });
  await tell(at, 'set', { symbols: [{ symbol: 'BTCUSDT', timeframe: '1m' }] });
  assert.equal((await tell(at, 'resume', { symbols: ['ETHUSDT'] })).outcome, 'resumed ETHUSDT');
  assert.equal((await tell(at, 'resume', { symbols: ['BTCUSDT'] })).outcome, 'unchanged');
});

test('a halted account says why it was halted and how to resume it', async t => {
  const at = await desk(t);
  await inState(at, 'halted');
  await assert.rejects(tell(at, 'resume'), { message: /made halted.*--acknowledge/ });
});

test('stopping with an open position is refused, unless it is to be flattened or left', async t => {
  const at = await desk(t);
  await openPosition(at);
  await assert.rejects(tell(at, 'stop'), {
    code: 'ACCOUNT_STATE',
    message: /BTCUSDT.*--flatten.*--leave-positions/,
  });
  assert.equal((await tell(at, 'stop', { positions: 'flatten' })).state, 'flattening');
  assert.equal(at.ledger.account(ACCOUNT).afterFlatten, 'stopped');
});

test('stopping leaves positions where that is wanted, and says which', async t => {
  const at = await desk(t);
  await openPosition(at);
  const answer = await tell(at, 'stop', { positions: 'leave' });
  assert.deepEqual([answer.state, answer.reason], ['stopped', 'positions left: BTCUSDT']);
});

test('a flatten withdraws what is planned, ends only when all is flat, and stays halted', async t => {
  const at = await desk(t);
  await openPosition(at);
  const { planned } = await at.ledger.commitClose(
    at.lease,
    close([bar('ETHUSDT')], of => [entry(of)]),
  );
  await tell(at, 'flatten');
  assert.equal(at.ledger.order(planned[0].clientOrderId)?.status, 'withdrawn');
  assert.deepEqual(at.ledger.account(ACCOUNT).flattening, ['BTCUSDT', 'ETHUSDT']);
  const done = { account: ACCOUNT, symbols: null, now: START, actor: 'keeper', operationId: 'flat' };
  await assert.rejects(at.ledger.finishFlatten(at.lease, done), {
    code: 'ACCOUNT_STATE',
    message: /BTCUSDT/,
  });
  const exit = await sentExit(at, {}, bar(), 'flatten');
  await at.ledger.recordOutcome(at.lease, outcome(exit, { fills: [fill(exit)] }));
  assert.equal((await at.ledger.finishFlatten(at.lease, done)).state, 'halted');
  assert.equal((await at.ledger.finishFlatten(at.lease, done)).state, 'halted', 'twice is once');
  assert.deepEqual(at.ledger.account(ACCOUNT).flattening, []);
});

test('a flatten of some symbols bars their entries, now and after it, and lets the others trade', async t => {
  const at = await desk(t);
  await openPosition(at);
  await tell(at, 'flatten', { symbols: ['BTCUSDT'] });
  assert.equal(stateOf(at), 'running');
  assert.deepEqual(at.ledger.account(ACCOUNT).flattening, ['BTCUSDT']);
  await assert.rejects(tell(at, 'resume', { symbols: ['BTCUSDT'] }), refused);
  // A close meanwhile wants to sell it too.
  await at.ledger.commitClose(
    at.lease,
    close([bar('BTCUSDT', START)], of => [exit(of)]),
  );
  assert.deepEqual(
    at.ledger.orders(ACCOUNT, EVER).map(({ leg, status, reason }) => [leg, status, reason]),
    [
      ['entry', 'filled', null],
      ['exit', 'withdrawn', 'superseded'],
    ],
  );
  const closing = await sentExit(at, {}, bar(), 'flatten');
  await at.ledger.recordOutcome(at.lease, outcome(closing, { fills: [fill(closing)] }));
  const done = { account: ACCOUNT, symbols: ['BTCUSDT'], now: START, actor: 'keeper', operationId: 'flat' };
  await at.ledger.finishFlatten(at.lease, done);
  assert.deepEqual(at.ledger.account(ACCOUNT).flattening, []);
  const next = START + MINUTE;
  const { planned } = await at.ledger.commitClose(
    at.lease,
    close([bar('BTCUSDT', next), bar('ETHUSDT', next)], of => [entry(of)]),
  );
  assert.deepEqual(
    planned.map(({ symbol }) => symbol),
    ['ETHUSDT'],
  );
  await tell(at, 'resume', { symbols: ['BTCUSDT'] });
  assert.deepEqual(at.ledger.account(ACCOUNT).pausedSymbols, []);
});

test('set changes symbols and policy from the next close on, and leaves nothing open behind', async t => {
  const at = await desk(t);
  await openPosition(at);
  const eth = [{ symbol: 'ETHUSDT', timeframe: '5m' }];
  await assert.rejects(tell(at, 'set', { symbols: eth }), { code: 'ACCOUNT_STATE', message: /BTCUSDT/ });
  const btc = [{ symbol: 'BTCUSDT', timeframe: '1m' }, ...eth];
  const policy = { ...AS_LABELLED, name: 'another' };
  const { outcome, reason } = await tell(at, 'set', { symbols: btc, policy: 'another' }, { policy });
  assert.deepEqual(
    [outcome, reason],
    ['set', 'it trades BTCUSDT/1m, ETHUSDT/5m by policy another from the next close on'],
  );
  const { symbols, policy: now } = at.ledger.account(ACCOUNT);
  assert.deepEqual([symbols, now.name], [btc, 'another']);
});

test('a symbol named twice is refused', async t => {
  const twice = [
    { symbol: 'ETHUSDT', timeframe: '5m' },
    { symbol: 'ETHUSDT', timeframe: '1m' },
  ];
  await assert.rejects(tell(await desk(t), 'set', { symbols: twice }), { code: 'USAGE' });
});

test('a payload that is no message’s is refused, naming what is wrong', async t => {
  await assert.rejects(tell(await desk(t), 'pause', { untill: 5 }), { code: 'USAGE', message: /untill/ });
});

test('cancel withdraws what is planned and asks for the cancel of what was sent', async t => {
  const at = await desk(t);
  const { planned } = await at.ledger.commitClose(
    at.lease,
    close([bar(), bar('ETHUSDT')], of => [entry(of)]),
  );
  await at.ledger.beginSending(at.lease, send(planned[1]));
  const [withdrawn, sent] = planned.map(({ clientOrderId }) => clientOrderId);
  assert.equal((await tell(at, 'cancel', { order: withdrawn })).outcome, 'withdrawn');
  assert.equal((await tell(at, 'cancel', { order: sent })).outcome, 'cancelling');
  assert.equal(at.ledger.order(sent)?.cancelRequested, true);
  assert.equal((await tell(at, 'cancel', { order: withdrawn })).outcome, 'unchanged');
  await assert.rejects(tell(at, 'cancel', { order: '0'.repeat(32) }), { code: 'ORDER_UNKNOWN' });
});

test('coins that are gone are of a symbol that the account has, and more than none', async t => {
  const at = await desk(t);
  const gone = { symbol: 'BTCUSDTT', quantity: '0.01', price: '1', evidence: 'order page' };
  await assert.rejects(tell(at, 'adjust', gone), {
    code: 'SYMBOL_NOT_TRADED',
    message: /does not trade BTCUSDTT. It trades BTCUSDT, ETHUSDT/,
  });
  await assert.rejects(tell(at, 'adjust', { ...gone, quantity: '-1' }), {
    code: 'USAGE',
    message: /quantity: must be a number from 0 on in digits/,
  });
});

test('an order resolved as cancelled or rejected is final and frees its slot', async t => {
  for (const [as, status] of [
    ['cancelled', 'canceled'],
    ['rejected', 'rejected'],
  ] as const) {
    const at = await desk(t);
    const order = await sentEntry(at);
    await tell(at, 'resolve', { order: order.clientOrderId, as, evidence: 'support ticket 5' });
    assert.equal(at.ledger.order(order.clientOrderId)?.status, status);
    assert.deepEqual(at.ledger.slots(ACCOUNT), []);
    assert.deepEqual(at.ledger.check(ACCOUNT), []);
  }
});

test('an order resolved as filled is a position, until the venue’s own fills replace what was assumed', async t => {
  const at = await desk(t);
  const order = await sentEntry(at, { type: 'limit', price: '100' });
  await tell(at, 'resolve', { order: order.clientOrderId, as: 'filled', evidence: 'seen on the web page' });
  assert.equal(at.ledger.order(order.clientOrderId)?.status, 'filled');
  assert.equal(at.ledger.positions(ACCOUNT)[0].quantity, '1');
  const real = ['0.4', '0.6'].map(quantity => fill(order, { quantity, price: '99' }));
  for (const one of real) {
    await at.ledger.recordFills(at.lease, ACCOUNT, [one], START);
    assert.equal(at.ledger.positions(ACCOUNT)[0].quantity, '1');
    assert.deepEqual(at.ledger.check(ACCOUNT), []);
  }
  assert.equal(at.ledger.order(order.clientOrderId)?.overFill, null);
  assert.equal(at.ledger.cash(ACCOUNT), '9901');
});

test('of an order that is final nobody’s word is taken: an exit that came to nothing sold nothing', async t => {
  const at = await desk(t);
  await openPosition(at, { quantity: '2' });
  const exit = await sentExit(at, { quantity: '2' });
  const { clientOrderId } = await at.ledger.recordOutcome(
    at.lease,
    outcome(exit, { status: 'rejected', venueOrderId: null }),
  );
  for (const as of ['filled', 'cancelled', 'rejected']) {
    const payload = { order: clientOrderId, as, evidence: 'order page' };
    const { outcome: answer } = await tell(at, 'resolve', payload, { operationId: as });
    assert.equal(answer, 'unchanged');
  }
  assert.equal(at.ledger.order(clientOrderId)?.status, 'rejected');
  assert.equal(at.ledger.positions(ACCOUNT)[0].quantity, '2');
});

test('of a ledger that has no such account, the name is said', async t => {
  const { ledger } = await desk(t);
  assert.throws(() => ledger.account('other'), { code: 'ACCOUNT_UNKNOWN', message: /other/ });
  const operation = {
    message: 'pause',
    account: 'other',
    operationId: 'x',
    actor: 'y',
    payload: {},
  } as const;
  await assert.rejects(ledger.applyMessage(operation, { now: START, policy: null }), {
    code: 'ACCOUNT_UNKNOWN',
  });
});

test('a state is changed only from the states named, and once per operation id', async t => {
  const { ledger } = await desk(t);
  const change = {
    account: ACCOUNT,
    to: 'halted',
    reason: 'x',
    actor: 'y',
    operationId: 'z',
    now: START,
  } as const;
  assert.equal(await ledger.changeState({ ...change, from: ['stopped'] }), null);
  assert.equal((await ledger.changeState({ ...change, from: ['running'] }))?.state, 'halted');
  assert.equal((await ledger.changeState({ ...change, from: ['running'] }))?.state, 'halted');
  await assert.rejects(ledger.changeState({ ...change, from: ['halted'], to: 'stopped' }), {
    code: 'OPERATION_REUSED',
  });
  const back = { ...change, from: ['halted' as const], to: 'running' as const, operationId: 'back' };
  await assert.rejects(ledger.changeState(back), { code: 'ACCOUNT_STATE', message: /--acknowledge/ });
});

test('capital that is changed moves cash by the difference', async t => {
  const at = await desk(t);
  const { ledger, lease } = at;
  const by = { actor: 'operator', operationId: 'more', now: START };
  const more = { ...settings(), capital: '12500.5' };
  await ledger.putAccount(lease, more, by);
  await ledger.putAccount(lease, more, by);
  assert.equal(ledger.cash(ACCOUNT), '12500.5');
  await openPosition(at);
  const moved = ledger.putAccount(lease, { ...more, venue: 'kraken' }, { ...by, operationId: 'venue' });
  await assert.rejects(moved, {
    code: 'ACCOUNT_STATE',
    message: /venue can’t change\..* accounts: \{main-2: \{venue: kraken, mode: live\}\}/,
  });
});
