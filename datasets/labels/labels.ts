import { UNLABELLED } from '../../contracts/tasks.ts';

/** Per bar: its class (−1 unlabelled), and the bar at which that was decided (−1 where unlabelled). */
export interface Labels {
  readonly label: Int8Array;
  readonly end: Int32Array;
}

export function unlabelled(bars: number): Labels {
  return { label: new Int8Array(bars).fill(UNLABELLED), end: new Int32Array(bars).fill(UNLABELLED) };
}
