import { UNLABELLED } from '../../contracts/tasks.ts';

/** Per bar, what its label says and the bar at which that was decided; −1 in both where it is unlabelled. */
export interface Labels {
  /** Its class; 0 in a task without classes. */
  readonly label: Int8Array;
  readonly end: Int32Array;
  /** The number to learn in a task without classes, NaN where unlabelled. */
  readonly target?: Float64Array;
}

export function unlabelled(bars: number): Labels {
  return { label: new Int8Array(bars).fill(UNLABELLED), end: new Int32Array(bars).fill(UNLABELLED) };
}
