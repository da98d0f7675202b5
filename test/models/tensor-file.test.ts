import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { AlphaloomError } from '../../contracts/errors.ts';
import {
  decodeTensors,
  encodeTensors,
  type TensorFileFault,
} from '../../models/nets/training/tensor-file.ts';

const TENSORS = [
  ['weight', { dims: [2, 3], values: Float32Array.of(1, -0, Number.NaN, 1e38, 1e-45, -2) }],
  ['empty', { dims: [0], values: new Float32Array(0) }],
  ['scalar', { dims: [], values: Float32Array.of(7) }],
] as const;

test('tensors come back bit by bit, with their names, shapes and metadata', () => {
  const bytes = encodeTensors(TENSORS, { estimator: 'gru' });
  const { tensors, metadata } = decodeTensors(bytes, 'x');
  assert.deepEqual([...tensors], TENSORS);
  assert.deepEqual(metadata, { estimator: 'gru' });
  assert.deepEqual(encodeTensors(tensors, metadata), bytes);
});

test('the header is as the format says', () => {
  const bytes = Buffer.from(encodeTensors(TENSORS, {}));
  const length = Number(bytes.readBigUInt64LE());
  assert.equal(length % 8, 0);
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
  assert.deepEqual(header.weight, { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] });
  assert.equal(bytes.length, 8 + length + 28);
});

const entry = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
const HOSTILE: Readonly<Record<TensorFileFault, readonly Buffer[]>> = {
  'too-short': [Buffer.alloc(0), Buffer.alloc(7)],
  'header-length': [lengthOnly(1n), lengthOnly(2n ** 63n), lengthOnly(100_000_001n)],
  'header-json': [raw('{'), raw('[]'), raw('null'), raw('')],
  metadata: [file({ __metadata__: { a: 1 } }, 0), file({ __metadata__: [] }, 0)],
  entry: [file({ a: null }, 8), file({ a: [1] }, 8), file({ a: 'F32' }, 8)],
  type: [file({ a: { ...entry, dtype: 'F64' } }, 8), file({ a: { shape: [2], data_offsets: [0, 8] } }, 8)],
  shape: [
    file({ a: { ...entry, shape: [3] } }, 8),
    file({ a: { ...entry, shape: [-2] } }, 8),
    file({ a: { ...entry, shape: [1.5] } }, 8),
    file({ a: { ...entry, shape: [2 ** 40, 2 ** 40] } }, 8),
    file({ a: { ...entry, shape: '2' } }, 8),
  ],
  offsets: [
    file({ a: { ...entry, data_offsets: [8, 0] } }, 8),
    file({ a: { ...entry, data_offsets: [4, 12] } }, 12),
    file({ a: { ...entry, data_offsets: [0] } }, 8),
    file({ a: entry, b: entry }, 8),
    file({ a: entry, b: { ...entry, data_offsets: [4, 12] } }, 12),
  ],
  'data-length': [file({ a: entry }, 4), file({ a: entry }, 12), file({}, 1)],
};

for (const [fault, files] of Object.entries(HOSTILE)) {
  test(`a file whose fault is ${fault} is refused with it`, () => {
    for (const bytes of files) {
      assert.throws(() => decodeTensors(bytes, 'x.safetensors'), {
        code: 'ARTIFACT_CORRUPT',
        message: /^x\.safetensors is no sound file of tensors/,
        details: { origin: 'x.safetensors', fault },
      });
    }
  });
}

test('whatever bytes it is given, it answers or refuses with one of its faults', () => {
  const sound = Buffer.from(encodeTensors(TENSORS, { a: 'b' }));
  const faults = new Set(Object.keys(HOSTILE));
  const damaged = fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { maxLength: 4 }).map(changes => {
    const bytes = Buffer.from(sound);
    for (const [at, value] of changes) bytes[at] = value;
    return bytes;
  });
  fc.assert(
    fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 64 })), bytes => {
      try {
        decodeTensors(bytes, 'x');
      } catch (error) {
        assert.ok(error instanceof AlphaloomError && faults.has(String(error.details.fault)));
      }
    }),
  );
});

function lengthOnly(length: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(length);
  return bytes;
}

function raw(header: string, dataBytes = 0): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  return Buffer.concat([length, Buffer.from(header), Buffer.alloc(dataBytes)]);
}

function file(header: unknown, dataBytes: number): Buffer {
  return raw(JSON.stringify(header), dataBytes);
}
