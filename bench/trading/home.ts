import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { barsBefore, sliceCandles } from '../../contracts/candles.ts';
import type { Policy } from '../../contracts/policy.ts';
import { seriesId } from '../../contracts/series.ts';
import { composeRooms, type OpenRooms } from '../../host/compose.ts';
import { loadConfig } from '../../host/config.ts';
import { CHECKOUT, type Home, homeAt } from '../../host/paths.ts';
import { DEFAULT_RECIPE, loadRecipe } from '../../host/recipes.ts';
import { linkPackage } from '../../registry/package-files.ts';
import { trainInProcess } from '../../test/support/pipeline.ts';
import { LOOPBACK_KEY } from '../../venues/loopback/signature.ts';
import type { BenchExchange } from './exchange.ts';
import { askable } from './held-memory.ts';
import { BAR_MS, HISTORY_BARS, plantedBars, symbolsOf, VENUE } from './market.ts';

/** A live account of one symbol, one of all of them, and one on paper that plays recorded bars. */
export const ACCOUNTS = { one: 'one', all: 'all', replay: 'replay' } as const;

/** In at a close, out by the next, so that every few closes there is something to send. */
const POLICY = {
  description: 'a hundredth of the equity, for one bar',
  sizing: { kind: 'fraction', fraction: 0.01 },
  exits: {
    stop: { kind: 'percent', percent: 50 },
    target: { kind: 'none' },
    targetShares: { tp1: 0, tp2: 0, tp3: 0 },
    maxBars: 1,
  },
  onOpposite: 'hold',
} satisfies Partial<Policy>;
/** The series whose bars the model is trained on; nobody trades it. */
const TEACHER = 'TEACHERUSDT';
/** Policies, and how many bars their entries are apart: exits of earlier ones are out of the way by then. */
const EVERY_BARS = { bench: 2, 'bench-all': 5 } as const;

export interface BenchHome {
  readonly home: Home;
  readonly rooms: OpenRooms;
  /** Runs a command of the program; its document. */
  run(...words: string[]): Promise<unknown>;
  close(): Promise<void>;
}

/** A home whose series all have the bars of the exchange and a champion that wants to buy. */
export async function makeHome(exchange: BenchExchange, symbols: number): Promise<BenchHome> {
  const root = await mkdtemp(join(tmpdir(), 'alphaloom-bench-'));
  const home = homeAt(root);
  await writeSettings(root, exchange.address);
  const environment = {
    ...process.env,
    ALPHALOOM_HOME: root,
    ALPHALOOM_LIVE: 'yes',
    ...(await askable(memoryFolder(root))),
    ...keysOf('ONE'),
    ...keysOf('ALL'),
  };
  const run = async (...words: string[]) => {
    const { stdout, exitCode } = await execa(join(CHECKOUT, 'alphaloom'), [...words, '--json'], {
      cwd: root,
      env: environment,
      stderr: 'inherit',
      reject: false,
    });
    if (exitCode !== 0) throw new Error(`alphaloom ${words.join(' ')} ended with ${exitCode}: ${stdout}`);
    return JSON.parse(stdout) as unknown;
  };
  const loaded = await loadConfig({ environment: {}, cwd: root, homeRoot: root });
  const rooms = await composeRooms({ home, environment: process.env, loaded, client: null });
  const close = async () => {
    await rooms.close();
    await run('down', '--leave-positions');
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await addChampions(rooms, exchange.firstOpenTime, symbolsOf(symbols));
    await run('up');
    return { home, rooms, run, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where workers say what memory they hold. */
export function memoryFolder(root: string): string {
  return join(root, 'held-memory');
}

function keysOf(account: string): NodeJS.ProcessEnv {
  const setting = `ALPHALOOM__ACCOUNTS__${account}`;
  return { [`${setting}__API_KEY`]: LOOPBACK_KEY.apiKey, [`${setting}__API_SECRET`]: LOOPBACK_KEY.secret };
}

async function writeSettings(root: string, host: string): Promise<void> {
  const live = { mode: 'live', venue: VENUE, capital: 100_000 };
  const document = {
    venues: { [VENUE]: { kind: 'spot', exchange: 'binance', host } },
    defaultVenue: VENUE,
    accounts: {
      [ACCOUNTS.one]: { ...live, policy: 'bench' },
      [ACCOUNTS.all]: { ...live, policy: 'bench-all' },
      [ACCOUNTS.replay]: { mode: 'paper', venue: VENUE, capital: 100_000, policy: 'bench' },
    },
  };
  // YAML reads JSON.
  await writeFile(join(root, 'alphaloom.yaml'), JSON.stringify(document));
  await mkdir(join(root, 'policies'));
  for (const [name, everyBars] of Object.entries(EVERY_BARS))
    await writeFile(join(root, `policies/${name}.yaml`), JSON.stringify({ ...POLICY, name, everyBars }));
}

/**
 * One model, trained on the bars that all series share, becomes the champion of each. It is called tradable without having
 * been judged: what is measured here is time, and nobody else is told of it.
 */
async function addChampions(
  rooms: OpenRooms,
  firstOpenTime: number,
  symbols: readonly string[],
): Promise<void> {
  const bars = plantedBars(firstOpenTime);
  const closed = sliceCandles(bars, 0, barsBefore(bars, firstOpenTime + (HISTORY_BARS - 1) * BAR_MS));
  const seriesOf = (symbol: string) => ({ venue: VENUE, symbol, timeframe: '1s' as const });
  for (const symbol of symbols)
    await rooms.candles.append(seriesOf(symbol), closed, { kind: 'spot', source: 'bench' });
  const recipe = await loadRecipe(DEFAULT_RECIPE, [], {
    'labels.horizonBars': 4,
    'labels.upAtr': 0.5,
    'labels.downAtr': 0.5,
    'train.params.rounds': 40,
  });
  const teacher = seriesOf(TEACHER);
  await rooms.candles.append(teacher, closed, { kind: 'spot', source: 'bench' });
  const { registered } = await trainInProcess(rooms, teacher, recipe);
  const trained = await rooms.registry.get(seriesId(teacher), registered.version);
  const { series: _, version: __, registeredAt: ___, ...registration } = trained;
  const { folder } = await rooms.artifacts.load(trained.package);
  for (const series of symbols.map(symbol => seriesId(seriesOf(symbol)))) {
    const { version } = await rooms.registry.register(series, { ...registration, tradable: true });
    await linkPackage(rooms.home, series, version.version, folder);
    await rooms.registry.moveChampion({
      operationId: `champion of ${series}`,
      series,
      from: null,
      to: version.version,
      kind: 'promote',
      actor: 'bench',
      reason: 'bench',
    });
  }
}
