export type Task = 'direction3' | 'approve2' | 'return';
export type Direction = 'SHORT' | 'NO_TRADE' | 'LONG';

/** Classes of each task in the order of the model's output columns; `return` has one continuous output. */
export const TASK_CLASSES = {
  direction3: ['SHORT', 'NO_TRADE', 'LONG'],
  approve2: ['REJECT', 'APPROVE'],
  return: [],
} as const satisfies Record<Task, readonly string[]>;

/** Columns of a model's answer: a probability per class, or the one expected log return. */
export function answerWidth(task: Task): number {
  return TASK_CLASSES[task].length || 1;
}

/** What is decided and judged in the end: a return becomes a direction. */
export const DECIDED_CLASSES = {
  direction3: TASK_CLASSES.direction3,
  approve2: TASK_CLASSES.approve2,
  return: TASK_CLASSES.direction3,
} as const satisfies Record<Task, readonly string[]>;

/**
 * The pair of classes, positive first, that tells whether a model knows more than how much will happen; null where the
 * classes hold no such pair.
 */
export function oppositeClasses(classes: readonly string[]): readonly [string, string] | null {
  return OPPOSITES.find(pair => pair.every(name => classes.includes(name))) ?? null;
}

const OPPOSITES: readonly (readonly [string, string])[] = [
  ['LONG', 'SHORT'],
  ['APPROVE', 'REJECT'],
];

/** Label values of `direction3`. */
export const SHORT = 0;
export const NO_TRADE = 1;
export const LONG = 2;
/** Label values of `approve2`. */
export const REJECT = 0;
export const APPROVE = 1;
/** A row whose outcome is not known (yet), or that warm-up made unusable. */
export const UNLABELLED = -1;
