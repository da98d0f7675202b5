import assert from 'node:assert/strict';
import test from 'node:test';
import { chosenAccount } from '../../../cli/trade/account-argument.ts';
import { messagePayload } from '../../../cli/trade/message.ts';
import { orderOf } from '../../../cli/trade/order-argument.ts';
import { parseSymbols, tradedSymbols } from '../../../cli/trade/symbols-option.ts';
import { TRADING_MESSAGES } from '../../../contracts/messages.ts';
import type { AccountState } from '../../../contracts/trading.ts';

const context = { environment: { USER: 'ada' } };

test('symbols are compact and once each, however they are written', () => {
  assert.deepEqual(parseSymbols('BTC/USDT, ETHUSDT,BTCUSDT'), ['BTCUSDT', 'ETHUSDT']);
  assert.throws(() => parseSymbols(' , '), { code: 'USAGE' });
  assert.throws(() => parseSymbols('btcusdt'), { code: 'SYMBOL_INVALID' });
});

test('a symbol is traded on its own timeframe, else on the common one', () => {
  assert.deepEqual(tradedSymbols('BTCUSDT,ETH/USDT/5m', '15m'), [
    { symbol: 'BTCUSDT', timeframe: '15m' },
    { symbol: 'ETHUSDT', timeframe: '5m' },
  ]);
  assert.throws(() => tradedSymbols('BTCUSDT', undefined), { code: 'USAGE', message: /write BTCUSDT\/15m/ });
  assert.throws(() => tradedSymbols('BTCUSDT', '7m'), { code: 'TIMEFRAME_INVALID' });
  assert.throws(() => tradedSymbols('BTCUSDT/7m', undefined), {
    code: 'TIMEFRAME_INVALID',
    message: /^"7m" is not a timeframe. Use one of 1s, 1m/,
  });
  assert.throws(() => tradedSymbols('BTCUSDT/5m,BTC/USDT', '15m'), {
    code: 'USAGE',
    message: /stands twice/,
  });
});

const accounts = (...states: [string, AccountState][]) =>
  states.map(([account, state]) => ({ account, state }));

test('the account that is named is meant, else the only one that is not stopped, else the only one', () => {
  assert.equal(chosenAccount(accounts(['paper', 'running'], ['real', 'stopped']), 'real'), 'real');
  assert.equal(chosenAccount(accounts(['paper', 'stopped'], ['real', 'halted']), undefined), 'real');
  assert.equal(chosenAccount(accounts(['paper', 'stopped']), undefined), 'paper');
});

test('where it is not clear which account is meant, nothing is done', () => {
  const two = accounts(['paper', 'running'], ['real', 'halted']);
  assert.throws(() => chosenAccount(two, undefined), {
    message: /^Which of those that are not stopped\? .*paper \(running\), real \(halted\)/,
  });
  assert.throws(() => chosenAccount(two, 'rael'), { code: 'ACCOUNT_UNKNOWN', message: /No account "rael"/ });
  assert.throws(() => chosenAccount([], undefined), { message: /trade start paper/ });
});

const ID = '1f0e8c2a'.padEnd(32, '0');
const NOW = Date.parse('2026-03-01T12:00Z');
const OTHER = '1f0e9999'.padEnd(32, '0');
const ENDED = 'cafe'.padEnd(32, '0');
const book = {
  accounts: () => accounts(['paper', 'running'], ['real', 'running']),
  order: (clientOrderId: string) =>
    clientOrderId === 'a'.repeat(32) ? { account: 'real', clientOrderId } : null,
  openOrders: (account: string) =>
    account === 'paper' ? [{ account, clientOrderId: ID }] : [{ account, clientOrderId: OTHER }],
  orders: (account: string, { fromTime }: { fromTime: number }) =>
    account === 'real' && fromTime === NOW - 7 * 86_400_000 ? [{ account, clientOrderId: ENDED }] : [],
};

test('an order is named by its id, or by how the id of an open one begins, or of one that ended lately', () => {
  assert.deepEqual(orderOf(book, '1f0e8', NOW), { account: 'paper', clientOrderId: ID });
  assert.equal(orderOf(book, 'cafe', NOW).clientOrderId, ENDED);
  assert.equal(orderOf(book, 'a'.repeat(32), NOW).account, 'real');
});

test('an order’s beginning that fits several, none, or is no id is refused', () => {
  assert.throws(() => orderOf(book, '1f0e', NOW), { code: 'USAGE', message: /2 orders begin with 1f0e/ });
  assert.throws(() => orderOf(book, 'beef', NOW), { code: 'ORDER_UNKNOWN', message: /No order/ });
  for (const text of ['1f', 'XYZW', '%', '1f0e%'])
    assert.throws(() => orderOf(book, text, NOW), { code: 'USAGE' });
});

test('a message says who sends it under an id, and leaves out what was not given', () => {
  const payload = messagePayload<'pause'>(
    context,
    { symbols: ['BTCUSDT'], until: undefined },
    { operationId: 'x' },
  );
  assert.deepEqual(payload, { symbols: ['BTCUSDT'], actor: 'cli:ada', operationId: 'x' });
});

test('what the verbs send passes the messages’ schemas', () => {
  const sent = {
    pause: messagePayload<'pause'>(context, { symbols: ['BTCUSDT'], until: 5 }, { reason: 'r' }),
    resume: messagePayload<'resume'>(context, { acknowledge: true }, {}),
    flatten: messagePayload<'flatten'>(context, { symbols: undefined }, {}),
    set: messagePayload<'set'>(context, { symbols: tradedSymbols('BTCUSDT', '15m'), policy: 'cautious' }, {}),
    cancel: messagePayload<'cancel'>(context, { order: ID }, {}),
    resolve: messagePayload<'resolve'>(context, { order: ID, as: 'filled', evidence: 'page' }, {}),
    adjust: messagePayload<'adjust'>(
      context,
      { symbol: 'BTCUSDT', quantity: '0.2', price: '0', evidence: 'page' },
      {},
    ),
    stop: messagePayload<'stop'>(context, { positions: 'leave' }, {}),
  };
  for (const [name, { schema }] of Object.entries(TRADING_MESSAGES))
    assert.ok(schema.safeParse(sent[name as keyof typeof sent]).success, name);
});
