import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AlphaloomError } from '../../../contracts/errors.ts';
import type { OrderReference, SubmittedOrder } from '../../../trading/venue.ts';
import { type Routes, recordedVenue } from './recorded-venue.ts';
import { binanceUsdmRecording } from './recordings/binance-usdm.ts';
import { bybitRecording } from './recordings/bybit.ts';
import { coinbaseRecording } from './recordings/coinbase.ts';
import { krakenRecording } from './recordings/kraken.ts';
import { okxRecording } from './recordings/okx.ts';
import { NOW, type StandingFill, type StandingOrder, type VenueRecording } from './recordings/recording.ts';

const OURS = '0123456789abcdef0123456789abcdef';
const OTHER = 'ffffffffffffffffffffffffffffffff';

for (const recording of [
  binanceUsdmRecording,
  bybitRecording,
  coinbaseRecording,
  krakenRecording,
  okxRecording,
])
  describe(`card ${recording.card.name}, on recorded answers`, () => {
    sending(recording);
    outcomes(recording);
    lookUps(recording);
    cancels(recording);
    listings(recording);
  });

function sending(recording: VenueRecording): void {
  for (const type of ['market', 'limit', 'stop'] as const) {
    test(`a ${type} order is sent once, and exactly so`, async () => {
      const { venue, sent, answer } = await make(recording);
      const venueClientId = recording.card.clientId.encode(OURS);
      answer(recording.taken({ venueOrderId: '77', venueClientId, type }));
      answer(recording.quote('59990', '60000', '59995'));
      const outcome = await venue.submit(order(recording, type));
      const { path, parameters } = recording.posts[type];
      assert.deepEqual(
        sent(path).map(request => request.parameters),
        [parameters(venueClientId)],
      );
      assert.equal(outcome.kind, 'accepted', JSON.stringify(outcome));
      if (outcome.kind !== 'accepted') return;
      assert.deepEqual(
        [outcome.order.venueOrderId, outcome.order.clientOrderId, outcome.order.type],
        ['77', OURS, type],
      );
    });
  }
}

function outcomes(recording: VenueRecording): void {
  const { card } = recording;
  for (const [what, refusal, code] of recording.refusals) {
    test(`${what} is rejected for certain: ${code}`, async () => {
      const { venue, answer } = await make(recording);
      answer(recording.refused('limit', refusal));
      const outcome = await venue.submit(order(recording, 'limit'));
      assert.deepEqual([outcome.kind, outcome.kind === 'rejected' && outcome.code], ['rejected', code]);
    });
  }

  test('a taken id is to be looked up', async t => {
    if (recording.duplicate === null) return t.skip('the venue answers with the first order');
    const { venue, answer } = await make(recording);
    answer(recording.refused('limit', recording.duplicate));
    const outcome = await venue.submit(order(recording, 'limit'));
    assert.deepEqual([outcome.kind, outcome.kind === 'unknown' && outcome.duplicate], ['unknown', true]);
  });

  test('what is not on the card leaves the order unknown, whatever the answer looks like', async () => {
    for (const body of [
      recording.undecided,
      { json: {} },
      { json: [] },
      { json: null },
      { status: 200, body: '' },
      { status: 200, body: '<html>' },
      { status: 502, body: '<html>' },
      { status: 429, body: '{}' },
      { status: 400, body: '{}' },
      { status: 524, body: 'error' },
    ]) {
      const { venue, answer } = await make(recording);
      answer(recording.refused('limit', body));
      const outcome = await venue.submit(order(recording, 'limit'));
      assert.deepEqual(
        [outcome.kind, outcome.kind === 'unknown' && outcome.duplicate],
        ['unknown', false],
        JSON.stringify(body),
      );
    }
  });

  test('an answer that names another id leaves the order unknown', async t => {
    if (!recording.echoesId) return t.skip('the venue’s answer names its own id alone');
    const { venue, answer } = await make(recording);
    answer(
      recording.taken({ venueOrderId: '77', venueClientId: card.clientId.encode(OTHER), type: 'limit' }),
    );
    assert.deepEqual(await venue.submit(order(recording, 'limit')), {
      kind: 'unknown',
      code: 'ORDER_MISMATCH',
      duplicate: false,
    });
  });

  test('refused credentials are said with what to do', async () => {
    const { venue, answer } = await make(recording);
    for (const path of recording.questionPaths.balances) answer({ [path]: recording.keysRefused });
    await assert.rejects(venue.balances(), { code: 'VENUE_KEYS_REFUSED', message: /revoked/ });
    answer(recording.refused('limit', recording.keysRefused));
    const outcome = await venue.submit(order(recording, 'limit'));
    assert.deepEqual([outcome.kind, outcome.kind === 'rejected' && outcome.code], ['rejected', 'permission']);
  });
}

function lookUps(recording: VenueRecording): void {
  const { card } = recording;
  for (const type of ['limit', 'stop'] as const) {
    test(`a ${type} order is found by its id`, async () => {
      const { venue, answer } = await make(recording);
      answer(recording.found(standing(recording, { type }), type));
      const found = await venue.lookUp(reference(recording, type));
      assert.deepEqual(
        [
          found?.venueOrderId,
          found?.clientOrderId,
          found?.type,
          found?.status,
          found?.quantity,
          found?.filled,
        ],
        ['77', OURS, type, 'open', '0.5', '0.2'],
      );
      assert.equal(type === 'stop' ? found?.stopPrice : found?.price, type === 'stop' ? '50000' : '60000');
    });

    test(`a ${type} order that the venue does not know is null`, async () => {
      const { venue, answer } = await make(recording);
      answer(recording.found(null, type));
      assert.equal(await venue.lookUp(reference(recording, type)), null);
    });
  }

  for (const status of ['filled', 'canceled'] as const) {
    test(`an order that is ${status} is told as such`, async () => {
      const { venue, answer } = await make(recording);
      const filled = status === 'filled' ? '0.5' : '0.2';
      answer(recording.found(standing(recording, { status, filled }), 'limit'));
      const found = await venue.lookUp(reference(recording, 'limit'));
      assert.deepEqual([found?.status, found?.filled], [status, filled]);
    });
  }

  test('an answer about another order is an error, or not taken for ours', async () => {
    const { venue, answer } = await make(recording);
    const venueClientId = card.clientId.encode(OTHER);
    answer(recording.found(standing(recording, { venueClientId }), 'limit'));
    if (card.findsByClientId) {
      await assert.rejects(venue.lookUp(reference(recording, 'limit')), { code: 'ORDER_MISMATCH' });
    } else {
      assert.equal(await venue.lookUp(reference(recording, 'limit')), null);
      const named = { ...reference(recording, 'limit'), venueOrderId: '77' };
      await assert.rejects(venue.lookUp(named), { code: 'ORDER_MISMATCH' });
    }
  });
}

function cancels(recording: VenueRecording): void {
  const { card } = recording;
  for (const type of ['limit', 'stop'] as const) {
    test(`a ${type} order is cancelled, or gone`, async () => {
      const { venue, answer } = await make(recording);
      const named = { ...reference(recording, type), venueOrderId: '77' };
      const venueClientId = card.clientId.encode(OURS);
      answer(recording.canceled({ venueOrderId: '77', venueClientId, type }));
      assert.deepEqual(await venue.cancel(named), { kind: 'canceled' });
      answer(recording.gone(type));
      assert.deepEqual(await venue.cancel(named), { kind: 'gone' });
    });
  }
}

function listings(recording: VenueRecording): void {
  const { card } = recording;

  test('open orders are those of all clients, stops included', async () => {
    const { venue, answer } = await make(recording);
    answer(
      recording.open([
        standing(recording, {}),
        standing(recording, {
          venueOrderId: '78',
          type: 'stop',
          filled: '0',
          venueClientId: card.clientId.encode(OTHER),
        }),
        standing(recording, { venueOrderId: '79', filled: '0', venueClientId: '' }),
      ]),
    );
    const open = await venue.openOrders(recording.symbol);
    assert.deepEqual(
      open.map(({ venueOrderId, clientOrderId, type }) => [venueOrderId, clientOrderId, type]).sort(),
      [
        ['77', OURS, 'limit'],
        ['78', OTHER, 'stop'],
        ['79', null, 'limit'],
      ],
    );
  });

  test('nothing open is believed where the venue sent a list of nothing', async () => {
    const { venue, answer } = await make(recording);
    answer(recording.open([]));
    assert.deepEqual(await venue.openOrders(recording.symbol), []);
  });

  test('trades of all pages come oldest first, with their fees, each once', async () => {
    const { venue, answer } = await make(recording);
    const first = fill({ tradeId: '11', time: NOW - 3_000 });
    const second = fill({ tradeId: '12', time: NOW - 2_000, isMaker: true });
    const third = fill({ tradeId: '13', time: NOW - 1_000, side: 'sell' });
    answer(recording.fills([[first, second], [third]]));
    const fills = await venue.fills(recording.symbol, NOW - 60_000);
    assert.deepEqual(
      fills.map(({ tradeId, side, price, quantity, isMaker, time }) => [
        tradeId,
        side,
        price,
        quantity,
        isMaker,
        time,
      ]),
      [
        ['11', 'buy', '60000.01', '0.00012345', false, NOW - 3_000],
        ['12', 'buy', '60000.01', '0.00012345', true, NOW - 2_000],
        ['13', 'sell', '60000.01', '0.00012345', false, NOW - 1_000],
      ],
    );
    assert.deepEqual(fills[0].fees, [{ amount: '0.00740741', currency: recording.feeCurrency }]);
  });

  test('no trades is believed where the venue sent a list of nothing', async () => {
    const { venue, answer } = await make(recording);
    answer(recording.fills([[]]));
    assert.deepEqual(await venue.fills(recording.symbol, NOW - 60_000), []);
  });

  test('balances are told digit by digit, free and locked', async () => {
    const { venue, answer } = await make(recording);
    answer(recording.balances([{ currency: 'BTC', free: '0.12345678', locked: '0.00000001' }]));
    assert.deepEqual(await venue.balances(), [{ currency: 'BTC', free: '0.12345678', locked: '0.00000001' }]);
  });

  test('the quote is bid, ask and last', async () => {
    const { venue, answer } = await make(recording);
    answer(recording.quote('59990', '60000', '59995'));
    const { bid, ask, last } = await venue.quote(recording.symbol);
    assert.deepEqual([bid, ask, last], ['59990', '60000', '59995']);
  });

  const questions = {
    lookUp: (venue: Awaited<ReturnType<typeof make>>['venue']) => venue.lookUp(reference(recording, 'limit')),
    openOrders: (venue: Awaited<ReturnType<typeof make>>['venue']) => venue.openOrders(recording.symbol),
    fills: (venue: Awaited<ReturnType<typeof make>>['venue']) => venue.fills(recording.symbol, NOW - 60_000),
    balances: (venue: Awaited<ReturnType<typeof make>>['venue']) => venue.balances(),
  };
  for (const [name, ask] of Object.entries(questions) as [
    keyof typeof questions,
    (typeof questions)['lookUp'],
  ][]) {
    test(`an answer to ${name} that is no list is an error, never "nothing there"`, async () => {
      for (const answer of [
        { json: {} },
        { json: null },
        { json: { data: {} } },
        { status: 200, body: '' },
        { status: 200, body: '[{"' },
        { status: 524, body: 'error' },
      ]) {
        const scene = await make(recording);
        for (const path of recording.questionPaths[name]) scene.answer({ [path]: answer });
        await assert.rejects(ask(scene.venue), error => {
          assert.ok(error instanceof AlphaloomError);
          return ['VENUE_ANSWER_INVALID', 'VENUE_UNREACHABLE'].includes(error.code);
        });
      }
    });
  }
}

function make({ card, credentials, basics }: VenueRecording) {
  return recordedVenue(card, credentials, NOW, basics as Routes);
}

function order({ symbol }: VenueRecording, type: SubmittedOrder['type']): SubmittedOrder {
  return {
    clientOrderId: OURS,
    symbol,
    side: type === 'stop' ? 'sell' : 'buy',
    type,
    quantity: '0.5',
    price: type === 'limit' ? '60000' : null,
    stopPrice: type === 'stop' ? '50000' : null,
    reduceOnly: false,
    sentAt: NOW,
    plan: null,
  };
}

function reference({ symbol }: VenueRecording, type: OrderReference['type']): OrderReference {
  return { symbol, clientOrderId: OURS, venueOrderId: null, type, sentAt: NOW };
}

function standing({ card }: VenueRecording, changes: Partial<StandingOrder>): StandingOrder {
  const type = changes.type ?? 'limit';
  return {
    venueOrderId: '77',
    venueClientId: card.clientId.encode(OURS),
    side: type === 'stop' ? 'sell' : 'buy',
    type,
    status: 'open',
    quantity: '0.5',
    filled: '0.2',
    price: type === 'limit' ? '60000' : null,
    stopPrice: type === 'stop' ? '50000' : null,
    ...changes,
  };
}

function fill(changes: Partial<StandingFill>): StandingFill {
  return {
    tradeId: '11',
    venueOrderId: '77',
    venueClientId: '',
    side: 'buy',
    price: '60000.01',
    quantity: '0.00012345',
    fee: '0.00740741',
    isMaker: false,
    time: NOW,
    ...changes,
  };
}
