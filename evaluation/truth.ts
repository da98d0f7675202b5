import { classOfReturn, type DecisionRule } from '../contracts/decision.ts';
import { DECIDED_CLASSES, type Task, UNLABELLED } from '../contracts/tasks.ts';
import { countClasses } from '../datasets/class-counts.ts';

/** Labels as the datasets and labellers give them. */
export interface Labelled {
  /** Class per row; in a task without classes 0, and −1 where unlabelled. */
  readonly label: Int8Array;
  /** In a task without classes the log return that came. */
  readonly target?: ArrayLike<number> | null;
}

/** The decided class that was right, per row; −1 where it is not known. */
export function decidedLabels(task: Task, { label, target }: Labelled, { returns }: DecisionRule): Int8Array {
  if (task !== 'return') return label;
  return label.map((known, row) =>
    known === UNLABELLED ? UNLABELLED : classOfReturn(target![row]!, returns!.breakEven),
  );
}

/** Rows per decided class. */
export function countDecided(task: Task, labelled: Labelled, decision: DecisionRule): number[] {
  return countClasses(decidedLabels(task, labelled, decision), DECIDED_CLASSES[task].length);
}
