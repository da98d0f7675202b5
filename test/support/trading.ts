import type { TestContext } from 'node:test';
import { SAMPLE } from '../../candles/sample/index.ts';
import type { MarketBars } from '../../contracts/candles.ts';
import type { Series } from '../../contracts/series.ts';
import { seriesId } from '../../contracts/series.ts';
import type { OpenRooms } from '../../host/compose.ts';
import { loadConfig } from '../../host/config.ts';
import { loadRecipe } from '../../host/recipes.ts';
import { type StartAccountRequest, startAccount, type StartedAccount } from '../../host/trading/start-account.ts';
import { trainInProcess } from './pipeline.ts';
import { startCluster, type TestCluster } from './temporal.ts';

/** A second symbol beside the sample's: the same hours told backwards, so that both rarely agree. */
export const SECOND: Series = { ...SAMPLE.series, symbol: 'ETHUSD' };

export interface TradingCluster extends TestCluster {
  start(request: Partial<StartAccountRequest>): Promise<StartedAccount>;
}

/** A cluster whose sample and second series have champions of a small training. */
export async function startTradingCluster(
  t: TestContext,
  settings: Readonly<Record<string, string>> = {},
): Promise<TradingCluster> {
  const cluster = await startCluster(t, settings);
  const { rooms, home, environment, orchestrator } = cluster;
  const bars = await rooms.candles.read(SAMPLE.series);
  await rooms.candles.append(SECOND, mirrored(bars), { kind: SAMPLE.kind, source: 'sample' });
  for (const series of [SAMPLE.series, SECOND]) await makeChampion(rooms, series);
  const loaded = await loadConfig({ environment: settings, cwd: home.root, homeRoot: home.root });
  return {
    ...cluster,
    start: request =>
      startAccount(
        { rooms, loaded, environment, orchestrator, isEmbedded: true },
        {
          account: 'paper',
          symbols: null,
          policy: null,
          iterations: null,
          replay: null,
          understandsRisk: false,
          actor: 'test',
          ...request,
        },
      ),
  };
}

export async function makeChampion(rooms: OpenRooms, series: Series): Promise<void> {
  const recipe = await loadRecipe('gbdt-core15', [], { 'train.params.rounds': 20 });
  const { registered } = await trainInProcess(rooms, series, recipe);
  await rooms.registry.moveChampion({
    operationId: `champion of ${seriesId(series)}`,
    series: seriesId(series),
    from: null,
    to: registered.version,
    kind: 'promote',
    actor: 'test',
    reason: 'a test',
  });
}

/** Prices turned over at their mean: what rose falls; bars stay bars. */
export function mirrored(bars: MarketBars): MarketBars {
  const turned = (column: Float64Array) => column.map(price => 1e6 / price);
  return {
    openTime: bars.openTime,
    open: turned(bars.open),
    high: turned(bars.low),
    low: turned(bars.high),
    close: turned(bars.close),
    volume: bars.volume,
  };
}
