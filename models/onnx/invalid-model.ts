import { AlphaloomError } from '../../contracts/errors.ts';

/** Every way in which an ONNX file can break the contract. */
export const INVALID_MODEL_REASONS = {
  size: 'larger than allowed, or empty',
  format: 'truncated, or not an ONNX file',
  'training-info': 'carries a training graph',
  functions: 'defines functions of its own',
  domain: 'operators of an unknown domain',
  operator: 'an operator outside the allowed set',
  subgraph: 'a graph nested in an attribute',
  'external-data': 'tensors kept outside the file',
  tensor: 'a tensor whose data do not fit its declared type and shape',
  trees: 'a tree operator whose lists do not fit each other or the contract',
  quantization: 'a quantized operator whose scales, zero points or sizes can’t be right',
  metadata: 'metadata missing or wrong',
  input: 'inputs other than the contract’s',
  output: 'outputs other than the contract’s',
  load: 'refused by ONNX Runtime',
} as const;

export type InvalidModelReason = keyof typeof INVALID_MODEL_REASONS;

/** MODEL_INVALID with the `reason` in its details; `what` completes “The model is refused: …”. */
export function invalidModel(
  reason: InvalidModelReason,
  what: string,
  details: Record<string, unknown> = {},
  cause?: unknown,
): AlphaloomError {
  return new AlphaloomError(
    'MODEL_INVALID',
    `The model is refused: ${what}.`,
    { reason, ...details },
    { cause },
  );
}
