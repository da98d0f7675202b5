import assert from 'node:assert/strict';
import test from 'node:test';
import type { Recipe } from '../../contracts/recipe.ts';
import { CATALOG } from '../../features/catalog/index.ts';
import { schemaHash } from '../../features/schema.ts';
import { FEATURE_SETS, resolveFeatures } from '../../features/sets.ts';
import { warmUpBars } from '../../features/window.ts';
import { goldenBars, goldenCandles } from '../support/candles.ts';
import { computeFeatures } from '../support/features.ts';

const { wide, core15 } = FEATURE_SETS;
const resolve = (selection: object) =>
  resolveFeatures({ maxFillBars: 3, files: [], ...selection } as unknown as Recipe['features'], CATALOG);

test('wide has at least 114 features, core15 first, each once', () => {
  assert.ok(wide.length >= 114);
  assert.equal(new Set(wide).size, wide.length);
  assert.deepEqual(wide.slice(0, 15), core15);
});

test('wide has features of every family that needs nothing but bars', () => {
  const counts = new Map<string, number>();
  for (const { family } of resolve({ set: 'wide' })) counts.set(family, (counts.get(family) ?? 0) + 1);
  const enough = {
    trend: 10,
    momentum: 10,
    volatility: 10,
    volume: 8,
    'candle-shape': 8,
    statistics: 10,
    range: 8,
    calendar: 4,
    'longer-timeframe': 12,
  };
  assert.deepEqual(new Set(counts.keys()), new Set(Object.keys(enough)));
  for (const [family, least] of Object.entries(enough)) assert.ok(counts.get(family)! >= least, family);
});

test('wide forgets what lies 700 bars back', () => {
  assert.ok(warmUpBars(resolve({ set: 'wide' })) < 700);
});

test('wide needs no leader, wide-leader adds what a leader tells', () => {
  const { columns } = computeFeatures(goldenCandles(), wide, 'float32');
  assert.equal(columns.size, wide.length);
  const added = resolve({ set: 'wide-leader' }).slice(wide.length);
  assert.deepEqual(new Set(added.map(({ family }) => family)), new Set(['leader']));
  assert.throws(() => computeFeatures(goldenCandles(), FEATURE_SETS['wide-leader'], 'float32'), {
    code: 'FEATURE_INPUT_MISSING',
  });
});

test('after warm-up nothing of wide is missing in recorded bars, and nothing is constant', () => {
  const names = FEATURE_SETS['wide-leader'];
  const from = warmUpBars(resolve({ set: 'wide-leader' }));
  for (const [name, column] of computeFeatures(goldenBars(), names, 'float32').columns) {
    const rows = column.subarray(from);
    assert.ok(!rows.some(Number.isNaN), name);
    assert.ok(
      rows.some(value => value !== rows[0]),
      name,
    );
  }
});

test('a model that uses 93 of them asks for 93 by name, in its own order', () => {
  const names = wide.toReversed().slice(0, 93);
  const definitions = resolve({ names });
  assert.deepEqual(
    definitions.map(({ name }) => name),
    names,
  );
  const { columns } = computeFeatures(goldenCandles(), names, 'float32');
  assert.deepEqual([...columns.keys()], names);
  const all = computeFeatures(goldenCandles(), wide, 'float32').columns;
  for (const name of names) assert.deepEqual(columns.get(name), all.get(name), name);
  assert.notEqual(schemaHash(definitions), schemaHash(resolve({ names: names.toSorted() })));
});
