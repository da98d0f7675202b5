import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlphaloomError } from '../../../contracts/errors.ts';
import type { SubmittedOrder, Venue } from '../../../trading/venue.ts';
import {
  accepted,
  BROKEN_ANSWERS,
  type MakeVenue,
  order,
  quiet,
  referenceTo,
  SYMBOL,
  type VenueRequestName,
} from './scene.ts';

export function brokenSubmits(make: MakeVenue): void {
  for (const how of BROKEN_ANSWERS) {
    const hasActed = !how.endsWith('-before');
    test(`an order answered by ${how} is unknown; what became of it is found out by its id`, async t => {
      const scene = await make(t, how === 'stalled' ? { deadlineMs: 1_500 } : {});
      if (!scene.trouble) return t.skip('nothing can be broken');
      await scene.venue.market(SYMBOL);
      scene.trouble.breakNext('submit', how);
      const sent = order(scene);
      const outcome = await scene.venue.submit(sent);
      assert.deepEqual([outcome.kind, outcome.kind === 'unknown' && outcome.duplicate], ['unknown', false]);
      assert.equal(scene.trouble.acceptedOrders(), hasActed ? 1 : 0);
      const found = await scene.venue.lookUp(referenceTo(sent));
      assert.equal(found?.clientOrderId ?? null, hasActed ? sent.clientOrderId : null);
      assert.equal(scene.trouble.acceptedOrders(), hasActed ? 1 : 0);
    });
  }

  test('an answer about another order leaves the order unknown', async t => {
    const scene = await make(t);
    if (!scene.trouble) return t.skip('nothing can be broken');
    accepted(await scene.venue.submit(order(scene, { type: 'limit', price: '90' })));
    scene.trouble.confuseNext('submit');
    assert.deepEqual(await scene.venue.submit(order(scene)), {
      kind: 'unknown',
      code: 'ORDER_MISMATCH',
      duplicate: false,
    });
  });

  test('a query that lags says null, and finds the order later', async t => {
    const scene = await make(t);
    if (!scene.trouble) return t.skip('it does not lag');
    scene.trouble.lagQueries(900);
    const sent = order(scene);
    accepted(await scene.venue.submit(sent));
    assert.equal(await scene.venue.lookUp(referenceTo(sent)), null);
    await scene.bar(quiet);
    assert.equal((await scene.venue.lookUp(referenceTo(sent)))?.status, 'filled');
  });
}

export function brokenQuestions(make: MakeVenue): void {
  const questions: Readonly<
    Record<
      Exclude<VenueRequestName, 'submit' | 'cancel'>,
      (venue: Venue, sent: SubmittedOrder) => Promise<unknown>
    >
  > = {
    lookUp: (venue, sent) => venue.lookUp(referenceTo(sent)),
    openOrders: venue => venue.openOrders(SYMBOL),
    recentOrders: venue => venue.recentOrders(SYMBOL, 0),
    fills: venue => venue.fills(SYMBOL, 0),
    balances: venue => venue.balances(),
  };
  for (const [request, ask] of Object.entries(questions) as [
    keyof typeof questions,
    (typeof questions)['lookUp'],
  ][]) {
    test(`a broken answer to ${request} is an error, never "nothing there"`, async t => {
      const scene = await make(t);
      if (!scene.trouble) return t.skip('nothing can be broken');
      const sent = order(scene, { type: 'limit', price: '90' });
      await scene.venue.submit(sent);
      for (const how of [
        'cut',
        'truncated',
        'empty',
        'object',
        'html',
        'unavailable-before',
        'unnamed-status-before',
      ] as const) {
        scene.trouble.breakNext(request, how);
        await assert.rejects(ask(scene.venue, sent), error => {
          assert.ok(error instanceof AlphaloomError, `${how}: ${error}`);
          return ['VENUE_UNREACHABLE', 'VENUE_ANSWER_INVALID'].includes(error.code);
        });
      }
      await ask(scene.venue, sent);
    });
  }

  test('a look-up that is answered about another order is an error', async t => {
    const scene = await make(t);
    if (!scene.trouble) return t.skip('nothing can be broken');
    const sent = order(scene, { type: 'limit', price: '90' });
    await scene.venue.submit(order(scene, { type: 'limit', price: '91' }));
    await scene.venue.submit(sent);
    scene.trouble.confuseNext('lookUp');
    await assert.rejects(scene.venue.lookUp(referenceTo(sent)), { code: 'ORDER_MISMATCH' });
  });

  for (const how of ['cut', 'object', 'unavailable-after', 'unavailable-before'] as const) {
    test(`a cancel answered by ${how} is unknown, never "gone"`, async t => {
      const scene = await make(t);
      if (!scene.trouble) return t.skip('nothing can be broken');
      const sent = order(scene, { type: 'limit', price: '90' });
      await scene.venue.submit(sent);
      scene.trouble.breakNext('cancel', how);
      assert.equal((await scene.venue.cancel(referenceTo(sent))).kind, 'unknown');
      const status = (await scene.venue.lookUp(referenceTo(sent)))?.status;
      assert.equal(status, how === 'unavailable-before' ? 'open' : 'canceled');
    });
  }
}
