import { INPUT } from '../onnx/contract.ts';
import { ATTRIBUTE_TYPE, DATA_TYPE, type NodeProto, type TensorProto } from '../onnx/messages.ts';
import type { ScoreGraph } from '../onnx/score-graph.ts';
import type { LinearModel } from './linear-model.ts';

/**
 * A linear model as ONNX, imputation and scaling inside: `window` [batch, 1, F] → [batch, F] → float64, missing values to the
 * mean, scaled, times the coefficients, plus the intercepts → float32. In float64 nothing is rounded before the end.
 */
export function linearGraph({ scaling, coefficients, intercepts }: LinearModel): ScoreGraph {
  const { mean, inverse } = scaling;
  const features = mean.length;
  const scores = intercepts.length;
  const byFeature = mean.flatMap((_, feature) => coefficients.map(ofScore => ofScore[feature]));
  return {
    opset: 17,
    scores: 'raw_scores',
    initializers: [
      { name: 'flat_shape', dims: [2], dataType: DATA_TYPE.int64, int64Data: [-1, features] },
      doubles('mean', [features], mean),
      doubles('inverse_deviation', [features], inverse),
      doubles('coefficients', [features, scores], byFeature),
      doubles('intercepts', [scores], intercepts),
    ],
    nodes: [
      node('Reshape', [INPUT, 'flat_shape'], 'row'),
      cast('row', 'row_float64', DATA_TYPE.float64),
      node('IsNaN', ['row_float64'], 'is_missing'),
      node('Where', ['is_missing', 'mean', 'row_float64'], 'filled'),
      node('Sub', ['filled', 'mean'], 'centred'),
      node('Mul', ['centred', 'inverse_deviation'], 'scaled'),
      node('MatMul', ['scaled', 'coefficients'], 'products'),
      node('Add', ['products', 'intercepts'], 'scores_float64'),
      cast('scores_float64', 'raw_scores', DATA_TYPE.float32),
    ],
  };
}

function node(opType: string, input: string[], output: string): NodeProto {
  return { opType, input, output: [output] };
}

function cast(input: string, output: string, to: number): NodeProto {
  return {
    ...node('Cast', [input], output),
    attribute: [{ name: 'to', type: ATTRIBUTE_TYPE.int, i: to }],
  };
}

function doubles(name: string, dims: number[], values: readonly number[]): TensorProto {
  return { name, dims, dataType: DATA_TYPE.float64, doubleData: [...values] };
}
