import assert from 'node:assert/strict';
import test from 'node:test';
import { decide } from '../../strategy/decide.ts';
import { LONG, SHORT } from './bars.ts';

const NO_TRADE = 1;
const NO_PREDICTION = -1;

test('a flat account follows the signal on a swap market', () => {
  assert.equal(decide(LONG, 'flat', 'swap'), 'enter-long');
  assert.equal(decide(SHORT, 'flat', 'swap'), 'enter-short');
});

test('on spot SHORT opens nothing and closes a long', () => {
  assert.equal(decide(SHORT, 'flat', 'spot'), 'nothing');
  assert.equal(decide(SHORT, 'long', 'spot'), 'close');
  assert.equal(decide(LONG, 'flat', 'spot'), 'enter-long');
});

test('NO_TRADE and a missing prediction wish nothing', () => {
  for (const market of ['spot', 'swap'] as const) {
    for (const holding of ['flat', 'long', 'short'] as const) {
      assert.equal(decide(NO_TRADE, holding, market), 'nothing');
      assert.equal(decide(NO_PREDICTION, holding, market), 'nothing');
    }
  }
});

test('on a swap market an open position is left to its levels, whatever the signal', () => {
  for (const signal of [SHORT, LONG]) {
    assert.equal(decide(signal, 'long', 'swap'), 'nothing');
    assert.equal(decide(signal, 'short', 'swap'), 'nothing');
  }
});
