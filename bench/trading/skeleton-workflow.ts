import { proxyActivities, proxyLocalActivities, sleep } from '@temporalio/workflow';
import type { SkeletonActivities } from './skeleton.ts';

const far = proxyActivities<SkeletonActivities>({ startToCloseTimeout: '10s' });
const near = proxyLocalActivities<SkeletonActivities>({ startToCloseTimeout: '1s' });

/** The steps of a close with nothing in them: a timer, an activity that waits for the bar, two local ones, an activity. */
export async function emptyCloses(closes: readonly number[], leadMs: number): Promise<number[]> {
  const took: number[] = [];
  for (const closeTime of closes) {
    await sleep(Math.max(1, closeTime - leadMs - Date.now()));
    await far.awaitClose(closeTime);
    await near.nothing();
    await near.nothing();
    took.push((await far.sayNow()) - closeTime);
  }
  return took;
}
