import assert from 'node:assert/strict';
import test from 'node:test';
import type { Recipe } from '../../contracts/recipe.ts';
import { CATALOG } from '../../features/catalog/index.ts';
import * as schema from '../../features/schema.ts';
import { FEATURE_SETS, resolveFeatures } from '../../features/sets.ts';
import { definitionsOf } from '../support/features.ts';

const { describeSchemaDifference } = schema;
const schemaHash = (names: readonly string[]) => schema.schemaHash(definitionsOf(names));
const resolve = (selection: object) =>
  resolveFeatures({ maxFillBars: 3, files: [], ...selection } as unknown as Recipe['features'], CATALOG).map(
    ({ name }) => name,
  );

test('core15 has fifteen features of the catalog', () => {
  assert.equal(new Set(FEATURE_SETS.core15).size, 15);
  for (const name of FEATURE_SETS.core15) assert.ok(CATALOG.has(name));
});

test('a kernel’s name stands for one kernel, and its outputs are real', () => {
  const kernels = new Map<string, unknown>();
  for (const { name, kernel, output } of CATALOG.definitions) {
    assert.equal(kernels.get(kernel.name) ?? kernel, kernel, kernel.name);
    kernels.set(kernel.name, kernel);
    assert.ok(kernel.outputs.includes(output), name);
  }
});

test('a recipe selects by family, in the catalog’s order', () => {
  const volume = CATALOG.definitions.filter(({ family }) => family === 'volume');
  assert.deepEqual(
    resolve({ families: ['volume'] }),
    volume.map(({ name }) => name),
  );
  assert.throws(() => resolve({ families: ['momentun'] }), { code: 'FEATURE_UNKNOWN', message: /momentum/ });
});

test('a recipe selects by set or by name, in its own order', () => {
  assert.deepEqual(resolve({ set: 'core15' }), FEATURE_SETS.core15);
  assert.deepEqual(resolve({ names: ['roc_10', 'atr_14'] }), ['roc_10', 'atr_14']);
});

test('an unknown feature or set is refused with the nearest names', () => {
  assert.throws(() => resolve({ names: ['rsi14'] }), {
    code: 'FEATURE_UNKNOWN',
    message: /rsi_14/,
  });
  assert.throws(() => resolve({ names: ['Bollinger'] }), {
    code: 'FEATURE_UNKNOWN',
    message: /bollinger_upper_20_2/,
  });
  assert.throws(() => resolve({ set: 'core16' }), {
    code: 'FEATURE_UNKNOWN',
    message: /core15/,
  });
  assert.throws(() => resolve({ set: '__proto__' }), { code: 'FEATURE_UNKNOWN' });
  assert.throws(() => resolve({ names: ['x'.repeat(1e6)] }), {
    code: 'FEATURE_UNKNOWN',
  });
});

test('a feature named twice is refused', () => {
  assert.throws(() => resolve({ names: ['rsi_14', 'rsi_14'] }), {
    code: 'RECIPE_INVALID',
  });
});

test('the schema hash depends on names and their order', () => {
  const hash = schemaHash(['rsi_14', 'atr_14']);
  assert.match(hash, /^[0-9a-f]{64}$/);
  assert.equal(schemaHash(['rsi_14', 'atr_14']), hash);
  assert.notEqual(schemaHash(['atr_14', 'rsi_14']), hash);
  assert.notEqual(schemaHash(['rsi_14']), hash);
});

test('the schema hash of core15 is fixed: it changes only with a formula version', () => {
  assert.equal(
    schemaHash(FEATURE_SETS.core15),
    'cb812667766224f270f426c9a9dd36adca53fa680d8c10dd913ece12ad24ccfc',
  );
});

test('the difference of two schemas names what is missing, added, or moved', () => {
  assert.match(describeSchemaDifference(['a', 'b'], ['b', 'c']), /has a, .*offers c/);
  assert.match(describeSchemaDifference(['a', 'b'], ['b', 'a']), /order .*column 1.*a in the model, b/);
  assert.match(describeSchemaDifference(['a'], ['a']), /version or the parameters/);
  assert.match(describeSchemaDifference(['a', 'a'], ['a']), /2 columns, the engine 1/);
});
