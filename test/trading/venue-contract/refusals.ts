import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlphaloomError } from '../../../contracts/errors.ts';
import type { SubmittedOrder } from '../../../trading/venue.ts';
import { accepted, type MakeVenue, order, quiet, referenceTo, SYMBOL, type VenueScene } from './scene.ts';

export function refusals(make: MakeVenue): void {
  const refused: readonly (readonly [string, Partial<SubmittedOrder>, string, number])[] = [
    ['more than the account has', { quantity: '500' }, 'insufficient-balance', 100],
    ['less than the minimum', { quantity: '0.00001' }, 'filter', 0],
    ['less than a lot', { quantity: '0.000001' }, 'filter', 0],
  ];
  for (const [what, changes, code, possible] of refused) {
    test(`${what} is rejected for certain, or fills as far as it can: ${code}`, async t => {
      const scene = await make(t);
      await assertRefused(scene, order(scene, changes), code, possible);
    });
  }

  test('an account without money is told so', async t => {
    const scene = await make(t, { usdt: '0' });
    await assertRefused(scene, order(scene), 'insufficient-balance', 0);
    const quote = (await scene.venue.balances()).find(({ currency }) => currency === 'USDT');
    assert.equal(quote?.free ?? '0', '0');
  });

  test('an id that rests already makes no second order: it is to be looked up', async t => {
    const scene = await make(t);
    if (scene.venue.card.idsUnique === 'none') return t.skip('the venue does not check ids');
    const sent = order(scene, { type: 'limit', price: '90' });
    accepted(await scene.venue.submit(sent));
    const second = await scene.venue.submit(sent);
    assert.deepEqual([second.kind, second.kind === 'unknown' && second.duplicate], ['unknown', true]);
    assert.equal((await scene.venue.openOrders(SYMBOL)).length, 1);
  });

  test('a request that arrives after its time is void', async t => {
    const scene = await make(t);
    const { requestExpiryMs } = scene.venue.card;
    if (!scene.trouble || requestExpiryMs === null) return t.skip('its requests have no end');
    const late = order(scene, { sentAt: scene.clock.now() - requestExpiryMs - 1 });
    const outcome = await scene.venue.submit(late);
    assert.deepEqual(
      [outcome.kind, outcome.kind === 'rejected' && outcome.code],
      ['rejected', 'expired-request'],
    );
    assert.equal(scene.trouble.acceptedOrders(), 0);
  });

  test('a clock that went off is said, and measured anew', async t => {
    const scene = await make(t);
    if (!scene.trouble) return t.skip('it has no clock of its own');
    await scene.venue.balances();
    scene.trouble.skewClock(60_000);
    await assert.rejects(scene.venue.balances(), { code: 'VENUE_CLOCK_OFF' });
    await scene.venue.balances();
    assert.equal(scene.venue.clockOffsetMs, 60_000);
  });

  test('a revoked key is said with what to do, of questions and of orders', async t => {
    const scene = await make(t);
    if (!scene.trouble) return t.skip('it has no keys');
    await scene.venue.balances();
    scene.trouble.revokeKey();
    await assert.rejects(scene.venue.balances(), { code: 'VENUE_KEYS_REFUSED', message: /revoked/ });
    await assert.rejects(scene.venue.openOrders(SYMBOL), { code: 'VENUE_KEYS_REFUSED' });
    const outcome = await scene.venue.submit(order(scene));
    assert.deepEqual([outcome.kind, outcome.kind === 'rejected' && outcome.code], ['rejected', 'permission']);
    assert.deepEqual(await scene.venue.cancel(referenceTo(order(scene))), {
      kind: 'unknown',
      code: 'VENUE_KEYS_REFUSED',
    });
  });

  test('a closed market refuses orders', async t => {
    const scene = await make(t);
    if (!scene.trouble) return t.skip('its markets do not close');
    scene.trouble.setMarket('closed');
    const outcome = await scene.venue.submit(order(scene));
    assert.deepEqual(
      [outcome.kind, outcome.kind === 'rejected' && outcome.code],
      ['rejected', 'symbol-closed'],
    );
    assert.equal((await scene.venue.market(SYMBOL)).active, false);
  });

  test('a delisted market is said to be unknown, never to be empty', async t => {
    const scene = await make(t);
    if (!scene.trouble) return t.skip('its markets stay');
    await scene.venue.market(SYMBOL);
    scene.trouble.setMarket('delisted');
    const outcome = await scene.venue.submit(order(scene));
    assert.deepEqual(
      [outcome.kind, outcome.kind === 'rejected' && outcome.code],
      ['rejected', 'symbol-closed'],
    );
    await assert.rejects(scene.venue.openOrders(SYMBOL), error => {
      assert.ok(error instanceof AlphaloomError);
      return ['SYMBOL_UNKNOWN', 'VENUE_ANSWER_INVALID'].includes(error.code);
    });
  });
}

/** A matching engine that plays bars knows only at the next one what an order can be: it ends there with what was possible. */
async function assertRefused(
  scene: VenueScene,
  sent: SubmittedOrder,
  code: string,
  possible: number,
): Promise<void> {
  const outcome = await scene.venue.submit(sent);
  if (scene.venue.card.exits === 'legs') {
    assert.deepEqual([outcome.kind, outcome.kind === 'rejected' && outcome.code], ['rejected', code]);
    return;
  }
  await scene.bar(quiet);
  const ended = await scene.venue.lookUp(referenceTo(sent));
  assert.equal(ended?.status, 'expired');
  assert.ok(Number(ended?.filled) <= possible, ended?.filled);
}
