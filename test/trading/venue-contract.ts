import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, type TestContext, test } from 'node:test';
import { AlphaloomError } from '../../contracts/errors.ts';
import type {
  AttachedPlan,
  OrderReference,
  SubmitOutcome,
  SubmittedOrder,
  Venue,
} from '../../trading/venue.ts';
import type { PlainBar } from '../support/trading-exchange.ts';

/** What can be broken of a venue's answers. `…-before`: it has not acted; the others: it has. */
export const BROKEN_ANSWERS = [
  'cut',
  'truncated',
  'empty',
  'object',
  'html',
  'stalled',
  'reset-after',
  'unavailable-after',
  'unnamed-status-after',
  'reset-before',
  'unavailable-before',
  'unnamed-status-before',
  'rate-limited-before',
  'rate-limited-after',
] as const;
export type BrokenAnswer = (typeof BROKEN_ANSWERS)[number];

export type VenueRequestName =
  | 'submit'
  | 'lookUp'
  | 'cancel'
  | 'openOrders'
  | 'recentOrders'
  | 'fills'
  | 'balances';

/** What a venue that is spoken to over a wire lets a test do to it. */
export interface VenueTrouble {
  /** The next such request is answered so. */
  breakNext(request: VenueRequestName, how: BrokenAnswer): void;
  /** The next such request is answered about another order. */
  confuseNext(request: 'submit' | 'lookUp' | 'cancel'): void;
  /** The next trades come twice, or the newest first. */
  spoilFills(how: 'twice' | 'newest-first'): void;
  /** Orders that the venue has accepted, whoever was told so. */
  acceptedOrders(): number;
  /** So much is the venue's clock ahead of ours from now on. */
  skewClock(ms: number): void;
  revokeKey(): void;
  /** `closed`: listed, takes no orders. `delisted`: not listed any more. */
  setMarket(status: 'open' | 'closed' | 'delisted'): void;
  /** New orders are invisible to queries for so long. */
  lagQueries(ms: number): void;
}

/**
 * A venue with one market, BTCUSDT (tick 0.01, lot 0.00001, minimum 5 USDT) whose price is 100, and an account of 10,000 USDT (and 1 BTC
 * where it can hold coins that it did not buy).
 */
export interface VenueScene {
  readonly venue: Venue;
  readonly clock: { now(): number };
  /** Exits of entries, for venues that attach them. */
  readonly plan: AttachedPlan | null;
  /** The next bar passes: open, high, low, close, volume. */
  bar(bar: PlainBar): Promise<void>;
  /** null: it can't be broken (no wire). */
  readonly trouble: VenueTrouble | null;
}

/** @param setUp `takerShare`: of a bar's volume a taker gets so much at most; `deadlineMs`: for one request */
export type MakeVenue = (
  t: TestContext,
  setUp?: { readonly makerShare?: number; readonly deadlineMs?: number; readonly usdt?: string },
) => Promise<VenueScene>;

export const SYMBOL = 'BTCUSDT';

let made = 0;
/** An id as the ledger makes them. */
export function newClientId(): string {
  return createHash('sha256').update(`contract/${made++}`).digest('hex').slice(0, 32);
}

export function order(scene: VenueScene, changes: Partial<SubmittedOrder> = {}): SubmittedOrder {
  return {
    clientOrderId: newClientId(),
    symbol: SYMBOL,
    side: 'buy',
    type: 'market',
    quantity: '0.5',
    price: null,
    stopPrice: null,
    reduceOnly: false,
    sentAt: scene.clock.now(),
    plan: scene.plan,
    ...changes,
  };
}

export function referenceTo(
  { symbol, clientOrderId, type, sentAt }: SubmittedOrder,
  venueOrderId: string | null = null,
): OrderReference {
  return { symbol, clientOrderId, type, sentAt, venueOrderId };
}

export function accepted(outcome: SubmitOutcome) {
  assert.equal(outcome.kind, 'accepted', JSON.stringify(outcome));
  return outcome.kind === 'accepted' ? outcome.order : assert.fail();
}

/** One suite of behaviours for every `Venue`; what a venue can't do by its card, or without a wire, is left out. */
export function describeVenueContract(name: string, make: MakeVenue): void {
  describe(`venue contract: ${name}`, () => {
    acceptedOrders(make);
    stops(make);
    cancels(make);
    fills(make);
    exactDecimals(make);
    refusals(make);
    brokenSubmits(make);
    brokenQuestions(make);
  });
}

const quiet: PlainBar = [100, 100, 100, 100];

function acceptedOrders(make: MakeVenue): void {
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

function stops(make: MakeVenue): void {
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

function cancels(make: MakeVenue): void {
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

function fills(make: MakeVenue): void {
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

function exactDecimals(make: MakeVenue): void {
  test('amounts of eight decimals come back digit by digit', async t => {
    const scene = await make(t);
    const sent = order(scene, { type: 'limit', price: '91.23', quantity: '0.12345' });
    const taken = accepted(await scene.venue.submit(sent));
    assert.deepEqual([taken.quantity, taken.price], ['0.12345', '91.23']);
    if (scene.trouble === null) return;
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

function refusals(make: MakeVenue): void {
  const refused: readonly (readonly [string, Partial<SubmittedOrder>, string])[] = [
    ['more than the account has', { quantity: '500' }, 'insufficient-balance'],
    ['less than the minimum', { quantity: '0.00001' }, 'filter'],
    ['less than a lot', { quantity: '0.000001' }, 'filter'],
  ];
  for (const [what, changes, code] of refused) {
    test(`${what} is rejected for certain: ${code}`, async t => {
      const scene = await make(t);
      const outcome = await scene.venue.submit(order(scene, changes));
      assert.deepEqual([outcome.kind, outcome.kind === 'rejected' && outcome.code], ['rejected', code]);
    });
  }

  test('an account without money is told so', async t => {
    const scene = await make(t, { usdt: '0' });
    const outcome = await scene.venue.submit(order(scene));
    assert.deepEqual(
      [outcome.kind, outcome.kind === 'rejected' && outcome.code],
      ['rejected', 'insufficient-balance'],
    );
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

function brokenSubmits(make: MakeVenue): void {
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

function brokenQuestions(make: MakeVenue): void {
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
