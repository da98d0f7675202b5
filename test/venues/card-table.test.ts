import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { venueCards } from '../../venues/cards/cards.ts';

const PAGE = readFileSync(new URL('../../docs/venues.md', import.meta.url), 'utf8');
const TESTED = { loopback: 'loopback exchange', recordings: 'written answers', engine: 'engine' };

test('the table of cards says of each what its card says', () => {
  for (const card of venueCards()) {
    const row = PAGE.split('\n').find(line => line.startsWith(`| \`${card.name}\` |`));
    assert.ok(row, `${card.name} has no row`);
    const cells = row.split('|').map(cell => cell.replaceAll('*', '').trim());
    const [, , kind, tested, , lookUp, unique, expiry, stops, locks] = cells;
    assert.ok(kind.startsWith(card.kind), kind);
    assert.equal(tested, TESTED[card.testedAgainst]);
    assert.equal(lookUp.startsWith('yes'), card.findsByClientId, lookUp);
    assert.equal(unique, card.idsUnique === 'open' ? 'among open orders' : card.idsUnique);
    const expected = card.requestExpiryMs === null ? 'never' : `${card.requestExpiryMs / 1_000} s`;
    assert.ok(expiry.startsWith(expected), expiry);
    assert.ok(stops.startsWith(card.stops), stops);
    assert.equal(locks, card.stopLocksBalance ? 'yes' : 'no');
  }
});
