import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { currentCall } from '../../venues/call.ts';
import { loadExchange } from '../../venues/exchange-module.ts';
import { prepareSigning } from '../../venues/signing.ts';

const CREDENTIALS = { apiKey: 'a-key', secret: 'a-secret' };
const NOW = 1_700_000_000_000;

async function signingBinance(clock = () => NOW) {
  const exchange = await loadExchange('binance', 'binance', {});
  prepareSigning(exchange, { credentials: () => CREDENTIALS, clock, countsRequests: false });
  return exchange as unknown as {
    sign(
      path: string,
      section: string,
      method: string,
      parameters: object,
    ): { body?: string; headers: object };
    setLastRequest(request: unknown): void;
  };
}

test('a client signs with credentials that it does not hold, and keeps nothing of what it signed', async () => {
  const exchange = await signingBinance();
  const signed = exchange.sign('order', 'private', 'POST', { symbol: 'BTCUSDT', newClientOrderId: 'a' });
  exchange.setLastRequest(signed);
  assert.deepEqual(signed.headers, {
    'X-MBX-APIKEY': 'a-key',
    'Content-Type': 'application/x-www-form-urlencoded',
  });
  const signature = /signature=([0-9a-f]{64})$/.exec(signed.body ?? '')?.[1];
  assert.ok(signature);
  const held = inspect(exchange, { depth: 6, showHidden: true, getters: false });
  for (const secret of ['a-key', 'a-secret', signature]) assert.ok(!held.includes(secret), secret);
});

test('requests are signed by the venue’s clock, or as of the moment of their call', async () => {
  const exchange = await signingBinance();
  const signedNow = exchange.sign('order', 'private', 'POST', { newClientOrderId: 'a' });
  assert.match(signedNow.body ?? '', new RegExp(`timestamp=${NOW}`));
  const call = {
    use: 'trading',
    signal: undefined,
    signTime: NOW - 4_000,
    isPosted: false,
    answer: null,
  } as const;
  const signedThen = currentCall.run({ ...call }, () =>
    exchange.sign('order', 'private', 'POST', { newClientOrderId: 'a' }),
  );
  assert.match(signedThen.body ?? '', new RegExp(`timestamp=${NOW - 4_000}`));
});

test('where each request needs a higher number, two of one moment get two', async () => {
  const exchange = await loadExchange('kraken', 'kraken', {});
  prepareSigning(exchange, { credentials: () => CREDENTIALS, clock: () => NOW, countsRequests: true });
  const { nonce } = exchange as unknown as { nonce: () => number };
  assert.deepEqual([nonce(), nonce()], [NOW, NOW + 1]);
});
