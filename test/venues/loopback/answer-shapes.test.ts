import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sharedData, withoutShared } from '../../support/shared.ts';
import { BTC, KEY, START, tradingScene } from '../../support/trading-exchange.ts';

const ROUTES = [
  ['GET', 'account', ''],
  ['GET', 'order', '&symbol=BTCUSDT&orderId=1'],
  ['GET', 'openOrders', '&symbol=BTCUSDT'],
  ['GET', 'allOrders', '&symbol=BTCUSDT'],
  ['DELETE', 'order', '&symbol=BTCUSDT&orderId=1'],
] as const;

for (const [method, path, query] of ROUTES) {
  test(`${method} ${path} answers every field of the recorded one`, { skip: withoutShared }, async t => {
    const { exchange, client } = await tradingScene(t);
    await client.createOrder(BTC, 'limit', 'buy', 1, 98);
    const sent = `timestamp=${START}${query}`;
    const signature = createHmac('sha256', KEY.secret).update(sent).digest('hex');
    const response = await fetch(`${exchange.address}/api/v3/${path}?${sent}&signature=${signature}`, {
      method,
      headers: { 'X-MBX-APIKEY': KEY.apiKey },
    });
    const served = firstOf(await response.json());
    const recorded = firstOf(recordedAnswer(method, `/api/v3/${path}`));
    for (const [field, value] of Object.entries(recorded)) {
      assert.equal(typeof served[field], typeof value, field);
      if (Array.isArray(value))
        assert.deepEqual(Object.keys(served[field] as object[]).length > 0, true, field);
    }
  });
}

test('the filters of a market are those of the recorded list', { skip: withoutShared }, async t => {
  const { exchange } = await tradingScene(t);
  const list = async () => await (await fetch(`${exchange.address}/api/v3/exchangeInfo`)).json();
  const filtersOf = (answer: unknown) => {
    const { symbols } = answer as { symbols: { symbol: string; filters: Record<string, unknown>[] }[] };
    const btc = symbols.find(({ symbol }) => symbol === 'BTCUSDT');
    return new Map(btc?.filters.map(filter => [filter.filterType, filter]));
  };
  const recorded = filtersOf(recordedAnswer('GET', '/api/v3/exchangeInfo'));
  for (const [name, filter] of filtersOf(await list()))
    assert.deepEqual(Object.keys(filter).sort(), Object.keys(recorded.get(name) ?? {}).sort(), String(name));
});

function recordedAnswer(method: string, path: string): unknown {
  const file = join(sharedData, 'rest/binance-rest-recordings.json');
  return JSON.parse(readFileSync(file, 'utf8')).routes[path][method][0].data;
}

function firstOf(answer: unknown): Record<string, unknown> {
  return (Array.isArray(answer) ? answer[0] : answer) as Record<string, unknown>;
}
