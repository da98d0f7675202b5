import type { Formula, InputColumn, KernelBars, KernelParameters } from '../kernels/kernel.ts';

/** Bars as columns of equal length: those an entry names as its inputs. */
export type OwnBars = { readonly [Column in InputColumn]: Float64Array };

/** A whole column at once: a value per bar of `bars`, NaN where it has not enough of them. */
export type ColumnFormula = (bars: OwnBars, parameters: KernelParameters, barMs: number) => ArrayLike<number>;

/** What a formula of whole columns is given and how far back it may look. */
interface ColumnKernel {
  readonly inputs: readonly InputColumn[];
  readonly lookBack: number;
  readonly column: ColumnFormula;
}

/**
 * Makes a resumable formula of one over whole columns: it is called on the last `lookBack` bars and the new ones, and the
 * new rows are taken. Where it looks at nothing else, how bars are cut into calls changes no bit. O(look-back + new bars)
 * a call.
 * @throws Error where the formula does not answer with a number per bar
 */
export function startColumn(
  { inputs, lookBack, column }: ColumnKernel,
  parameters: KernelParameters,
  barMs: number,
): Formula {
  let kept: Partial<Record<InputColumn, Float64Array>> = {};
  let keptBars = 0;
  return {
    advance(bars, { value }) {
      const fresh = bars.close.length;
      const known = keptBars + fresh;
      const next: typeof kept = {};
      const given: Partial<Record<InputColumn, Float64Array>> = {};
      for (const name of inputs) {
        const joined = join(kept[name], newValues(bars, name), known);
        next[name] = joined.slice(Math.max(0, known - lookBack));
        // Whoever sorts or shifts it in place must not change what is kept.
        given[name] = joined;
      }
      const values = column(given as OwnBars, parameters, barMs);
      requireColumn(values, known);
      if (value) for (let i = 0; i < fresh; i++) value[i] = values[keptBars + i];
      kept = next;
      keptBars = Math.min(known, lookBack);
    },
  };
}

function newValues(bars: KernelBars, name: InputColumn): Float64Array {
  return bars[name]!;
}

function join(kept: Float64Array | undefined, fresh: Float64Array, length: number): Float64Array {
  const joined = new Float64Array(length);
  if (kept) joined.set(kept);
  joined.set(fresh, length - fresh.length);
  return joined;
}

function requireColumn(values: unknown, bars: number): void {
  const column = values as ArrayLike<unknown> | null | undefined;
  const got = typeof values === 'object' && column ? column.length : undefined;
  if (got !== bars)
    throw new Error(
      `column() must answer with a number for each of the ${bars} bars; ${describe(values)} came`,
    );
  for (let i = 0; i < bars; i++) {
    if (typeof column![i] === 'number') continue;
    throw new Error(
      `column() must answer with numbers, NaN where one is missing; row ${i} is ${describe(column![i])}`,
    );
  }
}

function describe(value: unknown): string {
  if (value instanceof Promise) return 'a promise';
  if (typeof value === 'object' && value !== null && 'length' in value) return `${value.length} values`;
  return typeof value === 'string' ? 'a text' : String(value);
}
