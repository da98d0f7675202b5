import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { createLog } from '../../../host/log.ts';
import { withClosedSymbols } from '../../../host/trading/closed-symbols.ts';
import { submitOutcome } from '../../../trading/orders/outcomes.ts';
import type { SubmittedOrder } from '../../../trading/venue.ts';
import { eventually } from '../../support/eventually.ts';
import { barsFrom } from '../../support/trading-exchange.ts';
import { loopbackRig } from '../../trading/loopback-rig.ts';
import { ACCOUNT, START, SYMBOL } from '../../trading/rig.ts';

const ETH = {
  base: 'ETH',
  quote: 'USDT',
  kind: 'spot',
  timeframe: '1s',
  candles: barsFrom(START, '1s', [[10, 10, 10, 10]]),
} as const;

async function scene(t: TestContext) {
  const rig = await loopbackRig(t, { others: [ETH] });
  const { ledger, clock, exchange } = rig;
  const log = createLog('error', process.stderr);
  const venue = withClosedSymbols(rig.venue, { ledger, account: ACCOUNT, now: clock.now, log });
  let sent = 0;
  return {
    ledger,
    exchange,
    submit: () =>
      venue.submit({
        clientOrderId: String(++sent).padStart(32, '0'),
        symbol: SYMBOL,
        side: 'buy',
        type: 'market',
        quantity: '0.1',
        price: null,
        stopPrice: null,
        reduceOnly: false,
        plan: null,
        sentAt: clock.now(),
      } satisfies SubmittedOrder),
    ask: (symbol: string = SYMBOL) => venue.openOrders(symbol).catch(({ code }) => code as string),
    paused: () => ledger.account(ACCOUNT).pausedSymbols.map(({ symbol }) => symbol),
    reason: () => ledger.lastEvent(ACCOUNT, 'symbol-paused', SYMBOL)?.reason ?? '',
    async told() {
      const due = await ledger.outbox.due(clock.now() + 60_000, 100);
      return due.filter(({ notification }) => notification.event === 'symbol-closed').length;
    },
  };
}

test('a symbol whose market is halted is paused with the way out, after three refused orders in a row', async t => {
  const { exchange, submit, paused, reason, told, ledger } = await scene(t);
  exchange.setStatus(SYMBOL, 'HALT');
  const refused = await submit();
  assert.deepEqual(
    [refused.kind, refused.kind === 'rejected' && refused.code],
    ['rejected', 'symbol-closed'],
  );
  assert.equal(submitOutcome({} as never, refused, START).reason, 'market-closed');
  await submit();
  assert.deepEqual(paused(), []);
  await submit();
  await eventually('it is paused', () => paused().length === 1);
  assert.match(reason(), /fake does not trade BTCUSDT: it is halted.*trade resume real --symbols BTCUSDT/);
  for (let at = 0; at < 6; at++) await submit();
  assert.equal(await told(), 1);
  assert.equal(ledger.account(ACCOUNT).state, 'running');
});

test('an order that is taken in between shows that the market trades', async t => {
  const { exchange, submit, paused } = await scene(t);
  for (const status of ['HALT', 'HALT', 'TRADING', 'HALT', 'HALT'] as const) {
    exchange.setStatus(SYMBOL, status);
    await submit();
  }
  assert.deepEqual(paused(), []);
});

test('a symbol that is delisted is paused with the way out; others trade on', async t => {
  const { exchange, ask, paused, reason, told } = await scene(t);
  exchange.setStatus(SYMBOL, 'DELISTED');
  for (let at = 0; at < 3; at++) assert.equal(await ask(), 'SYMBOL_UNKNOWN');
  await eventually('it is paused', () => paused().length === 1);
  assert.match(
    reason(),
    /does not list the symbol any more: it was delisted or renamed\..*trade resolve.*trade adjust/,
  );
  assert.equal(await told(), 1);
  assert.deepEqual(await ask('ETHUSDT'), []);
  assert.deepEqual(paused(), [SYMBOL]);
});
