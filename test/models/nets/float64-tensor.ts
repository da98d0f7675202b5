/** A dense array in float64, row-major. */
export interface Tensor {
  readonly dims: readonly number[];
  readonly data: Float64Array;
}

export function tensor(dims: readonly number[], data: ArrayLike<number>): Tensor {
  return { dims, data: Float64Array.from(data) };
}

export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/** Each element from its place, as a list of indices. */
export function fill(dims: readonly number[], at: (place: readonly number[]) => number): Tensor {
  const data = new Float64Array(sizeOf(dims));
  const place = dims.map(() => 0);
  for (let i = 0; i < data.length; i++) {
    data[i] = at(place);
    for (let axis = dims.length - 1; axis >= 0 && ++place[axis] === dims[axis]; axis--) place[axis] = 0;
  }
  return { dims, data };
}

/** The element at a place, whose leading indices beyond the tensor's rank and whose axes of length 1 are ignored. */
export function at({ dims, data }: Tensor, place: readonly number[]): number {
  const lead = place.length - dims.length;
  let offset = 0;
  for (const [axis, dim] of dims.entries()) offset = offset * dim + (dim === 1 ? 0 : place[lead + axis]);
  return data[offset];
}

export function elementwise(tensors: readonly Tensor[], of: (...values: number[]) => number): Tensor {
  const rank = Math.max(...tensors.map(({ dims }) => dims.length));
  const dims = Array.from({ length: rank }, (_, axis) =>
    Math.max(...tensors.map(each => each.dims[axis - rank + each.dims.length] ?? 1)),
  );
  return fill(dims, place => of(...tensors.map(each => at(each, place))));
}

/** Folds the values along the given axes into one each. */
export function reduce(
  input: Tensor,
  axes: readonly number[],
  keep: boolean,
  of: (values: readonly number[]) => number,
): Tensor {
  const kept = input.dims.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  const reduced = input.dims.map((dim, axis) => (axes.includes(axis) ? dim : 1));
  const result = fill(kept, place => {
    const values: number[] = [];
    fill(reduced, inner => {
      values.push(
        at(
          input,
          place.map((index, axis) => index + inner[axis]),
        ),
      );
      return 0;
    });
    return of(values);
  });
  const dims = input.dims.filter((_, axis) => !axes.includes(axis));
  return keep ? result : { dims, data: result.data };
}
