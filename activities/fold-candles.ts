import type { Series } from '../contracts/series.ts';
import { asActivity } from './activity.ts';
import type { Rooms } from './rooms.ts';

const DAY_MS = 86_400_000;

/**
 * Moves recent bars and features from before yesterday (UTC) into their files: a file is written anew once a day at most.
 */
export function foldCandles({ candles, features, clock }: Rooms) {
  return asActivity(async ({ series }: { series: readonly Series[] }): Promise<number> => {
    const yesterday = Math.floor(clock.now() / DAY_MS) * DAY_MS - DAY_MS;
    let folded = 0;
    for (const each of series) folded += await candles.fold(each, yesterday);
    for (const stored of await features.list()) await features.fold(stored, yesterday);
    return folded;
  });
}
