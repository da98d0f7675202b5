import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { decodeModel, encodeModel } from '../../models/onnx/schema.ts';

test('integers of 64 bits come back as they were, negative ones and long ones too', () => {
  const integer = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.constantFrom(0, -1, 2 ** 62, -(2 ** 63)));
  fc.assert(
    fc.property(fc.array(integer), integer, (ints, i) => {
      const bytes = encodeModel({ graph: { node: [{ attribute: [{ name: 'axes', ints, i }] }] } });
      const [attribute] = decodeModel(bytes).graph!.node![0].attribute!;
      assert.deepEqual([attribute.ints, attribute.i], [ints, i]);
    }),
  );
});

test('floats, doubles, texts and raw bytes come back as they were', () => {
  const tensor = { dims: [2], dataType: 11, doubleData: [0.1, -Infinity], rawData: Uint8Array.of(1, 2, 255) };
  const bytes = encodeModel({
    producerName: 'größe',
    graph: { initializer: [tensor], node: [{ attribute: [{ floats: [0.5, 3], strings: ['LEAF', ''] }] }] },
  });
  const { producerName, graph } = decodeModel(bytes);
  assert.equal(producerName, 'größe');
  assert.deepEqual(graph!.initializer![0].doubleData, tensor.doubleData);
  assert.deepEqual([...graph!.initializer![0].rawData!], [1, 2, 255]);
  assert.deepEqual(graph!.node![0].attribute![0].floats, [0.5, 3]);
  assert.deepEqual(graph!.node![0].attribute![0].strings, ['LEAF', '']);
});

test('fields that are absent are undefined, not their format’s default', () => {
  const model = decodeModel(encodeModel({ graph: { initializer: [{ name: 'w' }] } }));
  assert.equal(model.irVersion, undefined);
  assert.equal(model.graph!.initializer![0].rawData, undefined);
  assert.equal(model.graph!.initializer![0].dataLocation, undefined);
});

test('numbers that a foreign writer did not pack are read too', () => {
  // attribute.ints (field 8) as two separate varints, in a node in a graph
  const attribute = [0x40, 5, 0x40, 6];
  const node = [0x2a, attribute.length, ...attribute];
  const graph = [0x0a, node.length, ...node];
  const model = decodeModel(Uint8Array.from([0x3a, graph.length, ...graph]));
  assert.deepEqual(model.graph!.node![0].attribute![0].ints, [5, 6]);
});
