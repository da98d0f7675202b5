import type { ModelCheck } from '../../contracts/model-check.ts';
import type { ServingModel } from '../serving-model.ts';

/** A version that is put to the test, and what it is asked. */
export interface Subject {
  readonly model: ServingModel;
  /** Windows of the newest bars, `[rows, steps, features]`, oldest first; at least one. */
  readonly windows: Float32Array;
  readonly rows: number;
  /** Its answers to them, `[rows, outputs]`. */
  readonly answers: Float32Array;
  /** The window of the last bar as serving computes it, bar by bar. */
  readonly servedWindow: Float32Array;
  /** The same model opened once more. */
  readonly again: ServingModel;
  monotonicMs(): number;
}

/** A line of the table. */
export interface Check {
  readonly name: string;
  must(subject: Subject): string;
  /** @throws AlphaloomError where the model fails at what it had to do */
  run(subject: Subject): Promise<Finding>;
}

/** What a check saw; `problem` is null where it passes. */
export type Finding = Pick<ModelCheck, 'numbers' | 'problem'>;

/** Numbers of one window. */
export function widthOf({ model: { meta } }: Pick<Subject, 'model'>): number {
  return meta.steps * meta.featureNames.length;
}

/** A window of the subject, sharing its memory. */
export function windowAt(subject: Pick<Subject, 'model' | 'windows'>, row: number): Float32Array {
  const width = widthOf(subject);
  return subject.windows.subarray(row * width, (row + 1) * width);
}

/** Whether two answers are the same to the last bit. */
export function isSame(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, at) => Object.is(value, b[at]));
}
