import { AlphaloomError } from '../../contracts/errors.ts';

export type ElementType = 'float32' | 'int64' | 'int32' | 'bool';

/** A dimension that varies with the batch: of graphs that are served, where batches have any size. */
export const ANY = -1;

/** A tensor of a graph under construction: its name and shape; it holds no numbers. */
export class Value {
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: ElementType;

  constructor(name: string, dims: readonly number[], type: ElementType = 'float32') {
    this.name = name;
    this.dims = dims;
    this.type = type;
  }
}

/** Number of elements; ANY where one of the dimensions is. */
export function sizeOf(dims: readonly number[]): number {
  return dims.includes(ANY) ? ANY : dims.reduce((product, dim) => product * dim, 1);
}

/** `[60, 64, 15]`, with `batch` for a dimension that varies. */
export function showDims(dims: readonly number[]): string {
  return `[${dims.map(dim => (dim === ANY ? 'batch' : dim)).join(', ')}]`;
}

/** Counts a negative axis from the end. */
export function axisOf(axis: number, dims: readonly number[]): number {
  const at = axis < 0 ? axis + dims.length : axis;
  if (at >= 0 && at < dims.length) return at;
  throw invalidNet(`axis ${axis} is not one of ${showDims(dims)}`, { axis, dims });
}

/** `what` completes “The net can't be built: …”. */
export function invalidNet(what: string, details: Record<string, unknown> = {}): AlphaloomError {
  return new AlphaloomError('TRAINING_FAILED', `The net can’t be built: ${what}.`, details);
}
