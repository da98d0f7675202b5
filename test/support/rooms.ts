import type { TestContext } from 'node:test';
import { readCandleFile } from '../../candles/import/index.ts';
import { SAMPLE } from '../../candles/sample/index.ts';
import { composeRooms, type OpenRooms } from '../../host/compose.ts';
import { loadConfig } from '../../host/config.ts';
import { homeAt } from '../../host/paths.ts';
import { temporaryHome } from './temporary-home.ts';

/** The rooms of a new home that holds the bundled sample; without Temporal. */
export async function sampleRooms(t: TestContext): Promise<OpenRooms> {
  const home = homeAt(await temporaryHome(t));
  const loaded = await loadConfig({ environment: {}, cwd: home.root, homeRoot: home.root });
  const rooms = await composeRooms({ home, environment: process.env, loaded, client: null });
  t.after(() => rooms.close());
  await rooms.candles.append(SAMPLE.series, await readCandleFile(SAMPLE.path), {
    kind: SAMPLE.kind,
    source: 'sample',
  });
  return rooms;
}
