import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Candles } from '../contracts/candles.ts';
import type { MarketKind, Series } from '../contracts/series.ts';
import { composeRooms, type OpenRooms } from '../host/compose.ts';
import { loadConfig } from '../host/config.ts';
import { homeAt } from '../host/paths.ts';

/** Works in a home of its own that holds the candles and nothing else; it is removed afterwards. */
export async function inOwnHome<Result>(
  series: Series,
  candles: Candles,
  kind: MarketKind,
  work: (rooms: OpenRooms) => Promise<Result>,
): Promise<Result> {
  const root = await mkdtemp(join(tmpdir(), 'alphaloom-bench-'));
  const home = homeAt(root);
  const loaded = await loadConfig({ environment: {}, cwd: root, homeRoot: root });
  const rooms = await composeRooms({ home, environment: process.env, loaded, client: null });
  try {
    await rooms.candles.append(series, candles, { kind, source: 'bench' });
    return await work(rooms);
  } finally {
    await rooms.close();
    await rm(root, { recursive: true, force: true });
  }
}
