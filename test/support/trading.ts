import type { TestContext } from 'node:test';
import { pino } from 'pino';
import { SAMPLE } from '../../candles/sample/index.ts';
import type { MarketBars } from '../../contracts/candles.ts';
import { type Series, seriesId } from '../../contracts/series.ts';
import type { OpenRooms } from '../../host/compose.ts';
import { loadConfig } from '../../host/config.ts';
import { loadRecipe } from '../../host/recipes.ts';
import { openTrading } from '../../host/trading/open-trading.ts';
import {
  type StartAccountRequest,
  type StartedAccount,
  startAccount,
} from '../../host/trading/start-account.ts';
import type { OpenTradingRooms } from '../../host/trading/trading-rooms.ts';
import { trainInProcess } from './pipeline.ts';
import { startCluster, type TestCluster } from './temporal.ts';

/** A second symbol beside the sample's: its prices turned over, so that what rises in one falls in the other. */
export const SECOND: Series = { ...SAMPLE.series, symbol: 'ETHUSD' };
export const BOTH = [SAMPLE.series, SECOND];
/** The same as an account names them. */
export const TRADED = BOTH.map(({ symbol, timeframe }) => ({ symbol, timeframe }));

export const EVER = { fromTime: 0, toTime: Number.MAX_SAFE_INTEGER };

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
  await addChampions(rooms);
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

/** What trades in this process; to be closed before the rooms are. */
export async function tradingIn(rooms: OpenRooms): Promise<OpenTradingRooms> {
  const loaded = await loadConfig({ environment: {}, cwd: rooms.home, homeRoot: rooms.home });
  const trading = await openTrading({
    rooms,
    loaded,
    environment: {},
    log: pino({ level: 'silent' }),
    signal: new AbortController().signal,
    onLost: () => {},
  });
  await trading.begin();
  return trading;
}

/** The second series beside the sample, and a champion of each. */
export async function addChampions(rooms: OpenRooms): Promise<void> {
  const bars = await rooms.candles.read(SAMPLE.series);
  await rooms.candles.append(SECOND, turnedOver(bars), { kind: SAMPLE.kind, source: 'sample' });
  for (const series of BOTH) await makeChampion(rooms, series);
}

async function makeChampion(rooms: OpenRooms, series: Series): Promise<void> {
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

function turnedOver(bars: MarketBars): MarketBars {
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
