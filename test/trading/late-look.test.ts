import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LedgerOrder } from '../../trading/ledger/records.ts';
import { createLateLook } from '../../trading/orders/late-look.ts';

const SECOND = 1_000;

/** A ledger whose accounts have news of these symbols. */
function lookOver(news: Readonly<Record<string, readonly string[]>>) {
  const changedOrders = (account: string) => news[account].map(symbol => ({ symbol }) as LedgerOrder);
  return createLateLook({ changedOrders });
}

test('late fills of many symbols are asked for a few at a time, and of each in turn', () => {
  const symbols = Array.from({ length: 34 }, (_, at) => `S${at}`);
  const look = lookOver({ all: symbols });
  const rounds = Array.from({ length: 18 }, (_, at) => look('all', 100 * SECOND + at * 2 * SECOND));
  assert.ok(rounds.every(({ length }) => length === 4));
  for (const [begin, end] of [
    [0, 9],
    [9, 18],
  ])
    assert.deepEqual(new Set(rounds.slice(begin, end).flat()), new Set(symbols));
});

test('few symbols are asked for every ten seconds, each account by itself', () => {
  const look = lookOver({ a: ['X', 'Y'], b: ['X'] });
  const asked = (account: string) =>
    Array.from({ length: 11 }, (_, at) => look(account, 100 * SECOND + at * 2 * SECOND).join());
  assert.deepEqual(asked('a'), ['X,Y', '', '', '', '', 'X,Y', '', '', '', '', 'X,Y']);
  assert.deepEqual(asked('b'), ['X', '', '', '', '', 'X', '', '', '', '', 'X']);
});

test('what has no news any more is not asked for, and is new when it has some again', () => {
  const news = { a: ['X'] as string[] };
  const look = lookOver(news);
  assert.deepEqual(look('a', 100 * SECOND), ['X']);
  news.a = [];
  assert.deepEqual(look('a', 102 * SECOND), []);
  news.a = ['X'];
  assert.deepEqual(look('a', 104 * SECOND), ['X']);
});
