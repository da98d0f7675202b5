import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRota } from '../../trading/rota.ts';

const SECOND = 1_000;
const START = 100 * SECOND;
const PASS = 2 * SECOND;
const EVERY = 10 * SECOND;

test('of many symbols a few have their turn at a time, and each in turn', () => {
  const symbols = Array.from({ length: 34 }, (_, at) => `S${at}`);
  const rota = createRota(EVERY);
  const rounds = Array.from({ length: 18 }, (_, at) => rota.next('all', symbols, 4, START + at * PASS));
  assert.ok(rounds.every(({ length }) => length === 4));
  for (const [begin, end] of [
    [0, 9],
    [9, 18],
  ])
    assert.deepEqual(new Set(rounds.slice(begin, end).flat()), new Set(symbols));
});

test('few symbols have it as often as they may, each account by itself', () => {
  const rota = createRota(EVERY);
  const turns = (account: string, symbols: readonly string[]) =>
    Array.from({ length: 11 }, (_, at) => rota.next(account, symbols, 4, START + at * PASS).join());
  assert.deepEqual(turns('a', ['X', 'Y']), ['X,Y', '', '', '', '', 'X,Y', '', '', '', '', 'X,Y']);
  assert.deepEqual(turns('b', ['X']), ['X', '', '', '', '', 'X', '', '', '', '', 'X']);
});

test('what wanted none for a while is new when it wants one again', () => {
  const rota = createRota(EVERY);
  const next = (symbols: readonly string[], now: number) => rota.next('a', symbols, 4, now);
  assert.deepEqual(next(['X'], START), ['X']);
  assert.deepEqual(next([], START + PASS), []);
  assert.deepEqual(next(['X'], START + 2 * PASS), ['X']);
});

test('a clock that was an hour ahead keeps nobody from its turn', () => {
  const rota = createRota(EVERY);
  const next = (now: number) => rota.next('a', ['X'], 4, now);
  assert.deepEqual(next(START + 3_600 * SECOND), ['X']);
  assert.deepEqual(next(START), ['X']);
  assert.deepEqual(next(START + PASS), []);
  assert.deepEqual(next(START + EVERY), ['X']);
});

test('a turn that is given back comes again, after those who wait longer', () => {
  const rota = createRota(EVERY);
  const next = (now: number) => rota.next('a', ['X', 'Y', 'Z'], 1, now);
  assert.deepEqual(next(START), ['X']);
  rota.giveBack('a', 'X');
  rota.giveBack('a', 'unknown');
  rota.giveBack('unknown', 'X');
  const rounds = [1, 2, 3, 4].map(pass => next(START + pass * PASS)[0]);
  assert.deepEqual(rounds, ['Y', 'Z', 'X', undefined]);
});
