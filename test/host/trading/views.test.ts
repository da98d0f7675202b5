import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { AlphaloomError } from '../../../contracts/errors.ts';
import type { TradingOperation } from '../../../contracts/messages.ts';
import type { LoadedConfig } from '../../../host/config.ts';
import { lastPricesOf, viewAccount } from '../../../host/trading/account-view.ts';
import { viewDecision } from '../../../host/trading/decision-view.ts';
import { exportLedger } from '../../../host/trading/export-ledger.ts';
import { heldPositions, unkeptWarnings } from '../../../host/trading/held-positions.ts';
import { tellLedger } from '../../../host/trading/tell-ledger.ts';
import {
  ACCOUNT,
  bar,
  close,
  desk,
  entry,
  MINUTE,
  openPosition,
  outcome,
  START,
  sentEntry,
  settings,
} from '../../trading/ledger/fixtures.ts';

test('an account is seen with its positions marked at the last closes', async t => {
  const at = await desk(t);
  await openPosition(at, { price: '100', quantity: '2' });
  const view = viewAccount(at.ledger, ACCOUNT, new Map([['BTCUSDT', 103]]));
  assert.deepEqual(
    [view.state, view.cash, view.equity, view.policy],
    ['running', '9800', 10_006, 'as-labelled'],
  );
  const [btc, eth] = view.symbols;
  assert.deepEqual(
    [btc.position?.quantity, btc.position?.entryPrice, btc.position?.openPnl, btc.decision?.outcome],
    ['2', '100', 6, 'test'],
  );
  assert.deepEqual([eth.position, eth.decision, eth.orders], [null, null, []]);
});

test('without a price of what is held, the equity is not known', async t => {
  const at = await desk(t);
  await openPosition(at);
  const view = viewAccount(at.ledger, ACCOUNT, new Map());
  assert.deepEqual([view.equity, view.symbols[0].position?.openPnl], [null, null]);
});

test('a replay is marked at the close that it has come to, whatever the store holds after it', async () => {
  const read: number[][] = [];
  const candles = {
    describe: async () => ({ lastTime: START + 60 * MINUTE }),
    read: async (_: unknown, { from, to }: { from: number; to: number }) => {
      read.push([from, to]);
      return { close: Float64Array.of(101) };
    },
  } as unknown as Parameters<typeof lastPricesOf>[0];
  const of = { venue: 'binance', symbols: [{ symbol: 'BTCUSDT', timeframe: '1m' }] } as const;
  const clock = { kind: 'replay', fromTime: START, toTime: START + 60 * MINUTE } as const;
  assert.deepEqual(
    [...(await lastPricesOf(candles, { ...of, clock, lastCloseTime: START + 5 * MINUTE }))],
    [['BTCUSDT', 101]],
  );
  assert.equal((await lastPricesOf(candles, { ...of, clock, lastCloseTime: null })).size, 0);
  await lastPricesOf(candles, { ...of, clock: { kind: 'real' }, lastCloseTime: START + 5 * MINUTE });
  assert.deepEqual(read, [
    [START + 4 * MINUTE, START + 5 * MINUTE],
    [START + 60 * MINUTE, START + 61 * MINUTE],
  ]);
});

test('a symbol that is no more traded is shown while something is open in it', async t => {
  const at = await desk(t);
  await sentEntry(at, {}, bar('BTCUSDT'));
  const others = settings({ symbols: [{ symbol: 'ETHUSDT', timeframe: '1m' }] });
  await at.ledger.putAccount(at.lease, others, { actor: 'test', operationId: 'others', now: START });
  const view = viewAccount(at.ledger, ACCOUNT, new Map());
  assert.deepEqual(
    view.symbols.map(({ symbol, orders }) => [symbol, orders.map(({ status }) => status)]),
    [
      ['ETHUSDT', []],
      ['BTCUSDT', ['sending']],
    ],
  );
});

test('a symbol that is paused says why, and its newest order what became of it, until a later one does better', async t => {
  const at = await desk(t);
  const of = bar('BTCUSDT');
  const order = await sentEntry(at, {}, of);
  await at.ledger.recordOutcome(
    at.lease,
    outcome(order, { status: 'rejected', reason: 'no-balance', venueCode: '-2010', venueOrderId: null }),
  );
  await tell(at, { message: 'pause', payload: { symbols: ['BTCUSDT'] } });
  const [btc, eth] = viewAccount(at.ledger, ACCOUNT, new Map()).symbols;
  assert.deepEqual(
    [btc.pausedReason, btc.failedOrder?.status, btc.failedOrder?.because, btc.failedOrder?.venueCode],
    ['pause by test', 'rejected', 'the free balance does not allow it', '-2010'],
  );
  assert.deepEqual([eth.pausedReason, eth.failedOrder], [undefined, null]);
  await tell(at, { message: 'resume', payload: { symbols: ['BTCUSDT'] } });
  await sentEntry(at, {}, bar('BTCUSDT', START));
  assert.equal(viewAccount(at.ledger, ACCOUNT, new Map()).symbols[0].failedOrder, null);
});

test('what a flattening waits for is seen while it lasts, and no longer', async t => {
  const at = await desk(t);
  const blocked = () => viewAccount(at.ledger, ACCOUNT, new Map()).blocked?.text ?? null;
  const note = (text: string) =>
    at.ledger.recordEvent({
      account: ACCOUNT,
      kind: 'flatten-blocked',
      detail: { blocked: text },
      now: START,
    });
  await note('of the last time');
  const operation = { account: ACCOUNT, operationId: 'f', actor: 'test', payload: {} } as const;
  await at.ledger.applyMessage({ ...operation, message: 'flatten' }, { now: START + 1, policy: null });
  assert.equal(blocked(), null);
  await at.ledger.recordEvent({
    account: ACCOUNT,
    kind: 'flatten-blocked',
    detail: { blocked: 'BTCUSDT: VENUE_UNREACHABLE' },
    now: START + 2,
  });
  assert.equal(blocked(), 'BTCUSDT: VENUE_UNREACHABLE');
  const done = { account: ACCOUNT, symbols: null, now: START + 3, actor: 'test', operationId: 'f/done' };
  await at.ledger.finishFlatten(at.lease, done);
  assert.equal(blocked(), null);
});

test('why says what keeps entries away now: the account’s state, and the symbol’s', async t => {
  const at = await desk(t);
  await at.ledger.commitClose(at.lease, close([bar('BTCUSDT', START - MINUTE)]));
  const holding = () => viewDecision(at.ledger, ACCOUNT, 'BTCUSDT', null)?.holding;
  assert.deepEqual(holding(), []);
  await tell(at, { message: 'pause', payload: { symbols: ['BTCUSDT'] }, reason: 'news.' });
  const until = Date.parse('2030-01-01T00:00:00Z');
  await tell(at, { message: 'pause', payload: { until }, reason: 'weekend' });
  assert.deepEqual(holding(), [
    'The account is now paused until 2030-01-01T00:00:00.000Z: weekend. It takes no entries.',
    'BTCUSDT is now paused: news. It takes no entries.',
  ]);
});

test('why answers with the decision that stood at the time, its rules and its orders', async t => {
  const at = await desk(t);
  await at.ledger.commitClose(
    at.lease,
    close([bar('BTCUSDT', START - MINUTE)], of => [entry(of)]),
  );
  await at.ledger.commitClose(at.lease, close([bar('BTCUSDT', START)]));
  const first = viewDecision(at.ledger, ACCOUNT, 'BTCUSDT', START + 1);
  assert.equal(first?.barTime, START - MINUTE);
  assert.deepEqual(first?.rules, [{ rule: 'confidence', value: 0.6 }]);
  assert.deepEqual(
    first?.orders.map(({ leg, status, because, validation }) => [leg, status, because, validation]),
    [['entry', 'planned', null, null]],
  );
  assert.equal(viewDecision(at.ledger, ACCOUNT, 'BTCUSDT', null)?.barTime, START);
  assert.equal(viewDecision(at.ledger, ACCOUNT, 'ETHUSDT', null), null);
  assert.equal(viewDecision(at.ledger, ACCOUNT, 'BTCUSDT', START - 2 * MINUTE), null);
});

test('an order that was not sent says why in words', async t => {
  const at = await desk(t);
  const { planned } = await at.ledger.commitClose(
    at.lease,
    close([bar()], of => [entry(of)]),
  );
  await at.ledger.withdraw(at.lease, planned[0].clientOrderId, 'llm-rejected', START);
  const [order] = viewDecision(at.ledger, ACCOUNT, 'BTCUSDT', null)!.orders;
  assert.deepEqual([order.status, order.because], ['withdrawn', 'the language model rejected it']);
});

test('what an account holds keeps down from leaving it; what is only planned, or stopped, does not', async t => {
  const at = await desk(t);
  await at.ledger.commitClose(
    at.lease,
    close([bar('ETHUSDT')], of => [entry(of)]),
  );
  assert.deepEqual(heldPositions(at.ledger), []);
  await openPosition(at);
  const held = heldPositions(at.ledger);
  assert.deepEqual(held, [{ account: ACCOUNT, state: 'running', mode: held[0].mode, symbols: ['BTCUSDT'] }]);
  const warned = (mode: 'live' | 'paper', environment: NodeJS.ProcessEnv) =>
    unkeptWarnings([{ ...held[0], mode }], environment).length;
  assert.deepEqual(
    [warned('live', {}), warned('live', { ALPHALOOM_LIVE: 'yes' }), warned('paper', {})],
    [1, 0, 0],
  );
  await tell(at, { message: 'stop', payload: { positions: 'leave' } });
  assert.deepEqual(heldPositions(at.ledger), []);
});

test('an export is whole or not there, and replaces nothing unasked', async t => {
  const at = await desk(t);
  await openPosition(at);
  const file = join(dirname(at.path), 'out', 'fills.csv');
  const request = { account: ACCOUNT, kind: 'fills', format: 'csv', fromTime: 0, toTime: 2 * START } as const;
  const bytes = await exportLedger(at.ledger, request, file, false);
  const text = await readFile(file, 'utf8');
  assert.equal(bytes, Buffer.byteLength(text));
  assert.equal(text.split('\n').length, 3);
  await writeFile(file, 'mine');
  await assert.rejects(exportLedger(at.ledger, request, file, false), { code: 'FILE_EXISTS' });
  assert.equal(await readFile(file, 'utf8'), 'mine');
  assert.deepEqual(await readdir(dirname(file)), ['fills.csv']);
  await exportLedger(at.ledger, request, file, true);
  assert.equal(await readFile(file, 'utf8'), text);
});

test('without a workflow a pause is written into the ledger; closing positions is not, and says how', async t => {
  const at = await desk(t);
  const answer = await tell(at, { message: 'pause', payload: { symbols: ['BTCUSDT'] } });
  assert.equal(answer.outcome, 'paused BTCUSDT');
  for (const operation of [
    { message: 'flatten', payload: {} },
    { message: 'stop', payload: { positions: 'flatten' } },
  ] as const) {
    await assert.rejects(tell(at, operation), {
      code: 'TEMPORAL_UNREACHABLE',
      message: `Gone. To close positions from here: trade flatten ${ACCOUNT} --direct.`,
    });
  }
  assert.equal(at.ledger.account(ACCOUNT).state, 'running');
});

let operations = 0;
function tell(
  { ledger }: Awaited<ReturnType<typeof desk>>,
  { message, payload, reason }: Pick<TradingOperation, 'message' | 'payload' | 'reason'>,
) {
  const operation = {
    message,
    account: ACCOUNT,
    operationId: `o${++operations}`,
    actor: 'test',
    payload,
    ...(reason && { reason }),
  };
  const gone = new AlphaloomError('TEMPORAL_UNREACHABLE', 'Gone.');
  return tellLedger(
    {
      ledger,
      loaded: {} as LoadedConfig,
      now: START,
      askVenue: async () => false,
      requireListed: async () => {},
    },
    operation,
    gone,
  );
}
