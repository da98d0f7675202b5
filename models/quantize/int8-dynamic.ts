import { ATTRIBUTE_TYPE, DATA_TYPE, type ModelProto, type NodeProto } from '../onnx/messages.ts';
import { float32Tensor, uint8Tensor } from '../onnx/tensor-values.ts';
import { replaceWeights } from './graph-rewrite.ts';
import { storeInt8, storeWeights } from './stored-weights.ts';
import { asUint8, quantizeSymmetric, UINT8_ZERO } from './symmetric-int8.ts';
import { findWeights, isPlainProduct, isTransposed, type StoredWeight, type Weight } from './weights.ts';

const MICROSOFT = 'com.microsoft';
/** DynamicQuantizeLinear came with it. */
export const DYNAMIC_OPSET = 11;

/**
 * Dense and LSTM layers in integer arithmetic, with a scale of the activations that is measured at each run; other layers
 * have int8 weights. The scale spans the batch, so such a model is run row by row. Weights are unsigned: signed ones
 * overflow in the older processors' integer instructions, and a model must answer the same everywhere.
 */
export function int8Dynamic(model: ModelProto): ModelProto | null {
  const weights = new Map(findWeights(model.graph!).map(weight => [weight.tensor.name, weight]));
  const rewrite = (node: NodeProto): StoredWeight | null => {
    const [first, second] = [1, 2].map(position => weights.get(node.input?.[position] ?? ''));
    if (node.domain || !first) return null;
    if (node.opType === 'LSTM') return second && isPlainLstm(node) ? dynamicLstm(node, first, second) : null;
    return isPlainProduct(node, first) ? dynamicProduct(node, first) : null;
  };
  const { model: rewritten, replaced } = replaceWeights(model, [...weights.keys()], rewrite);
  const others = [...weights.values()].filter(({ tensor }) => !replaced.has(tensor.name));
  if (replaced.size === 0) return null;
  const stored = storeWeights(rewritten, others, storeInt8) ?? rewritten;
  const usesLstm = stored.graph!.node!.some(({ domain }) => domain === MICROSOFT);
  return usesLstm
    ? { ...stored, opsetImport: [...(stored.opsetImport ?? []), { domain: MICROSOFT, version: 1 }] }
    : stored;
}

/** x · w + b, the product in integers: (x − zero) (w − 128) · scale of x · scale of w's column. */
function dynamicProduct(node: NodeProto, weight: Weight): StoredWeight {
  const name = weight.tensor.name;
  const [out] = node.output!;
  const bias = node.opType === 'Gemm' ? node.input![2] : undefined;
  const [int8, scale, zero] = [`${name}/uint8`, `${name}/scale`, `${name}/zero`];
  const part = (what: string): string => `${out}/${what}`;
  const [rows, columns] = isTransposed(node) ? [...weight.tensor.dims].reverse() : weight.tensor.dims;
  const { values, scales } = quantizeSymmetric(weight);
  const columnwise = isTransposed(node) ? transposed(values, columns, rows) : values;
  return {
    tensors: [
      uint8Tensor(int8, [rows, columns], asUint8(columnwise)),
      float32Tensor(scale, [columns], scales),
      uint8Tensor(zero, [], Uint8Array.of(UINT8_ZERO)),
    ],
    nodes: [
      {
        opType: 'DynamicQuantizeLinear',
        input: [node.input![0]],
        output: [part('input'), part('input_scale'), part('input_zero')],
      },
      {
        opType: 'MatMulInteger',
        input: [part('input'), int8, part('input_zero'), zero],
        output: [part('int32')],
      },
      {
        opType: 'Cast',
        input: [part('int32')],
        output: [part('unscaled')],
        attribute: [{ name: 'to', type: ATTRIBUTE_TYPE.int, i: DATA_TYPE.float32 }],
      },
      { opType: 'Mul', input: [part('input_scale'), scale], output: [part('scale')] },
      {
        opType: 'Mul',
        input: [part('unscaled'), part('scale')],
        output: [bias ? part('product') : out],
      },
      ...(bias ? [{ opType: 'Add', input: [part('product'), bias], output: [out] }] : []),
    ],
  };
}

/** ONNX Runtime's own LSTM of quantized weights, which it wants as `[directions, inputs, gates × hidden]`. */
function dynamicLstm(node: NodeProto, input: Weight, recurrent: Weight): StoredWeight {
  const packed = [input, recurrent].map(weight => {
    const name = weight.tensor.name;
    const [directions, gates, inputs] = weight.tensor.dims;
    const { values, scales } = quantizeSymmetric(weight);
    const parts = Array.from({ length: directions }, (_, at) =>
      transposed(values.subarray(at * gates * inputs, (at + 1) * gates * inputs), gates, inputs),
    );
    const zeros = new Uint8Array(directions * gates).fill(UINT8_ZERO);
    return {
      names: [`${name}/uint8`, `${name}/scale`, `${name}/zero`],
      tensors: [
        uint8Tensor(`${name}/uint8`, [directions, inputs, gates], asUint8(parts.flatMap(part => [...part]))),
        float32Tensor(`${name}/scale`, [directions, gates], scales),
        uint8Tensor(`${name}/zero`, [directions, gates], zeros),
      ],
    };
  });
  const [[w, wScale, wZero], [r, rScale, rZero]] = packed.map(({ names }) => names);
  const given = (position: number): string => node.input![position] ?? '';
  return {
    tensors: packed.flatMap(({ tensors }) => tensors),
    nodes: [
      {
        ...node,
        opType: 'DynamicQuantizeLSTM',
        domain: MICROSOFT,
        input: [given(0), w, r, given(3), '', '', '', '', wScale, wZero, rScale, rZero],
        attribute: node.attribute?.filter(({ name }) => name !== 'layout'),
      },
    ],
  };
}

/** Without a state, lengths or peepholes from elsewhere, its steps along the first axis. */
function isPlainLstm({ input, attribute }: NodeProto): boolean {
  const hasLayout = attribute?.some(({ name, i }) => name === 'layout' && i !== 0);
  return !hasLayout && (input ?? []).slice(4).every(name => name === '');
}

/** Of a row-major matrix `[rows, columns]`. */
function transposed(values: Int8Array, rows: number, columns: number): Int8Array {
  const result = new Int8Array(values.length);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1)
      result[column * rows + row] = values[row * columns + column];
  return result;
}
