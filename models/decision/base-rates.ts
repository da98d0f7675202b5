import { classOfReturn } from '../../contracts/decision.ts';
import { DECIDED_CLASSES, type Task } from '../../contracts/tasks.ts';
import { countClasses } from '../../datasets/class-counts.ts';

interface TrainingLabels {
  readonly label: Int8Array;
  readonly target: Float32Array | null;
}

/** Share of each decided class among labelled rows. */
export function baseRates(task: Task, { label, target }: TrainingLabels, breakEven: number): number[] {
  const decided =
    task === 'return' ? Int8Array.from(target!, value => classOfReturn(value, breakEven)) : label;
  return countClasses(decided, DECIDED_CLASSES[task].length).map(count => count / decided.length);
}
