import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ExitPlan } from '../../contracts/intents.ts';
import { viewAccount } from '../../host/trading/account-view.ts';
import { type Desk, until } from '../../trading/desk.ts';
import { flattenAccount } from '../../trading/flattening/flatten.ts';
import { keepPositions } from '../../trading/keeping/keep.ts';
import { settledOrSilent } from '../../trading/orders/ask-venue.ts';
import { executePlanned } from '../../trading/orders/execute.ts';
import { settleAccount } from '../../trading/orders/settle.ts';
import { recoverAccount } from '../../trading/recovery/recover.ts';
import { barsFrom } from '../support/trading-exchange.ts';
import { type LoopbackRig, type LoopbackRigOptions, loopbackRig } from './loopback-rig.ts';
import { ACCOUNT, decided, MINUTE, orderOf, START, SYMBOL } from './rig.ts';

/** A venue that lists nothing at all has given no answer. */
const ETH = {
  base: 'ETH',
  quote: 'USDT',
  kind: 'spot',
  timeframe: '1s',
  candles: barsFrom(START, '1s', [[10, 10, 10, 10]]),
} as const;

async function scene(t: TestContext, options: LoopbackRigOptions = {}) {
  const rig = await loopbackRig(t, { others: [ETH], ...options });
  return { rig, desk: await rig.desk(), ...tools(rig) };
}

function tools(rig: LoopbackRig) {
  const soon = () => ({ deadline: rig.clock.now() + 10_000 });
  const notifications = async () =>
    (await rig.ledger.outbox.due(rig.clock.now() + MINUTE, 500)).map(({ notification }) => notification);
  return {
    async enter(desk: Desk, order: Partial<Parameters<typeof decided>[2]> = {}) {
      const { planned, cancels } = await decided(desk, START, { leg: 'entry', ...order });
      const deadline = START + 1.5 * MINUTE;
      await executePlanned(desk, { planned, cancels, deadline, priceBandBps: null, maxSpreadBps: null });
    },
    /** As the account is looked after between two closes. */
    async watch(desk: Desk, passes: number) {
      for (let pass = 0; pass < passes; pass++) {
        await settleAccount(desk, soon());
        await keepPositions(desk, { bars: [], ...soon() });
        rig.clock.advance(2_000);
      }
    },
    /** Until it is flat, or for so long. */
    async flatten(desk: Desk, patienceMs: number) {
      const ending = new AbortController();
      const blocked: string[] = [];
      void rig.clock.sleep(patienceMs, ending.signal).then(() => ending.abort());
      const request = {
        symbols: null,
        actor: 'test',
        operationId: `flatten ${rig.clock.now()}`,
        onBlocked: (text: string) => void blocked.push(text),
      };
      const flat = await flattenAccount({ ...desk, signal: ending.signal }, request).catch(() => null);
      ending.abort();
      return { isFlat: flat !== null, blocked };
    },
    notifications,
    told: async (event: string) =>
      (await notifications()).filter(notification => notification.event === event).length,
    async loseCoins() {
      const stop = orderOf(rig, 'stop')!;
      await rig.venue.cancel({ ...stop, sentAt: stop.sentAt! });
      const coins = (await rig.venue.balances()).find(({ currency }) => currency === 'BTC')!.free;
      rig.exchange.deposit('BTC', `-${coins}`);
      return coins;
    },
    /** As the account's worker takes it: the venue is asked first. */
    async resolve(desk: Desk, leg: 'stop' | 'exit') {
      const order = orderOf(rig, leg)!.clientOrderId;
      const isVenueSilent = await settledOrSilent(until(desk, rig.clock.now() + 5_000), order);
      return await say(rig, 'resolve', { order, as: 'cancelled', evidence: EVIDENCE }, isVenueSilent);
    },
    adjust: (quantity: string) =>
      say(rig, 'adjust', { symbol: SYMBOL, quantity, price: '97', evidence: EVIDENCE }),
    /** What `trade status` says of the symbol, beside its numbers. */
    shown() {
      const { pausedReason, position } = viewAccount(rig.ledger, ACCOUNT, new Map()).symbols[0];
      return [pausedReason, position?.mend];
    },
  };
}

const EVIDENCE = 'sold by hand';

function say(
  { ledger, clock }: LoopbackRig,
  message: 'resolve' | 'adjust',
  payload: Readonly<Record<string, unknown>>,
  isVenueSilent = false,
) {
  const operation = { message, account: ACCOUNT, operationId: `say ${clock.now()}`, actor: 'test' };
  const context = { now: clock.now(), policy: null, isVenueSilent };
  return ledger.applyMessage({ ...operation, payload }, context);
}

test('a halted market: the stop stays, a flatten says what it waits for, and is done once it trades again', async t => {
  const { rig, desk, enter, watch, flatten, told } = await scene(t);
  await enter(desk);
  rig.exchange.setStatus(SYMBOL, 'HALT');
  await watch(desk, 3);
  assert.equal(orderOf(rig, 'stop')?.status, 'open');
  const waiting = await flatten(desk, 20_000);
  assert.equal(waiting.isFlat, false);
  assert.deepEqual(waiting.blocked, [
    'BTCUSDT: the flatten is rejected (the venue does not trade the symbol: it is halted or delisted)',
  ]);
  const noted = rig.ledger.lastEvent(ACCOUNT, 'flatten-blocked')?.detail as { blocked: string };
  assert.equal(noted.blocked, waiting.blocked[0]);
  assert.equal(rig.ledger.account(ACCOUNT).state, 'flattening');
  rig.exchange.setStatus(SYMBOL, 'TRADING');
  assert.equal((await flatten(desk, 20_000)).isFlat, true);
  assert.equal(rig.ledger.account(ACCOUNT).state, 'halted');
  assert.ok((await told('order-rejected')) > 1);
  assert.deepEqual(rig.ledger.check(ACCOUNT), []);
});

test('the same refusal of an exit that is tried again is one piece of news, under one key', async t => {
  const { rig, desk, enter, flatten, notifications } = await scene(t);
  await enter(desk);
  rig.exchange.setStatus(SYMBOL, 'HALT');
  await flatten(desk, 20_000);
  const keys = (await notifications())
    .filter(({ event }) => event === 'order-rejected')
    .map(({ key }) => key);
  assert.equal(new Set(keys).size, 1);
});

test('a delisted symbol that nothing is held of keeps no account from being flat', async t => {
  const { rig, desk, flatten } = await scene(t);
  rig.exchange.setStatus(SYMBOL, 'DELISTED');
  assert.equal((await flatten(desk, 20_000)).isFlat, true);
});

test('a delisted symbol with a position is never called flat, until an operator says what became of it', async t => {
  const { rig, desk, enter, watch, flatten, resolve, adjust } = await scene(t);
  await enter(desk);
  rig.exchange.setStatus(SYMBOL, 'DELISTED');
  await watch(desk, 3);
  const findings = await recoverAccount(desk, { deadline: rig.clock.now() + 20_000 });
  assert.deepEqual(
    findings.map(finding => [finding.kind, 'code' in finding && finding.code]),
    [
      ['not-asked', 'SYMBOL_UNKNOWN'],
      ['not-asked', 'SYMBOL_UNKNOWN'],
    ],
    'that keeps the account from nothing',
  );
  const { isFlat, blocked } = await flatten(desk, 20_000);
  assert.equal(isFlat, false);
  assert.match(
    blocked.join(),
    /BTCUSDT: SYMBOL_UNKNOWN: binance does not list the symbol any more.*trade resolve.*trade adjust/,
  );
  await assert.rejects(adjust('0.4995'), refusedBeside(rig, 'stop'));
  assert.equal((await resolve(desk, 'stop')).outcome, 'resolved as cancelled');
  // Whoever looks after the account in between finds nothing to do there.
  await watch(desk, 5);
  assert.equal((await adjust('0.4995')).outcome, 'booked 0.4995 of BTCUSDT as gone');
  assert.deepEqual([rig.ledger.positions(ACCOUNT), rig.ledger.slots(ACCOUNT)], [[], []]);
  assert.equal((await flatten(desk, 20_000)).isFlat, true);
  assert.deepEqual(rig.ledger.check(ACCOUNT), []);
});

test('an exit whose outcome nobody can tell, of a symbol that was delisted, is resolved before the coins are booked', async t => {
  const { rig, desk, enter, watch, resolve, adjust, told } = await scene(t);
  await enter(desk);
  // The stop is ended for the exit, whose request is lost.
  rig.exchange.script({ path: 'order', method: 'POST', fault: { kind: 'reset' }, when: 'before' });
  const { planned, cancels } = await decided(desk, START + MINUTE, { leg: 'exit', quantity: '0.4995' });
  const deadline = rig.clock.now() + 1_000;
  await executePlanned(desk, { planned, cancels, deadline, priceBandBps: null, maxSpreadBps: null });
  assert.deepEqual([orderOf(rig, 'stop')?.status, orderOf(rig, 'exit')?.status], ['canceled', 'unknown']);
  rig.exchange.setStatus(SYMBOL, 'DELISTED');
  await watch(desk, 20);
  assert.equal(orderOf(rig, 'exit')?.status, 'unknown', 'who can’t be asked has not said that it knows none');
  await assert.rejects(adjust('0.4995'), refusedBeside(rig, 'exit'));
  assert.equal((await resolve(desk, 'exit')).outcome, 'resolved as cancelled');
  await watch(desk, 5);
  await adjust('0.4995');
  await watch(desk, 2);
  assert.deepEqual([rig.ledger.positions(ACCOUNT), rig.ledger.slots(ACCOUNT)], [[], []]);
  assert.equal(rig.ledger.openOrders(ACCOUNT).length, 0);
  assert.equal(await told('ledger-mismatch'), 0);
  assert.deepEqual(rig.ledger.check(ACCOUNT), []);
});

function refusedBeside(rig: LoopbackRig, leg: 'stop' | 'exit') {
  const { clientOrderId, status } = orderOf(rig, leg)!;
  const id = clientOrderId.slice(0, 8);
  const message = new RegExp(`The ${leg} ${id} is ${status}: .*trade resolve ${id} --as cancelled`);
  return { code: 'ACCOUNT_STATE', message };
}

test('an account without a coin of quote: its entry is rejected with the reason, and its slot is free again', async t => {
  const { rig, desk, enter, told } = await scene(t, { balances: { USDT: '0' } });
  await enter(desk);
  const { status, reason } = orderOf(rig, 'entry')!;
  assert.deepEqual([status, reason], ['rejected', 'no-balance']);
  assert.equal(await told('order-rejected'), 1);
  assert.deepEqual(rig.ledger.slots(ACCOUNT), []);
  assert.deepEqual(rig.ledger.check(ACCOUNT), []);
});

test('quote that is gone while a position is open keeps no exit from being sent', async t => {
  const { rig, desk, enter, flatten } = await scene(t);
  await enter(desk);
  const free = (await rig.venue.balances()).find(({ currency }) => currency === 'USDT')!.free;
  rig.exchange.deposit('USDT', `-${free}`);
  assert.equal((await flatten(desk, 20_000)).isFlat, true);
  assert.equal(orderOf(rig, 'flatten')?.status, 'filled');
});

test('coins that are gone while it trades pause their symbol and are told once, with one way out', async t => {
  const { rig, desk, enter, watch, loseCoins, notifications, shown } = await scene(t);
  await enter(desk);
  await loseCoins();
  await watch(desk, 20);
  const mend =
    '0.4995 of the position are not at the venue. Once you know where they went: trade adjust BTCUSDT --account real --quantity 0.4995 --price EACH --evidence TEXT';
  const paused = 'missing-coins: the ledger has 0.4995, the venue 0; resume the symbol once that is settled';
  assert.deepEqual(shown(), [paused, mend]);
  await recoverAccount(desk, { deadline: rig.clock.now() + 20_000 });
  await watch(desk, 5);
  assert.deepEqual(shown(), [paused, mend]);
  const told = (await notifications()).filter(
    ({ event }) => event === 'ledger-mismatch' || event === 'position-unprotected',
  );
  assert.deepEqual(
    told.map(({ event, facts }) => [event, facts.reason]),
    [
      ['position-unprotected', undefined],
      ['ledger-mismatch', mend],
    ],
    'that it has no stop, and that it is gone',
  );
  assert.equal(rig.ledger.positions(ACCOUNT).length, 1);
});

test('a flatten without the coins says so; brought back, they are sold', async t => {
  const { rig, desk, enter, loseCoins, flatten } = await scene(t);
  await enter(desk);
  const coins = await loseCoins();
  const { isFlat, blocked } = await flatten(desk, 20_000);
  assert.equal(isFlat, false);
  assert.match(blocked.join(), /BTCUSDT: 0\.4995 of the position are not at the venue/);
  rig.exchange.deposit('BTC', coins);
  assert.equal((await flatten(desk, 20_000)).isFlat, true);
  assert.deepEqual(rig.ledger.check(ACCOUNT), []);
});

test('coins that were sold by hand: the operator says so, what they brought counts, and the position ends', async t => {
  const { rig, desk, enter, watch, loseCoins, flatten, adjust, notifications, shown } = await scene(t);
  await enter(desk);
  await loseCoins();
  await watch(desk, 10);
  await adjust('0.2');
  assert.equal(shown()[1], null, 'how much is gone of what is left is found anew');
  await watch(desk, 10);
  assert.match(shown()[1] ?? '', /--quantity 0\.2995 /);
  await adjust('0.2995');
  assert.deepEqual([rig.ledger.positions(ACCOUNT), rig.ledger.slots(ACCOUNT)], [[], []]);
  const closed = (await notifications()).find(({ event }) => event === 'trade-closed');
  assert.deepEqual([closed?.facts.exitPrice, closed?.facts.reason], ['97', 'operator']);
  assert.deepEqual(rig.ledger.check(ACCOUNT), []);
  assert.equal((await flatten(desk, 20_000)).isFlat, true);
});

const TARGET: ExitPlan = {
  stop: { unit: 'percent', value: 5 },
  targets: [{ distance: { unit: 'percent', value: 10 }, share: 0.5 }],
  trailing: null,
  maxBars: null,
};

const EIGHT_DECIMALS = { tick: '0.00000001', lot: '0.00000001', maxQuantity: '9000000000', minNotional: '5' };

test('a coin that costs 0.00000123: each amount is sent in digits, on its step, and booked exactly', async t => {
  const balances = { USDT: '10000' };
  const { rig, desk, enter, watch, flatten } = await scene(t, {
    price: 0.00000123,
    market: EIGHT_DECIMALS,
    balances,
  });
  await enter(desk, { quantity: '81300813.008130081', decisionPrice: '0.00000123', exits: TARGET });
  assert.equal(orderOf(rig, 'entry')?.filled, '81300813.00813008');
  const [position] = rig.ledger.positions(ACCOUNT);
  assert.deepEqual([position.quantity, position.entryPrice], ['81219512.19512195', '0.00000124']);
  assert.equal(orderOf(rig, 'stop')?.stopPrice, '0.00000118');
  await rig.world.move(0.0000014);
  await watch(desk, 2);
  assert.equal(orderOf(rig, 'target1')?.filled, '40609756.09756097');
  assert.equal(rig.ledger.positions(ACCOUNT)[0].quantity, '40609756.09756098');
  await flatten(desk, 20_000);
  assert.deepEqual(rig.ledger.positions(ACCOUNT), []);
  for (const { query } of rig.exchange.requests)
    for (const name of ['quantity', 'price', 'stopPrice'])
      assert.match(query.get(name) ?? '0', /^\d+(\.\d{1,8})?$/);
  assert.deepEqual(rig.ledger.check(ACCOUNT), []);
  const free = Object.fromEntries((await rig.venue.balances()).map(({ currency, free }) => [currency, free]));
  assert.equal(free.BTC ?? '0', '0');
});

test('a limit at the smallest prices, and a quantity of eight decimals at a large one', async t => {
  const tiny = await scene(t, { price: 0.00000012, market: EIGHT_DECIMALS, balances: { USDT: '10000' } });
  await tiny.enter(tiny.desk, {
    type: 'limit',
    price: '0.000000109',
    quantity: '90000000',
    decisionPrice: '0.00000012',
  });
  const [limit] = await tiny.rig.venue.openOrders(SYMBOL);
  assert.deepEqual([limit.price, limit.quantity], ['0.0000001', '90000000']);
  assert.deepEqual(await tiny.rig.venue.quote(SYMBOL).then(({ last }) => last), '0.00000012');

  const large = await scene(t, {
    price: 60_000,
    market: { ...EIGHT_DECIMALS, tick: '0.01' },
    balances: { USDT: '10000' },
  });
  await large.enter(large.desk, { quantity: '0.123456789', decisionPrice: '60000' });
  assert.equal(orderOf(large.rig, 'entry')?.filled, '0.12345678');
  assert.equal(large.rig.ledger.positions(ACCOUNT)[0].quantity, '0.12333333');
  await large.flatten(large.desk, 20_000);
  assert.deepEqual([large.rig.ledger.positions(ACCOUNT), large.rig.ledger.check(ACCOUNT)], [[], []]);
});
