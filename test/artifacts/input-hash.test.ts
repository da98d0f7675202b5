import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { canonicalJson, storableJson } from '../../artifacts/canonical-json.ts';
import { filesHash, inputHash } from '../../artifacts/input-hash.ts';
import type { Json } from '../../contracts/artifact.ts';

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;

test('keys are sorted, at every depth', () => {
  assert.equal(canonicalJson({ b: [{ z: 1, a: 'é' }], a: null }), '{"a":null,"b":[{"a":"é","z":1}]}');
});

test('canonical JSON reads back as the same value', () => {
  fc.assert(
    fc.property(json, value => {
      assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('the order of keys does not matter, anything else does', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), json), json, (inputs, other) => {
      const reversed = Object.fromEntries(Object.entries(inputs).reverse());
      assert.equal(inputHash('fit', reversed), inputHash('fit', inputs));
      assert.notEqual(inputHash('model', inputs), inputHash('fit', inputs));
      const isSame = canonicalJson(other) === canonicalJson(inputs);
      assert.equal(inputHash('fit', other) === inputHash('fit', inputs), isSame);
    }),
  );
});

test('a hash stays the same from release to release', () => {
  const inputs = { seed: 1, rate: 0.03, names: ['rsi', 'macd'], split: { test: 0.3 }, asOf: null };
  assert.equal(inputHash('fit', inputs), '736ae475e28f193d9fb3ecea66417c82e4644b63a3b3a2b4da000a66c14e7634');
});

for (const [what, value] of [
  ['NaN', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['undefined', undefined],
  ['a function', () => 1],
  ['a symbol', Symbol('s')],
  ['a bigint', 1n],
  ['a date', new Date(0)],
  ['a map', new Map()],
  ['a typed array', new Float32Array(1)],
] as const) {
  test(`${what} is refused, by its path`, () => {
    const inputs = { train: [{ rate: value }] } as unknown as Json;
    assert.throws(() => canonicalJson(inputs), {
      code: 'INTERNAL',
      details: { path: 'value.train[0].rate' },
    });
  });
}

test('a hole in an array is refused', () => {
  const holey: Json[] = [1];
  holey[2] = 3;
  assert.throws(() => canonicalJson(holey), { code: 'INTERNAL' });
});

test('a result may leave a key undefined, but not hold NaN', () => {
  assert.equal(storableJson({ a: undefined, b: [{ c: undefined, d: 1 }] }), '{"b":[{"d":1}]}');
  assert.throws(() => storableJson({ a: Number.NaN }), { code: 'INTERNAL' });
  assert.throws(() => storableJson([undefined]), { code: 'INTERNAL' });
});

test('the hash of files does not depend on their order', () => {
  const a = { name: 'a', bytes: 1, sha256: '0'.repeat(64) };
  const b = { name: 'b', bytes: 2, sha256: '1'.repeat(64) };
  assert.equal(filesHash([a, b]), filesHash([b, a]));
  assert.notEqual(filesHash([a, b]), filesHash([a, { ...b, name: 'c' }]));
});
