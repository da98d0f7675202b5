/**
 * Operators that a model may use, by domain: pure arithmetic on tensors. Nothing here branches, loops, reads files,
 * draws random numbers, or makes a tensor whose size a number in the file decides (Expand, Tile, Range, Pad …).
 */
export const ALLOWED_OPERATORS: Readonly<Record<string, ReadonlySet<string>>> = {
  '': new Set([
    // arithmetic
    ...[
      'Add',
      'Sub',
      'Mul',
      'Div',
      'Neg',
      'Abs',
      'Sqrt',
      'Reciprocal',
      'Exp',
      'Log',
      'Pow',
      'Min',
      'Max',
      'Clip',
    ],
    // activations
    ...['Relu', 'LeakyRelu', 'Elu', 'Gelu', 'Erf', 'Sigmoid', 'HardSigmoid', 'Tanh', 'Softplus', 'Softmax'],
    ...['LogSoftmax'],
    // layers
    ...[
      'MatMul',
      'Gemm',
      'Conv',
      'MaxPool',
      'AveragePool',
      'GlobalAveragePool',
      'GlobalMaxPool',
      'LSTM',
      'GRU',
    ],
    ...['BatchNormalization', 'LayerNormalization', 'Dropout'],
    // shapes
    ...[
      'Reshape',
      'Squeeze',
      'Unsqueeze',
      'Flatten',
      'Transpose',
      'Concat',
      'Slice',
      'Split',
      'Gather',
      'Shape',
    ],
    ...['Identity', 'Constant', 'Cast'],
    // choices and reductions
    ...[
      'Where',
      'IsNaN',
      'IsInf',
      'Equal',
      'Less',
      'LessOrEqual',
      'Greater',
      'GreaterOrEqual',
      'Not',
      'And',
      'Or',
    ],
    ...['ReduceMean', 'ReduceSum', 'ReduceMax', 'ReduceMin', 'ArgMax'],
    // quantized arithmetic (`quantization-checks.ts`)
    ...['QuantizeLinear', 'DequantizeLinear', 'DynamicQuantizeLinear', 'MatMulInteger'],
  ]),
  'ai.onnx.ml': new Set(['TreeEnsembleClassifier', 'TreeEnsembleRegressor']),
  /** ONNX Runtime's own. */
  'com.microsoft': new Set(['DynamicQuantizeLSTM']),
};

/** `ai.onnx` is another name of the default domain. */
export function domainOf(domain: string | undefined): string {
  return domain === undefined || domain === 'ai.onnx' ? '' : domain;
}
