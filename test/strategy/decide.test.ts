import assert from 'node:assert/strict';
import test from 'node:test';
import { onOppositeOf, respond } from '../../strategy/decide.ts';
import { LONG, policyOf, SHORT } from './bars.ts';

const NO_TRADE = 1;
const NO_PREDICTION = -1;

test('a flat account follows the signal on a swap market', () => {
  assert.equal(respond(LONG, 0, 'swap', 'hold'), 'open');
  assert.equal(respond(SHORT, 0, 'swap', 'hold'), 'open');
});

test('on spot SHORT opens nothing', () => {
  assert.equal(respond(SHORT, 0, 'spot', 'close'), 'nothing');
  assert.equal(respond(LONG, 0, 'spot', 'close'), 'open');
});

test('NO_TRADE and a missing prediction wish nothing', () => {
  for (const kind of ['spot', 'swap'] as const) {
    for (const held of [-1, 0, 1]) {
      for (const signal of [NO_TRADE, NO_PREDICTION])
        assert.equal(respond(signal, held, kind, 'reverse'), 'nothing');
    }
  }
});

test('a signal for what is held already wishes nothing', () => {
  assert.equal(respond(LONG, 1, 'swap', 'reverse'), 'nothing');
  assert.equal(respond(SHORT, -1, 'swap', 'reverse'), 'nothing');
});

test('the opposite signal does what the policy says: on spot it closes, on swaps nothing, unless told otherwise', () => {
  assert.equal(onOppositeOf(policyOf({}), 'spot'), 'close');
  assert.equal(onOppositeOf(policyOf({}), 'swap'), 'hold');
  assert.equal(onOppositeOf(policyOf({ onOpposite: 'reverse' }), 'swap'), 'reverse');
  assert.equal(respond(SHORT, 1, 'swap', 'hold'), 'nothing');
  assert.equal(respond(SHORT, 1, 'spot', 'close'), 'opposite');
  assert.equal(respond(LONG, -1, 'swap', 'reverse'), 'opposite');
});
