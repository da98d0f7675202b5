import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { decodeTensors, encodeTensors } from '../../../models/reinforcement/tensor-file.ts';

const WEIGHTS = { 'actor.weight': Float32Array.of(1, -0, Number.NaN), ünï: new Float32Array(0) };

test('tensors come back as they were, wherever their bytes lie in memory', () => {
  const tensors = fc.dictionary(fc.string({ maxLength: 8 }), fc.float32Array({ maxLength: 20 }));
  fc.assert(
    fc.property(tensors, fc.nat(9), (given, offset) => {
      const bytes = encodeTensors(given);
      const elsewhere = Buffer.concat([Buffer.alloc(offset), bytes]).subarray(offset);
      const read = decodeTensors(elsewhere);
      assert.deepEqual(Object.keys(read).sort(), Object.keys(given).sort());
      for (const [name, values] of Object.entries(given)) assert.deepEqual(read[name], values);
    }),
  );
});

test('it is a safetensors file: a length, a header of JSON, then the numbers, aligned', () => {
  const bytes = encodeTensors(WEIGHTS);
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  assert.equal(length % 8, 0);
  assert.deepEqual(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))), {
    'actor.weight': { dtype: 'F32', shape: [3], data_offsets: [0, 12] },
    ünï: { dtype: 'F32', shape: [0], data_offsets: [12, 12] },
  });
  assert.equal(bytes.length, 8 + length + 12);
});

test('a file that is cut anywhere is refused', () => {
  const bytes = encodeTensors(WEIGHTS);
  for (let length = 0; length < bytes.length; length++)
    assert.throws(() => decodeTensors(bytes.subarray(0, length)), { code: 'ARTIFACT_CORRUPT' });
});

const HEADERS: Record<string, string> = {
  'no JSON': 'weights',
  'no object': '7',
  nothing: 'null',
  'another type': '{"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}',
  'another shape': '{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}',
  'numbers before the file': '{"w":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}',
  'numbers beyond the file': '{"w":{"dtype":"F32","shape":[9],"data_offsets":[0,36]}}',
  'a part of a number': '{"w":{"dtype":"F32","shape":[0.5],"data_offsets":[0.5,2.5]}}',
  'no place': '{"w":{"dtype":"F32","shape":[1]}}',
  'a tensor that is null': '{"w":null}',
  'a list for a tensor': '{"w":[]}',
};

for (const [what, header] of Object.entries(HEADERS)) {
  test(`a header is refused that has ${what}`, () => {
    const text = Buffer.from(header);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    assert.throws(() => decodeTensors(Buffer.concat([length, text, Buffer.alloc(8)])), {
      code: 'ARTIFACT_CORRUPT',
    });
  });
}

test('a length of more than the file is refused before anything is read', () => {
  const bytes = new Uint8Array(16).fill(255);
  assert.throws(() => decodeTensors(bytes), { code: 'ARTIFACT_CORRUPT' });
});
