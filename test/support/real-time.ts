import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Candles, sliceCandles } from '../../contracts/candles.ts';
import type { Policy } from '../../contracts/policy.ts';
import { type Series, seriesId } from '../../contracts/series.ts';
import type { OpenRooms } from '../../host/compose.ts';
import { loadConfig } from '../../host/config.ts';
import { loadRecipe } from '../../host/recipes.ts';
import {
  type StartAccountRequest,
  type StartedAccount,
  startAccount,
} from '../../host/trading/start-account.ts';
import type { Registration } from '../../registry/registry.ts';
import { plantedMarket } from '../../venues/loopback/bars/planted.ts';
import { endlessBars } from '../../venues/loopback/bars/replay.ts';
import { type LoopbackTradingExchange, startTradingExchange } from '../../venues/loopback/exchange.ts';
import type { BarRow } from '../../venues/loopback/orders/book-event.ts';
import { trainInProcess } from './pipeline.ts';
import { startCluster, type TestCluster } from './temporal.ts';
import { KEY } from './trading-exchange.ts';

export const SECOND = 1_000;
export const VENUE = 'binance';
export const BTC: Series = { venue: VENUE, symbol: 'BTCUSDT', timeframe: '1s' };
export const ETH: Series = { venue: VENUE, symbol: 'ETHUSDT', timeframe: '1s' };

/** What the exchange has behind it when it starts. */
const HISTORY_BARS = 3_000;
const PLANTED_BARS = 4_000;
/** A workflow goes on in a new run every dozen closes. */
const SHORT_RUNS = ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=200'];

/** Trades by rules, so that nothing has to be trained; many small trades of a few bars. */
const BUSY: Partial<Policy> = {
  name: 'busy',
  sources: ['PROFESSIONAL_ANALYZER', 'RSI_MA', 'MOMENTUM'],
  sizing: { kind: 'fraction', fraction: 0.1 },
  exits: {
    stop: { kind: 'atr', multiple: 2 },
    target: { kind: 'atr', multiple: 2 },
    targetShares: { tp1: 0, tp2: 1, tp3: 0 },
    maxBars: 3,
  },
  onOpposite: 'close',
};

/** The same by models alone: real orders need one that is tradable. */
const MODELLED: Partial<Policy> = {
  ...BUSY,
  name: 'modelled',
  sources: ['ML_PER_COIN_V1'],
  minConfidence: 0.2,
};

export interface RealTimeCluster extends TestCluster {
  readonly exchange: LoopbackTradingExchange;
  start(request: Partial<StartAccountRequest>): Promise<StartedAccount>;
}

/**
 * A cluster whose venue is an exchange in this process, with two markets of `1s` bars that close as time passes, and a policy
 * `busy` that trades them by rules.
 * @param settings more of the configuration, as environment variables
 */
export async function startRealTimeCluster(
  t: TestContext,
  settings: Readonly<Record<string, string>> = {},
): Promise<RealTimeCluster> {
  const firstOpenTime = Math.floor(Date.now() / SECOND - HISTORY_BARS) * SECOND;
  const histories = new Map([BTC, ETH].map(({ symbol }, at) => [symbol, marketFrom(firstOpenTime, at + 1)]));
  const exchange = await startTradingExchange({
    markets: [...histories].map(([symbol, { candles, barAt }]) => ({
      base: symbol.slice(0, 3),
      quote: 'USDT',
      kind: 'spot',
      timeframe: '1s',
      candles,
      barAt,
      tick: '0.01',
      lot: '0.00001',
      minNotional: '5',
    })),
    now: Date.now,
    account: { balances: { USDT: '10000' }, keys: [KEY] },
  });
  t.after(() => exchange.close());
  const configured = {
    ALPHALOOM__DEFAULT_VENUE: VENUE,
    ALPHALOOM__VENUES__BINANCE__HOST: exchange.address,
    ...settings,
  };
  const cluster = await startCluster(t, configured, SHORT_RUNS);
  const { home, environment, orchestrator } = cluster;
  await mkdir(join(home.root, 'policies'), { recursive: true });
  // YAML reads JSON.
  for (const policy of [BUSY, MODELLED])
    await writeFile(join(home.root, `policies/${policy.name}.yaml`), JSON.stringify(policy));
  for (const series of [BTC, ETH]) {
    const { candles } = histories.get(series.symbol)!;
    await cluster.rooms.candles.append(series, candles, { kind: 'spot', source: VENUE });
  }
  const loaded = await loadConfig({ environment: configured, cwd: home.root, homeRoot: home.root });
  return {
    ...cluster,
    exchange,
    start: request =>
      startAccount(
        { rooms: cluster.rooms, loaded, environment, orchestrator, isEmbedded: true },
        {
          account: 'paper',
          symbols: [BTC, ETH].map(({ symbol, timeframe }) => ({ symbol, timeframe })),
          policy: 'busy',
          iterations: null,
          replay: null,
          understandsRisk: false,
          actor: 'test',
          ...request,
        },
      ),
  };
}

function marketFrom(
  firstOpenTime: number,
  seed: number,
): { candles: Candles; barAt: (index: number) => BarRow } {
  const recorded = plantedMarket(PLANTED_BARS, seed);
  const openTime = recorded.openTime.map((_, bar) => firstOpenTime + bar * SECOND);
  return {
    candles: sliceCandles({ ...recorded, openTime }, 0, HISTORY_BARS),
    barAt: endlessBars(recorded, '1s', firstOpenTime, 0),
  };
}

/** A champion of a series by a small training. Whether it has an edge after costs is the gate’s affair; here it is said. */
export async function makeBusyChampion(rooms: OpenRooms, series: Series, tradable: boolean): Promise<void> {
  const recipe = await loadRecipe('gbdt-core15', [], {
    'train.params.rounds': tradable ? 20 : 21,
    'labels.horizonBars': 8,
    'labels.upAtr': 1,
    'labels.downAtr': 1,
    'gate.minTestRows': 500,
  });
  const registry: OpenRooms['registry'] = new Proxy(rooms.registry, {
    get(of, property) {
      if (property !== 'register') return Reflect.get(of, property, of);
      return (id: string, registration: Registration) => of.register(id, { ...registration, tradable });
    },
  });
  const { registered } = await trainInProcess({ ...rooms, registry }, series, recipe);
  await rooms.registry.moveChampion({
    operationId: `champion v${registered.version} of ${seriesId(series)}`,
    series: seriesId(series),
    from: 'current',
    to: registered.version,
    kind: 'promote',
    actor: 'test',
    reason: 'a test',
  });
}
