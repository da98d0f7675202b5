import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accepted, type MakeVenue, order, quiet, referenceTo, SYMBOL } from './scene.ts';

export function acceptedOrders(make: MakeVenue): void {
  test('a market order is accepted, filled, and found again by its id', async t => {
    const scene = await make(t);
    const sent = order(scene);
    const taken = accepted(await scene.venue.submit(sent));
    assert.equal(taken.clientOrderId, sent.clientOrderId);
    assert.notEqual(taken.venueOrderId, '');
    await scene.bar(quiet);
    const found = await scene.venue.lookUp(referenceTo(sent, taken.venueOrderId));
    assert.deepEqual(
      [found?.clientOrderId, found?.status, found?.filled, found?.side, found?.type],
      [sent.clientOrderId, 'filled', '0.5', 'buy', 'market'],
    );
  });

  test('a limit order rests until its price comes', async t => {
    const scene = await make(t);
    const sent = order(scene, { type: 'limit', price: '98.5' });
    const taken = accepted(await scene.venue.submit(sent));
    assert.deepEqual([taken.status, taken.filled, taken.price], ['open', '0', '98.5']);
    assert.deepEqual(
      (await scene.venue.openOrders(SYMBOL)).map(({ clientOrderId }) => clientOrderId),
      [sent.clientOrderId],
    );
    await scene.bar(quiet);
    await scene.bar([100, 100, 98, 99]);
    assert.equal((await scene.venue.lookUp(referenceTo(sent)))?.status, 'filled');
    assert.deepEqual(await scene.venue.openOrders(SYMBOL), []);
  });

  test('an order that nobody made is not found', async t => {
    const scene = await make(t);
    assert.equal(await scene.venue.lookUp(referenceTo(order(scene))), null);
  });

  test('recent orders hold open and ended ones', async t => {
    const scene = await make(t);
    const since = scene.clock.now();
    const filled = order(scene);
    const resting = order(scene, { type: 'limit', price: '90' });
    await scene.venue.submit(filled);
    await scene.bar(quiet);
    await scene.venue.submit(resting);
    const recent = await scene.venue.recentOrders(SYMBOL, since);
    assert.deepEqual(
      recent.map(({ clientOrderId, status }) => [clientOrderId, status]),
      [
        [filled.clientOrderId, 'filled'],
        [resting.clientOrderId, 'open'],
      ],
    );
  });

  test('the quote has a bid under its ask, and a last price', async t => {
    const { venue } = await make(t);
    const quote = await venue.quote(SYMBOL);
    assert.ok(Number(quote.bid) <= Number(quote.ask), `${quote.bid} ${quote.ask}`);
    assert.equal(quote.last, '100');
  });

  test('the market has its steps as exact decimals', async t => {
    const market = await (await make(t)).venue.market(SYMBOL);
    assert.deepEqual([market.tick, market.lot, market.minNotional], ['0.01', '0.00001', '5']);
  });
}

export function stops(make: MakeVenue): void {
  test('a resting stop becomes an order of its own when its price is passed', async t => {
    const scene = await make(t);
    const { card } = scene.venue;
    if (card.stops === 'none' || card.exits === 'attached') return t.skip('the venue keeps no stops');
    const sent = order(scene, { side: 'sell', type: 'stop', stopPrice: '95', plan: null });
    const taken = accepted(await scene.venue.submit(sent));
    assert.deepEqual([taken.status, taken.type, taken.stopPrice], ['open', 'stop', '95']);
    assert.equal((await scene.venue.openOrders(SYMBOL))[0]?.clientOrderId, sent.clientOrderId);
    await scene.bar(quiet);
    await scene.bar([100, 100, 94, 94]);
    assert.equal((await scene.venue.lookUp(referenceTo(sent)))?.status, 'filled');
  });

  test('a resting stop locks what it would sell, where the card says so', async t => {
    const scene = await make(t);
    const { card } = scene.venue;
    if (!card.stopLocksBalance || card.exits === 'attached') return t.skip('its stops lock nothing');
    await scene.venue.submit(order(scene, { side: 'sell', type: 'stop', stopPrice: '95', quantity: '0.75' }));
    const base = (await scene.venue.balances()).find(({ currency }) => currency === 'BTC');
    assert.deepEqual([base?.free, base?.locked], ['0.25', '0.75']);
    const second = await scene.venue.submit(order(scene, { side: 'sell', quantity: '0.5' }));
    assert.deepEqual(
      [second.kind, second.kind === 'rejected' && second.code],
      ['rejected', 'insufficient-balance'],
    );
  });

  test('a stop beyond the price is refused as one that would trigger at once', async t => {
    const scene = await make(t);
    const { card } = scene.venue;
    if (card.stops !== 'market' || card.exits === 'attached') return t.skip('the venue keeps no such stops');
    const outcome = await scene.venue.submit(order(scene, { side: 'sell', type: 'stop', stopPrice: '101' }));
    assert.deepEqual(
      [outcome.kind, outcome.kind === 'rejected' && outcome.code],
      ['rejected', 'would-trigger'],
    );
  });
}

export function cancels(make: MakeVenue): void {
  test('a resting order is cancelled, and then there is nothing to cancel', async t => {
    const scene = await make(t);
    const sent = order(scene, { type: 'limit', price: '90' });
    const taken = accepted(await scene.venue.submit(sent));
    const reference = referenceTo(sent, taken.venueOrderId);
    assert.deepEqual(await scene.venue.cancel(reference), { kind: 'canceled' });
    assert.equal((await scene.venue.lookUp(reference))?.status, 'canceled');
    assert.deepEqual(await scene.venue.cancel(reference), { kind: 'gone' });
  });

  test('a fill that came before the cancel is told as gone, and found', async t => {
    const scene = await make(t);
    const sent = order(scene, { type: 'limit', price: '99' });
    await scene.venue.submit(sent);
    await scene.bar(quiet);
    await scene.bar([100, 100, 98, 99]);
    assert.deepEqual(await scene.venue.cancel(referenceTo(sent)), { kind: 'gone' });
    assert.equal((await scene.venue.lookUp(referenceTo(sent)))?.filled, '0.5');
  });

  test('a partly filled order that is cancelled keeps its fills', async t => {
    const scene = await make(t, { makerShare: 0.2 });
    if (scene.trouble === null) return t.skip('it fills orders whole');
    const sent = order(scene, { type: 'limit', price: '99', quantity: '1' });
    await scene.venue.submit(sent);
    await scene.bar(quiet);
    await scene.bar([100, 100, 98, 98.5, 2]);
    const partly = await scene.venue.lookUp(referenceTo(sent));
    assert.equal(partly?.status, 'open');
    const filled = Number(partly?.filled);
    assert.ok(filled > 0 && filled < 1, `${filled}`);
    assert.deepEqual(await scene.venue.cancel(referenceTo(sent)), { kind: 'canceled' });
    const ended = await scene.venue.lookUp(referenceTo(sent));
    assert.deepEqual([ended?.status, ended?.filled], ['canceled', partly?.filled]);
  });
}
