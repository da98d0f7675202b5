import type { WindowTable } from '../../../features/window.ts';
import type { Batch } from '../training-session.ts';

/** Rows that a net is trained or validated on; plain data that crosses threads. */
export interface NetRows {
  /** One per row. */
  readonly windows: WindowTable;
  /** Class per row; of no meaning in a task without classes. */
  readonly label: Int32Array;
  /** In a task without classes, the number to learn in deviations of the training rows; else null. */
  readonly target: Float32Array | null;
  /** How much each row counts; null: all the same. */
  readonly weight: Float32Array | null;
}

/**
 * Gathers rows into the same buffers again and again: a batch holds until the next one is loaded. O(values of the batch).
 */
export class BatchLoader {
  readonly #rows: NetRows;
  readonly #window: Float32Array;
  readonly #label: Int32Array;
  readonly #target: Float32Array;
  readonly #rowWeight: Float32Array;

  constructor(rows: NetRows, batch: number) {
    this.#rows = rows;
    this.#window = new Float32Array(batch * rows.windows.steps * rows.windows.features);
    this.#label = new Int32Array(batch);
    this.#target = new Float32Array(batch);
    this.#rowWeight = new Float32Array(batch).fill(1);
  }

  /** @param chosen as many rows as the batch has, or fewer: what is answered has just these */
  load(chosen: Int32Array): Batch {
    const { windows, label, target, weight } = this.#rows;
    const { values, ends, features } = windows;
    const width = windows.steps * features;
    for (let at = 0; at < chosen.length; at++) {
      const row = chosen[at];
      const end = (ends[row] + 1) * features;
      this.#window.set(values.subarray(end - width, end), at * width);
      this.#label[at] = label[row];
      if (target) this.#target[at] = target[row];
      if (weight) this.#rowWeight[at] = weight[row];
    }
    const count = chosen.length;
    return {
      window: this.#window.subarray(0, count * width),
      label: this.#label.subarray(0, count),
      target: this.#target.subarray(0, count),
      rowWeight: this.#rowWeight.subarray(0, count),
    };
  }
}
