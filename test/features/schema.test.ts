import assert from 'node:assert/strict';
import test from 'node:test';
import { FEATURE_NAMES, featureDefinition } from '../../features/catalog.ts';
import { KERNELS } from '../../features/kernels/table.ts';
import { describeSchemaDifference, schemaHash } from '../../features/schema.ts';
import { FEATURE_SETS, resolveFeatures } from '../../features/sets.ts';

test('core15 has fifteen features of the catalog', () => {
  assert.equal(new Set(FEATURE_SETS.core15).size, 15);
  for (const name of FEATURE_SETS.core15) assert.ok(FEATURE_NAMES.includes(name));
});

test('every kernel serves a feature', () => {
  const used = new Set(FEATURE_NAMES.map(name => featureDefinition(name).kernel));
  assert.deepEqual([...used].sort(), Object.keys(KERNELS).sort());
});

test('a recipe selects by set or by name, in its own order', () => {
  assert.deepEqual(resolveFeatures({ set: 'core15', maxFillBars: 3 }), FEATURE_SETS.core15);
  assert.deepEqual(resolveFeatures({ names: ['roc_10', 'atr_14'], maxFillBars: 3 }), ['roc_10', 'atr_14']);
});

test('an unknown feature or set is refused with the nearest names', () => {
  assert.throws(() => resolveFeatures({ names: ['rsi14'], maxFillBars: 3 }), {
    code: 'FEATURE_UNKNOWN',
    message: /rsi_14/,
  });
  assert.throws(() => resolveFeatures({ names: ['Bollinger'], maxFillBars: 3 }), {
    code: 'FEATURE_UNKNOWN',
    message: /bollinger_upper_20_2/,
  });
  assert.throws(() => resolveFeatures({ set: 'core16', maxFillBars: 3 }), {
    code: 'FEATURE_UNKNOWN',
    message: /core15/,
  });
  assert.throws(() => resolveFeatures({ set: '__proto__', maxFillBars: 3 }), { code: 'FEATURE_UNKNOWN' });
  assert.throws(() => resolveFeatures({ names: ['x'.repeat(1e6)], maxFillBars: 3 }), {
    code: 'FEATURE_UNKNOWN',
  });
});

test('a feature named twice is refused', () => {
  assert.throws(() => resolveFeatures({ names: ['rsi_14', 'rsi_14'], maxFillBars: 3 }), {
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
