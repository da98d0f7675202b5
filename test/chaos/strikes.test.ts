import assert from 'node:assert/strict';
import test from 'node:test';
import { BOUNDARIES, planStrikes } from '../../bench/chaos/strikes.ts';

test('the same seed plans the same strikes, another seed others', () => {
  assert.deepEqual(planStrikes(50, 3), planStrikes(50, 3));
  assert.notDeepEqual(planStrikes(50, 3), planStrikes(50, 4));
});

test('of ten strikes six hit the worker, two the server and two the exchange', () => {
  const targets = Map.groupBy(planStrikes(200, 1), ({ target }) => target);
  assert.deepEqual([...targets].map(([target, strikes]) => [target, strikes.length]).sort(), [
    ['exchange', 40],
    ['temporal', 40],
    ['worker', 120],
  ]);
});

test('two hundred strikes come to every boundary, each once before one comes twice', () => {
  const named = planStrikes(200, 1).flatMap(({ boundary }) => boundary ?? []);
  assert.equal(named.length, 80);
  assert.deepEqual(new Set(named.slice(0, BOUNDARIES.length)), new Set(BOUNDARIES));
  assert.ok(named.slice(0, 10).join() !== BOUNDARIES.slice(0, 10).join(), 'in an order that is drawn');
});

test('who is frozen is frozen for longer than any timeout of a trading step', () => {
  const frozen = planStrikes(200, 1).filter(({ way }) => way === 'freeze');
  assert.ok(frozen.length > 10);
  assert.ok(frozen.every(({ awayMs }) => awayMs > 10_000));
});
