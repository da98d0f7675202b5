import { collectVenue } from './collect-venue.ts';
import { fetchHistory } from './fetch-history.ts';
import { foldCandles } from './fold-candles.ts';
import { materialiseFeatures } from './materialise-features.ts';
import { planCollection } from './plan-collection.ts';
import type { Rooms } from './rooms.ts';

/** Activities of the queue `collection`. */
export function createCollectionActivities(rooms: Rooms) {
  return {
    planCollection: planCollection(rooms),
    collectVenue: collectVenue(rooms),
    fetchHistory: fetchHistory(rooms),
    materialiseFeatures: materialiseFeatures(rooms),
    foldCandles: foldCandles(rooms),
  };
}

export type CollectionActivities = ReturnType<typeof createCollectionActivities>;
