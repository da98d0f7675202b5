import { invalidModel } from '../onnx/invalid-model.ts';
import {
  ATTRIBUTE_TYPE,
  type AttributeProto,
  type GraphProto,
  type NodeProto,
  type TensorProto,
} from '../onnx/messages.ts';
import { float32Tensor, int64Tensor } from '../onnx/tensor-values.ts';

interface Lowered {
  readonly nodes: readonly NodeProto[];
  readonly tensors: readonly TensorProto[];
}

const ML = 'ai.onnx.ml';

/**
 * Operators of classical machine learning, as scikit-learn's converters write them, in terms of plain arithmetic: by their
 * definitions in the ONNX-ML specification.
 */
const LOWERINGS: Readonly<Record<string, (node: NodeProto, opset: number) => Lowered>> = {
  Scaler: lowerScaler,
  Imputer: lowerImputer,
  Normalizer: lowerNormalizer,
  LinearClassifier: lowerLinearClassifier,
  LinearRegressor: lowerLinearRegressor,
};

/** @throws AlphaloomError MODEL_INVALID (operator) for what of these operators is not known here */
export function lowerClassical(graph: GraphProto, opset: number): GraphProto {
  const lowered = (graph.node ?? []).map(node => {
    const lower = node.domain === ML && Object.hasOwn(LOWERINGS, node.opType ?? '');
    return lower ? LOWERINGS[node.opType!](node, opset) : { nodes: [node], tensors: [] };
  });
  return {
    ...graph,
    node: lowered.flatMap(({ nodes }) => nodes),
    initializer: [...(graph.initializer ?? []), ...lowered.flatMap(({ tensors }) => tensors)],
  };
}

/** (x − offset) · scale */
function lowerScaler(node: NodeProto): Lowered {
  const [x, y] = [node.input![0], node.output![0]];
  return {
    tensors: [row(`${y}/offset`, floats(node, 'offset')), row(`${y}/factor`, floats(node, 'scale'))],
    nodes: [
      { opType: 'Sub', input: [x, `${y}/offset`], output: [`${y}/centred`] },
      { opType: 'Mul', input: [`${y}/centred`, `${y}/factor`], output: [y] },
    ],
  };
}

/** Missing values become the given ones. */
function lowerImputer(node: NodeProto): Lowered {
  const [x, y] = [node.input![0], node.output![0]];
  const missing = attribute(node, 'replaced_value_float')?.f;
  if (missing !== undefined && !Number.isNaN(missing))
    throw refused(node, `replaces ${missing}; only missing values (NaN) are replaced here`);
  return {
    tensors: [row(`${y}/values`, floats(node, 'imputed_value_floats'))],
    nodes: [
      { opType: 'IsNaN', input: [x], output: [`${y}/missing`] },
      { opType: 'Where', input: [`${y}/missing`, `${y}/values`, x], output: [y] },
    ],
  };
}

/** Each row over the sum of its absolute values. */
function lowerNormalizer(node: NodeProto, opset: number): Lowered {
  const [x, y] = [node.input![0], node.output![0]];
  const norm = attribute(node, 'norm')?.s ?? 'MAX';
  if (norm !== 'L1') throw refused(node, `has the norm ${norm}; only L1 is known here`);
  // The axes became an input with operators of version 13.
  const asInput = opset >= 13;
  const axes: AttributeProto[] = asInput ? [] : [{ name: 'axes', type: ATTRIBUTE_TYPE.ints, ints: [1] }];
  return {
    tensors: asInput ? [int64Tensor(`${y}/axes`, [1])] : [],
    nodes: [
      { opType: 'Abs', input: [x], output: [`${y}/sizes`] },
      {
        opType: 'ReduceSum',
        input: [`${y}/sizes`, ...(asInput ? [`${y}/axes`] : [])],
        output: [`${y}/sum`],
        attribute: [...axes, { name: 'keepdims', type: ATTRIBUTE_TYPE.int, i: 1 }],
      },
      { opType: 'Div', input: [x, `${y}/sum`], output: [y] },
    ],
  };
}

/** What a linear classifier's scores become. */
const POST_TRANSFORMS: Readonly<Record<string, string | null>> = {
  NONE: null,
  SOFTMAX: 'Softmax',
  LOGISTIC: 'Sigmoid',
};

/** Its second output, the scores of the classes; the label is not used. */
function lowerLinearClassifier(node: NodeProto): Lowered {
  const transform = attribute(node, 'post_transform')?.s ?? 'NONE';
  if (!Object.hasOwn(POST_TRANSFORMS, transform)) throw refused(node, `has the post-transform ${transform}`);
  const scores = node.output?.[1];
  if (!scores) throw refused(node, 'has no output of scores');
  const operator = POST_TRANSFORMS[transform];
  const linear = product(node, operator ? `${scores}/linear` : scores);
  if (operator === null) return linear;
  const last: NodeProto = {
    opType: operator,
    input: [`${scores}/linear`],
    output: [scores],
    attribute: operator === 'Softmax' ? [{ name: 'axis', type: ATTRIBUTE_TYPE.int, i: 1 }] : [],
  };
  return { ...linear, nodes: [...linear.nodes, last] };
}

function lowerLinearRegressor(node: NodeProto): Lowered {
  const transform = attribute(node, 'post_transform')?.s ?? 'NONE';
  if (transform !== 'NONE') throw refused(node, `has the post-transform ${transform}`);
  return product(node, node.output![0]);
}

/** x · coefficientsᵀ + intercepts; a row of coefficients for each output. */
function product(node: NodeProto, y: string): Lowered {
  const [coefficients, intercepts] = [floats(node, 'coefficients'), floats(node, 'intercepts')];
  const outputs = intercepts.length;
  const inputs = coefficients.length / outputs;
  if (!Number.isInteger(inputs) || inputs < 1)
    throw refused(node, `has ${coefficients.length} coefficients for ${outputs} outputs`);
  const columns = coefficients.map(
    (_, at) => coefficients[(at % outputs) * inputs + Math.floor(at / outputs)],
  );
  return {
    tensors: [
      float32Tensor(`${y}/coefficients`, [inputs, outputs], Float32Array.from(columns)),
      row(`${y}/intercepts`, intercepts),
    ],
    nodes: [
      { opType: 'MatMul', input: [node.input![0], `${y}/coefficients`], output: [`${y}/product`] },
      { opType: 'Add', input: [`${y}/product`, `${y}/intercepts`], output: [y] },
    ],
  };
}

function row(name: string, values: readonly number[]): TensorProto {
  return float32Tensor(name, [values.length], Float32Array.from(values));
}

function floats(node: NodeProto, name: string): readonly number[] {
  const values = attribute(node, name)?.floats ?? [];
  if (values.length === 0) throw refused(node, `lacks ${name}`);
  return values;
}

function attribute(node: NodeProto, wanted: string): AttributeProto | undefined {
  return node.attribute?.find(({ name }) => name === wanted);
}

function refused({ opType = '' }: NodeProto, what: string): Error {
  return invalidModel('operator', `its operator ${opType} ${what}`, { operator: opType });
}
