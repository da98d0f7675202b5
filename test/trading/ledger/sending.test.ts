import assert from 'node:assert/strict';
import test from 'node:test';
import { AS_LABELLED } from '../../../contracts/policy.ts';
import type { OrderReason } from '../../../contracts/trading.ts';
import type { LedgerOrder, SendRequest } from '../../../trading/ledger/records.ts';
import {
  ACCOUNT,
  bar,
  close,
  type Desk,
  desk,
  entry,
  exit,
  fill,
  granted,
  key,
  MINUTE,
  market,
  openPosition,
  outcome,
  START,
  send,
  sentEntry,
  sentExit,
  terms,
} from './fixtures.ts';

async function plannedEntry({ ledger, lease }: Desk, of = bar()): Promise<LedgerOrder> {
  const { planned } = await ledger.commitClose(
    lease,
    close([of], other => [entry(other)]),
  );
  return planned[0];
}

async function assertWithdrawn(
  at: Desk,
  order: LedgerOrder,
  reason: OrderReason,
  changes: Partial<SendRequest> = {},
) {
  const grant = await at.ledger.beginSending(at.lease, send(order, changes));
  assert.equal(grant.kind, 'withdrawn');
  assert.equal(grant.kind === 'withdrawn' && grant.reason, reason);
  assert.equal(at.ledger.order(order.clientOrderId)?.status, 'withdrawn');
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
}

const by = { account: ACCOUNT, actor: 'operator' };
let operations = 0;
const tell = (at: Desk, message: 'pause' | 'flatten' | 'stop' | 'set', payload: object) =>
  at.ledger.applyMessage(
    { ...by, message, operationId: `sending ${++operations}`, payload: payload as Record<string, unknown> },
    { now: START + 50, policy: null },
  );

test('of many who ask at once, one is granted', async t => {
  const at = await desk(t);
  const order = await plannedEntry(at);
  const grants = await Promise.all(
    Array.from({ length: 10 }, () => at.ledger.beginSending(at.lease, send(order))),
  );
  assert.deepEqual(grants.map(({ kind }) => kind).toSorted(), ['granted', ...Array(9).fill('taken')]);
});

test('an entry is withdrawn while the account takes none, and its slot is free again', async t => {
  const at = await desk(t);
  const order = await plannedEntry(at);
  await tell(at, 'pause', {});
  await assertWithdrawn(at, order, 'account-state');
  assert.deepEqual(at.ledger.slots(ACCOUNT), []);
});

test('an entry of a paused symbol is withdrawn, one of another symbol goes', async t => {
  const at = await desk(t);
  const order = await plannedEntry(at);
  await tell(at, 'pause', { symbols: ['BTCUSDT'] });
  await assertWithdrawn(at, order, 'symbol-paused');
  const other = await plannedEntry(at, bar('ETHUSDT'));
  assert.equal((await at.ledger.beginSending(at.lease, send(other))).kind, 'granted');
});

test('an entry is withdrawn after its time, to the millisecond', async t => {
  const at = await desk(t);
  const order = await plannedEntry(at);
  await assertWithdrawn(at, order, 'too-late', { sentAt: order.validUntil! + 1 });
  const next = await plannedEntry(at, bar('ETHUSDT'));
  const last = await at.ledger.beginSending(at.lease, send(next, { sentAt: next.validUntil! }));
  assert.equal(last.kind, 'granted');
});

test('an entry of a symbol that the account does not trade any more is withdrawn', async t => {
  const at = await desk(t);
  const order = await plannedEntry(at);
  // The settings are changed around the ledger's own refusal, as by an older close.
  await at.ledger.putAccount(
    at.lease,
    { ...at.ledger.account(ACCOUNT), symbols: [{ symbol: 'ETHUSDT', timeframe: '1m' }] },
    { actor: 'x', operationId: 'y', now: START },
  );
  await assertWithdrawn(at, order, 'superseded');
});

test('an entry that the free balance does not cover is withdrawn', async t => {
  const at = await desk(t);
  const order = await plannedEntry(at);
  await assertWithdrawn(at, order, 'no-balance', { freeBalance: '99.99' });
});

test('two entries of one close never cost more than the account’s money, however much is free at the venue', async t => {
  const at = await desk(t);
  const bars = [bar(), bar('ETHUSDT')];
  const { planned } = await at.ledger.commitClose(
    at.lease,
    close(bars, of => [entry(of, { quantity: '60' })]),
  );
  const sent = [];
  for (const order of planned)
    sent.push(granted(await at.ledger.beginSending(at.lease, send(order, { freeBalance: '1000000' }))));
  assert.deepEqual(
    sent.map(({ quantity }) => quantity),
    ['60', '40'],
  );
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});

test('an entry after the money was spent is withdrawn', async t => {
  const at = await desk(t);
  await openPosition(at, { quantity: '99.95' });
  await assertWithdrawn(at, await plannedEntry(at, bar('ETHUSDT')), 'over-limit');
});

test('a real entry whose plan has no stop is withdrawn, whatever policy it came from; on paper it goes', async t => {
  const exits = { stop: null, targets: [], trailing: null, maxBars: 5 };
  const unguarded = (of = bar()) => ({ ...entry(of), plan: { exits, validBars: null } });
  for (const mode of ['live', 'paper'] as const) {
    const at = await desk(t, { mode });
    const { planned } = await at.ledger.commitClose(
      at.lease,
      close([bar()], () => [unguarded()]),
    );
    if (mode === 'live') await assertWithdrawn(at, planned[0], 'not-allowed');
    else granted(await at.ledger.beginSending(at.lease, send(planned[0])));
  }
});

test('on swaps entries stay within the policy’s leverage of the equity', async t => {
  const at = await desk(t, { kind: 'swap', policy: { ...AS_LABELLED, maxLeverage: 2 } });
  const swap = (symbol: string) => market(symbol, { kind: 'swap', settle: 'USDT' });
  const { planned } = await at.ledger.commitClose(
    at.lease,
    close([bar(), bar('ETHUSDT')], of => [entry(of, { quantity: '150', side: 'sell' })]),
  );
  const sent = [];
  for (const order of planned)
    sent.push(
      granted(await at.ledger.beginSending(at.lease, send(order, { market: swap(order.symbol) }))).quantity,
    );
  assert.deepEqual(sent, ['150', '50']);
});

for (const status of ['sending', 'unknown'] as const) {
  test(`an entry is withdrawn while an exit of its symbol is ${status}`, async t => {
    const at = await desk(t, { kind: 'swap' });
    const swap = market('BTCUSDT', { kind: 'swap', settle: 'USDT' });
    const first = await sentEntry(at);
    await at.ledger.recordOutcome(at.lease, outcome(first, { fills: [fill(first)] }));
    const next = bar('BTCUSDT', bar().barTime + MINUTE);
    const { planned } = await at.ledger.commitClose(
      at.lease,
      close([next], of => [exit(of), entry(of, { side: 'sell' })]),
    );
    const now = START + MINUTE;
    assert.deepEqual(
      planned.map(({ leg }) => leg),
      ['exit', 'entry'],
      'the entry takes over the slot',
    );
    const leaving = granted(
      await at.ledger.beginSending(at.lease, send(planned[0], { market: swap, sentAt: now })),
    );
    if (status === 'unknown') await at.ledger.recordOutcome(at.lease, outcome(leaving, { status }));
    await assertWithdrawn(at, planned[1], 'symbol-unknown-order', { market: swap, sentAt: now });
  });
}

test('a position is turned round: the exit first, then the entry, on one slot', async t => {
  const at = await desk(t, { kind: 'swap' });
  const swap = market('BTCUSDT', { kind: 'swap', settle: 'USDT' });
  const first = await sentEntry(at);
  await at.ledger.recordOutcome(at.lease, outcome(first, { fills: [fill(first)] }));
  const next = bar('BTCUSDT', bar().barTime + MINUTE);
  const { planned } = await at.ledger.commitClose(
    at.lease,
    close([next], of => [exit(of), entry(of, { side: 'sell' })]),
  );
  const now = { market: swap, sentAt: START + MINUTE };
  const leaving = granted(await at.ledger.beginSending(at.lease, send(planned[0], now)));
  await at.ledger.recordOutcome(at.lease, outcome(leaving, { status: 'open' }));
  const turning = granted(await at.ledger.beginSending(at.lease, send(planned[1], now)));
  await at.ledger.recordFills(at.lease, ACCOUNT, [fill(leaving), fill(turning)], START + MINUTE);
  const [position] = at.ledger.positions(ACCOUNT);
  assert.equal(position.quantity, '-1');
  assert.equal(position.entryOrder, turning.clientOrderId);
  assert.equal(at.ledger.slots(ACCOUNT).length, 1);
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});

test('an exit is never more than the position and the free balance, floored to the lot', async t => {
  const at = await desk(t);
  await openPosition(at, { quantity: '1', fees: [{ amount: '0.0004', currency: 'BTC' }] });
  const { attempt: _, ...name } = key('exit', bar());
  const asked = {
    key: name,
    terms: terms({ side: 'sell', quantity: '9' }),
    decisionPrice: '100',
    now: START,
  };
  const planned = (await at.ledger.planExit(at.lease, asked))!;
  assert.equal(planned.quantity, '0.999');
  const order = granted(await at.ledger.beginSending(at.lease, send(planned, { freeBalance: '0.50099' })));
  assert.equal(order.quantity, '0.5');
});

test('an exit is never more than one order at market may be, a stop than any order; on paper all goes', async t => {
  const most = { market: market('BTCUSDT', { maxQuantity: '0.7', maxMarketQuantity: '0.3005' }) };
  const sizeOf = async (leg: 'exit' | 'stop', mode: 'live' | 'paper') => {
    const at = await desk(t, { mode });
    await openPosition(at, { quantity: '1' });
    const { attempt: _, ...name } = key(leg, bar());
    const wanted =
      leg === 'stop'
        ? terms({ side: 'sell', type: 'stop', stopPrice: '95', quantity: '1' })
        : terms({ side: 'sell', quantity: '1' });
    const asked = { key: name, terms: wanted, decisionPrice: '100', now: START };
    const planned = (await at.ledger.planExit(at.lease, asked))!;
    return granted(await at.ledger.beginSending(at.lease, send(planned, most))).quantity;
  };
  assert.equal(await sizeOf('exit', 'live'), '0.3');
  assert.equal(await sizeOf('stop', 'live'), '0.7');
  assert.equal(await sizeOf('exit', 'paper'), '1');
});

test('an exit without free coins is withdrawn, and the next attempt may come', async t => {
  const at = await desk(t);
  await openPosition(at);
  const { attempt: _, ...name } = key('exit', bar());
  const asked = { key: name, terms: terms({ side: 'sell' }), decisionPrice: '100', now: START };
  const first = (await at.ledger.planExit(at.lease, asked))!;
  await assertWithdrawn(at, first, 'no-balance', { freeBalance: '0' });
  const second = (await at.ledger.planExit(at.lease, asked))!;
  assert.equal(second.attempt, 2);
  assert.notEqual(second.clientOrderId, first.clientOrderId);
});

test('coins that a resting stop holds are not sold a second time', async t => {
  const at = await desk(t);
  await openPosition(at);
  const stop = await sentExit(at, { type: 'stop', stopPrice: '90' }, bar(), 'stop');
  await at.ledger.recordOutcome(at.lease, outcome(stop, { status: 'open' }));
  const { attempt: _, ...name } = key('exit', bar());
  const asked = { key: name, terms: terms({ side: 'sell' }), decisionPrice: '100', now: START };
  const leaving = (await at.ledger.planExit(at.lease, asked))!;
  // Somebody else's coins are free on the same account.
  await assertWithdrawn(at, leaving, 'no-balance', { freeBalance: '7' });
});

test('a position whose stop is not certain can be left, as far as coins are free', async t => {
  const at = await desk(t);
  await openPosition(at);
  const stop = await sentExit(at, { type: 'stop', stopPrice: '90' }, bar(), 'stop');
  await at.ledger.recordOutcome(at.lease, outcome(stop, { status: 'unknown' }));
  const { attempt: _, ...name } = key('exit', bar());
  const asked = { key: name, terms: terms({ side: 'sell' }), decisionPrice: '100', now: START };
  const leaving = (await at.ledger.planExit(at.lease, asked))!;
  assert.equal(
    granted(await at.ledger.beginSending(at.lease, send(leaving, { freeBalance: '1' }))).quantity,
    '1',
  );
});

test('a symbol has one exit that is not final: a second plan is the first one', async t => {
  const at = await desk(t);
  await openPosition(at);
  const first = await sentExit(at);
  const { attempt: _, ...name } = key('flatten', bar('BTCUSDT', START));
  const asked = { key: name, terms: terms({ side: 'sell' }), decisionPrice: '100', now: START };
  assert.equal((await at.ledger.planExit(at.lease, asked))?.clientOrderId, first.clientOrderId);
  const next = bar('BTCUSDT', bar().barTime + MINUTE);
  const { planned } = await at.ledger.commitClose(
    at.lease,
    close([next], of => [exit(of)]),
  );
  assert.deepEqual(planned, []);
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});

test('exits go while the account is paused or halted, and while it is flattened; none while it is stopped', async t => {
  const at = await desk(t);
  await openPosition(at);
  await tell(at, 'pause', {});
  const first = await sentExit(at);
  await at.ledger.recordOutcome(at.lease, outcome(first, { status: 'rejected' }));
  await tell(at, 'flatten', {});
  const { attempt: _, ...stop } = key('stop', bar());
  const asked = {
    terms: terms({ side: 'sell', type: 'stop', stopPrice: '90' }),
    decisionPrice: '100',
    now: START,
  };
  await assertWithdrawn(at, (await at.ledger.planExit(at.lease, { key: stop, ...asked }))!, 'account-state');
  const second = await sentExit(at, {}, bar(), 'flatten');
  await at.ledger.recordOutcome(at.lease, outcome(second, { status: 'rejected' }));
  await tell(at, 'stop', { positions: 'leave' });
  const { attempt: __, ...name } = key('exit', bar());
  const last = { key: name, terms: terms({ side: 'sell' }), decisionPrice: '100', now: START };
  await assertWithdrawn(at, (await at.ledger.planExit(at.lease, last))!, 'account-state');
});

test('what is under the venue’s minimum is no exit: it is dust and frees the slot', async t => {
  const at = await desk(t);
  await openPosition(at, { quantity: '0.1' });
  const { attempt: _, ...name } = key('exit', bar());
  const asked = { key: name, terms: terms({ side: 'sell' }), decisionPrice: '100', now: START };
  const planned = (await at.ledger.planExit(at.lease, asked))!;
  await assertWithdrawn(at, planned, 'too-small', { price: '90' });
  assert.deepEqual(at.ledger.positions(ACCOUNT), []);
  assert.deepEqual(at.ledger.slots(ACCOUNT), []);
  assert.deepEqual(at.ledger.dust(ACCOUNT), [{ symbol: 'BTCUSDT', quantity: '0.1' }]);
});

test('a swap’s exit that only reduces goes under the least notional', async t => {
  const at = await desk(t, { kind: 'swap' });
  const swap = market('BTCUSDT', { kind: 'swap', settle: 'USDT' });
  const { planned } = await at.ledger.commitClose(
    at.lease,
    close([bar()], of => [entry(of, { quantity: '0.1' })]),
  );
  const order = granted(await at.ledger.beginSending(at.lease, send(planned[0], { market: swap })));
  await at.ledger.recordOutcome(at.lease, outcome(order, { fills: [fill(order)] }));
  const { attempt: _, ...name } = key('exit', bar());
  const asked = {
    key: name,
    terms: terms({ side: 'sell', quantity: '0.05', reduceOnly: true }),
    decisionPrice: '100',
    now: START,
  };
  const leaving = (await at.ledger.planExit(at.lease, asked))!;
  assert.equal(
    granted(await at.ledger.beginSending(at.lease, send(leaving, { market: swap }))).quantity,
    '0.05',
  );
});

test('quantities in contracts become positions in base and exits in contracts', async t => {
  const at = await desk(t, { kind: 'swap' });
  const swap = market('BTCUSDT', {
    kind: 'swap',
    settle: 'USDT',
    contractSize: '0.01',
    lot: '1',
    minQuantity: '1',
  });
  const { planned } = await at.ledger.commitClose(
    at.lease,
    close([bar()], of => [entry(of, { quantity: '30' })]),
  );
  const order = granted(await at.ledger.beginSending(at.lease, send(planned[0], { market: swap })));
  await at.ledger.recordOutcome(at.lease, outcome(order, { fills: [fill(order)] }));
  assert.equal(at.ledger.positions(ACCOUNT)[0].quantity, '0.3');
  assert.equal(at.ledger.cash(ACCOUNT), '9970');
  const { attempt: _, ...name } = key('exit', bar());
  const asked = {
    key: name,
    terms: terms({ side: 'sell', quantity: '99', reduceOnly: true }),
    decisionPrice: '100',
    now: START,
  };
  assert.equal((await at.ledger.planExit(at.lease, asked))?.quantity, '30');
});

test('a paper position off every lot is left whole', async t => {
  const at = await desk(t, { mode: 'paper' });
  await openPosition(at, { quantity: '0.12345678912345' });
  const exit = await sentExit(at, { quantity: '5' });
  assert.equal(exit.quantity, '0.12345678912345');
});

test('a verdict other than an approval withdraws the entry, and the first one stays', async t => {
  const at = await desk(t);
  const order = await plannedEntry(at);
  const verdict = {
    clientOrderId: order.clientOrderId,
    verdict: 'abstain' as const,
    reason: null,
    confidence: 0.4,
    reasons: [],
    finding: null,
    promptVersion: null,
    promptHash: 'h',
    model: 'm',
    latencyMs: 10,
    answer: '{}',
    time: START,
  };
  await at.ledger.commitValidation(at.lease, verdict);
  const second = await at.ledger.commitValidation(at.lease, { ...verdict, verdict: 'approve' });
  assert.equal(second.verdict, 'abstain');
  assert.deepEqual(at.ledger.validation(order.clientOrderId), verdict);
  await assertWithdrawn(at, order, 'llm-abstained');
  assert.deepEqual(at.ledger.slots(ACCOUNT), []);
});

test('a drawdown halt is committed with the decision that found it, and its entries are withdrawn', async t => {
  const at = await desk(t);
  const commit = close([bar()]);
  const { planned } = await at.ledger.commitClose(at.lease, {
    ...commit,
    decide: (view, undecided) => ({
      ...commit.decide(view, undecided),
      halt: 'drawdown of 20 %',
      decisions: [{ ...commit.decide(view, undecided).decisions[0], orders: [entry(undecided[0])] }],
    }),
  });
  assert.deepEqual(planned, []);
  assert.equal(at.ledger.account(ACCOUNT).state, 'halted');
  assert.equal(at.ledger.account(ACCOUNT).stateReason, 'drawdown of 20 %');
  const [order] = at.ledger.decision(ACCOUNT, 'BTCUSDT', null)!.orders;
  assert.equal(at.ledger.order(order)?.reason, 'account-state');
  const [told] = await at.ledger.outbox.due(Number.MAX_SAFE_INTEGER, 1);
  assert.equal(told.notification.event, 'account-halted');
});

test('a rerun of a close returns what stands there, asks nobody and counts nothing twice', async t => {
  const at = await desk(t);
  const first = await at.ledger.commitClose(
    at.lease,
    close([bar()], of => [entry(of)]),
  );
  const again = await at.ledger.commitClose(at.lease, {
    ...close([bar()]),
    decide: () => assert.fail('asked again'),
  });
  assert.deepEqual(again, first);
  const { closes, lastCloseTime } = at.ledger.account(ACCOUNT);
  assert.deepEqual({ closes, lastCloseTime }, { closes: 1, lastCloseTime: START });
});

test('positions that began and ended since the last close are shown to the next one, once', async t => {
  const at = await desk(t);
  await openPosition(at);
  const exit = await sentExit(at);
  await at.ledger.recordOutcome(at.lease, outcome(exit, { fills: [fill(exit)] }));
  const seen: number[][] = [];
  for (const n of [1, 2]) {
    const of = bar('BTCUSDT', bar().barTime + n * MINUTE);
    const commit = close([of]);
    await at.ledger.commitClose(at.lease, {
      ...commit,
      decide(view, undecided) {
        seen.push([view.opened.length, view.ended.length]);
        return commit.decide(view, undecided);
      },
    });
  }
  assert.deepEqual(seen, [
    [1, 1],
    [0, 0],
  ]);
});
