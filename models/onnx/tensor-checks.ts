import { invalidModel } from './invalid-model.ts';
import { DATA_TYPE, type TensorProto } from './messages.ts';

interface Storage {
  readonly bytes: number;
  /** Where integers are kept in a wider field: what they may be. */
  readonly least?: number;
  readonly most?: number;
  /** Where the values are when they are not in `rawData`. */
  readonly field: 'floatData' | 'int32Data' | 'int64Data' | 'doubleData';
}

const STORAGE: Readonly<Record<number, Storage>> = {
  [DATA_TYPE.float32]: { bytes: 4, field: 'floatData' },
  [DATA_TYPE.uint8]: { bytes: 1, field: 'int32Data', least: 0, most: 255 },
  [DATA_TYPE.int8]: { bytes: 1, field: 'int32Data', least: -128, most: 127 },
  [DATA_TYPE.int32]: { bytes: 4, field: 'int32Data' },
  [DATA_TYPE.int64]: { bytes: 8, field: 'int64Data' },
  [DATA_TYPE.bool]: { bytes: 1, field: 'int32Data', least: 0, most: 1 },
  [DATA_TYPE.float16]: { bytes: 2, field: 'int32Data', least: 0, most: 65_535 },
  [DATA_TYPE.float64]: { bytes: 8, field: 'doubleData' },
};

/**
 * A tensor must hold exactly the values that its type and shape declare, so that nobody reserves memory for
 * a shape of 10⁹ rows with nothing behind it.
 * @throws AlphaloomError MODEL_INVALID (external-data, tensor)
 */
export function requireSoundTensor(tensor: TensorProto): void {
  const name = (tensor.name ?? '').slice(0, 60);
  if (tensor.dataLocation || tensor.externalData?.length) {
    throw invalidModel('external-data', `the values of tensor "${name}" are kept outside the file`, {
      tensor: name,
    });
  }
  const storage = STORAGE[tensor.dataType ?? 0];
  if (storage === undefined || tensor.segment) {
    throw invalidModel('tensor', `tensor "${name}" is of a type that models here do not use`, {
      tensor: name,
      dataType: tensor.dataType,
    });
  }
  const declared = elementCount(tensor.dims ?? []);
  const held = tensor.rawData ? tensor.rawData.length / storage.bytes : (tensor[storage.field]?.length ?? 0);
  if (declared !== held) {
    throw invalidModel('tensor', `tensor "${name}" declares ${declared} values and holds ${held}`, {
      tensor: name,
      declared,
      held,
    });
  }
  requireFitting(tensor, storage);
}

/** ONNX Runtime cuts off the bits that are too many. */
function requireFitting(tensor: TensorProto, { least, most, field }: Storage): void {
  if (tensor.rawData || least === undefined || most === undefined) return;
  const outlier = tensor[field]?.find(value => value < least || value > most);
  if (outlier === undefined) return;
  throw invalidModel(
    'tensor',
    `tensor "${tensor.name?.slice(0, 60)}" holds ${outlier}, its type ends at ${least} and ${most}`,
    { tensor: tensor.name, got: outlier },
  );
}

/** NaN where a dimension is negative. */
function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, size) => (size < 0 ? Number.NaN : product * size), 1);
}
