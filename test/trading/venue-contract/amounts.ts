import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accepted, type MakeVenue, order, quiet, referenceTo, SYMBOL } from './scene.ts';

export function fills(make: MakeVenue): void {
  test('fills add up to what the order says, with their fees', async t => {
    const scene = await make(t);
    const since = scene.clock.now();
    const sent = order(scene);
    await scene.venue.submit(sent);
    await scene.bar(quiet);
    const found = await scene.venue.lookUp(referenceTo(sent));
    const fills = await scene.venue.fills(SYMBOL, since);
    assert.ok(fills.length > 0);
    assert.equal(
      fills.reduce((sum, fill) => sum + Number(fill.quantity), 0),
      Number(found?.filled),
    );
    for (const fill of fills) {
      assert.ok(fill.clientOrderId === sent.clientOrderId || fill.venueOrderId === found?.venueOrderId);
      assert.deepEqual([fill.symbol, fill.side], [SYMBOL, 'buy']);
      assert.ok(fill.fees.every(({ amount, currency }) => Number(amount) >= 0 && currency !== ''));
    }
    assert.ok(fills.some(fill => fill.fees.length > 0));
  });

  test('fills are asked from a time on', async t => {
    const scene = await make(t);
    await scene.venue.submit(order(scene));
    await scene.bar(quiet);
    await scene.bar(quiet);
    assert.deepEqual(await scene.venue.fills(SYMBOL, scene.clock.now() + 1), []);
  });

  for (const how of ['twice', 'newest-first'] as const) {
    test(`trades that come ${how} are each told once, oldest first`, async t => {
      const scene = await make(t);
      if (!scene.trouble) return t.skip('nothing can be broken');
      const since = scene.clock.now();
      for (let count = 0; count < 3; count++) {
        await scene.venue.submit(order(scene, { quantity: '0.1' }));
        await scene.bar(quiet);
      }
      const whole = await scene.venue.fills(SYMBOL, since);
      scene.trouble.spoilFills(how);
      assert.deepEqual(await scene.venue.fills(SYMBOL, since), whole);
      assert.equal(whole.length, 3);
    });
  }
}

export function exactDecimals(make: MakeVenue): void {
  test('amounts of eight decimals come back digit by digit', async t => {
    const scene = await make(t);
    const sent = order(scene, { type: 'limit', price: '91.23', quantity: '0.12345' });
    const taken = accepted(await scene.venue.submit(sent));
    assert.deepEqual([taken.quantity, taken.price], ['0.12345', '91.23']);
    if (scene.trouble === null || scene.venue.card.kind !== 'spot') return;
    // 0.12345 × 91.23: a product of doubles would be 11.262343500000002.
    const quote = (await scene.venue.balances()).find(({ currency }) => currency === 'USDT');
    assert.deepEqual([quote?.free, quote?.locked], ['9988.7376565', '11.2623435']);
  });

  test('what is between steps goes to the safe side', async t => {
    const scene = await make(t);
    if (!scene.trouble) return t.skip('orders come on their steps');
    const bought = accepted(
      await scene.venue.submit(order(scene, { type: 'limit', price: '90.019', quantity: '0.123459' })),
    );
    assert.deepEqual([bought.price, bought.quantity], ['90.01', '0.12345']);
    const sold = accepted(
      await scene.venue.submit(
        order(scene, { side: 'sell', type: 'limit', price: '110.011', quantity: '0.5' }),
      ),
    );
    assert.equal(sold.price, '110.02');
  });
}
