import assert from 'node:assert/strict';
import test from 'node:test';
import type { VenueOrder } from '../../../trading/venue.ts';
import { ACCOUNT, desk, fill, START, sentEntry } from './fixtures.ts';

const holdings = { cash: 10_000, positions: {} };

test('the paper book is written by compare-and-set, its fills once, its orders by their newest word', async t => {
  const at = await desk(t, { mode: 'paper' });
  const { paper } = at.ledger;
  assert.equal(paper.read(ACCOUNT), null);
  const order = await sentEntry(at);
  const made: VenueOrder = {
    venueOrderId: 'p1',
    clientOrderId: order.clientOrderId,
    symbol: 'BTCUSDT',
    side: 'buy',
    type: 'market',
    status: 'open',
    quantity: '1',
    filled: '0',
    price: null,
    stopPrice: null,
    time: START,
  };
  const first = { state: { bar: 1 }, revision: 0, holdings, fills: [], orders: [made] };
  await paper.write(at.lease, ACCOUNT, first);
  await assert.rejects(paper.write(at.lease, ACCOUNT, first), { code: 'STORE_BUSY' });
  const filled = fill(order, { time: START + 5 });
  const second = {
    state: { bar: 2 },
    revision: 1,
    holdings,
    fills: [filled, filled],
    orders: [{ ...made, status: 'filled' as const }],
  };
  await paper.write(at.lease, ACCOUNT, second);
  assert.deepEqual(paper.read(ACCOUNT), { state: { bar: 2 }, revision: 2 });
  assert.deepEqual(paper.fills(ACCOUNT, 'BTCUSDT', START), [filled]);
  assert.deepEqual(paper.fills(ACCOUNT, 'BTCUSDT', START + 6), []);
  assert.equal(paper.order(ACCOUNT, order.clientOrderId)?.status, 'filled');
  assert.equal(paper.orders(ACCOUNT, null, 0).length, 1);
  assert.deepEqual(paper.orders(ACCOUNT, 'ETHUSDT', 0), []);
  assert.equal(paper.order(ACCOUNT, 'another'), null);
});
