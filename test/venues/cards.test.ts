import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { venueCard, venueCards } from '../../venues/cards/cards.ts';
import { loadExchange } from '../../venues/exchange-module.ts';

const ids = fc.stringMatching(/^[0-9a-f]{32}$/);

/** What each venue's documents allow as a client's id. */
const ALLOWED: Readonly<Record<string, RegExp>> = {
  binance: /^[a-zA-Z0-9\-_]{1,36}$/,
  'binance-usdm': /^[.A-Z:/a-z0-9_-]{1,36}$/,
  coinbase: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  kraken: /^[0-9a-f]{32}$/,
  bybit: /^[a-zA-Z0-9_-]{1,36}$/,
  okx: /^[a-zA-Z0-9]{1,32}$/,
};

for (const card of venueCards()) {
  test(`${card.name}: every id goes there and back, in a form that the venue takes`, () => {
    fc.assert(
      fc.property(ids, id => {
        const venueId = card.clientId.encode(id);
        assert.match(venueId, ALLOWED[card.name]);
        assert.equal(card.clientId.decode(venueId), id);
      }),
    );
  });

  test(`${card.name}: what is not one of our ids is never taken for one`, () => {
    fc.assert(
      fc.property(fc.string(), text => {
        const decoded = card.clientId.decode(text);
        if (decoded !== null) assert.equal(card.clientId.encode(decoded), text);
      }),
    );
    for (const foreign of ['', 'x-TKT5PX2F0123456789abcdef0123456', 'web_0123456789abcdef0123456789ab'])
      assert.equal(card.clientId.decode(foreign), null, foreign);
  });

  test(`${card.name}: two ids never become one`, () => {
    fc.assert(
      fc.property(ids, ids, (one, other) => {
        fc.pre(one !== other);
        assert.notEqual(card.clientId.encode(one), card.clientId.encode(other));
      }),
    );
  });

  test(`${card.name}: its exchange is there, and it is found by its name`, async () => {
    assert.equal((await loadExchange(card.name, card.exchange, {})).id, card.exchange);
    assert.equal(venueCard(card.name), card);
  });

  test(`${card.name}: no code is a rejection and "wait" or "maintenance" at once, save limits of orders`, () => {
    for (const [code, meaning] of Object.entries(card.meanings)) {
      if (meaning !== 'wait' && meaning !== 'maintenance') continue;
      assert.ok(['rate-limit', undefined].includes(card.rejections[code]), code);
    }
  });
}

test('a venue without a card has none', () => {
  assert.equal(venueCard('bitfinex'), null);
});
