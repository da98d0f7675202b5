import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRota } from '../../trading/rota.ts';

const SECOND = 1_000;
const LATE = { atOnce: 4, everyMs: 10 * SECOND };

test('of many symbols a few have their turn at a time, and each in turn', () => {
  const symbols = Array.from({ length: 34 }, (_, at) => `S${at}`);
  const rota = createRota(LATE);
  const rounds = Array.from({ length: 18 }, (_, at) => rota('all', symbols, 100 * SECOND + at * 2 * SECOND));
  assert.ok(rounds.every(({ length }) => length === 4));
  for (const [begin, end] of [
    [0, 9],
    [9, 18],
  ])
    assert.deepEqual(new Set(rounds.slice(begin, end).flat()), new Set(symbols));
});

test('few symbols have it as often as they may, each account by itself', () => {
  const rota = createRota(LATE);
  const turns = (account: string, symbols: readonly string[]) =>
    Array.from({ length: 11 }, (_, at) => rota(account, symbols, 100 * SECOND + at * 2 * SECOND).join());
  assert.deepEqual(turns('a', ['X', 'Y']), ['X,Y', '', '', '', '', 'X,Y', '', '', '', '', 'X,Y']);
  assert.deepEqual(turns('b', ['X']), ['X', '', '', '', '', 'X', '', '', '', '', 'X']);
});

test('what wanted none for a while is new when it wants one again', () => {
  const rota = createRota(LATE);
  assert.deepEqual(rota('a', ['X'], 100 * SECOND), ['X']);
  assert.deepEqual(rota('a', [], 102 * SECOND), []);
  assert.deepEqual(rota('a', ['X'], 104 * SECOND), ['X']);
});
