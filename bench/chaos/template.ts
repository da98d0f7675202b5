import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Candles } from '../../contracts/candles.ts';
import { CHECKOUT } from '../../host/paths.ts';
import { exists } from '../../storage/files.ts';
import { plantedMarket } from '../../venues/loopback/bars/planted.ts';
import { Commands } from './command.ts';
import { ExchangeProcess, freePort } from './exchange.ts';

export const SYMBOLS: readonly string[] = ['BTCUSDT', 'ETHUSDT'];
export const VENUE = 'loopback';
/** Bars that the exchange has when it is first started: what the models are trained on. */
export const HISTORY_BARS = 11_000;
const MARKET_BARS = 12_000;
export const BALANCE = 'USDT=100000';
export const KEYS = { apiKey: 'loopback-key', apiSecret: 'loopback-secret' };

/** Short labels, so that there is much to trade. */
const LABELS = ['labels.horizonBars=8', 'labels.upAtr=1', 'labels.downAtr=1'];
/** What a model is made by: where any of it changes, the models are made anew. */
const MADE_BY = ['features', 'datasets', 'models', 'inference', 'evaluation', 'recipes'];
const MADE_HERE = [join(CHECKOUT, 'venues/loopback/bars/planted.ts')];
/** Counts up where the way of making it changes. */
const MAKING = 1;

/**
 * A home with a tradable champion of each symbol, and in `exchange/` the exchange that its candles come from. It is made by
 * commands alone, as a user would: an exchange whose market has a planted edge, `candles fetch`, `train`, and the gate’s word.
 * Made once and kept in the system’s folder for temporary files; this copies it.
 * @throws Error where the gate does not find a champion tradable
 */
export async function copyTemplate(
  to: string,
  environment: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<void> {
  const kept = join(tmpdir(), `alphaloom-chaos-${await hashOfCode()}`);
  if (!(await exists(kept))) {
    say('training a champion of each symbol; this home is kept for the next time');
    const making = await mkdtemp(join(tmpdir(), 'alphaloom-chaos-making-'));
    try {
      await makeTemplate(making, environment);
      await rename(making, kept);
    } catch (error) {
      await rm(making, { recursive: true, force: true, maxRetries: 5 });
      // Somebody else was faster.
      if (!(await exists(kept))) throw error;
    }
  }
  await cp(kept, to, { recursive: true });
}

export function exchangeFolder(home: string): string {
  return join(home, 'exchange');
}

export async function writeSettings(home: string, address: string, more: object = {}): Promise<void> {
  const venues = { [VENUE]: { kind: 'spot', exchange: 'binance', host: address } };
  // YAML reads JSON.
  await writeFile(join(home, 'alphaloom.yaml'), JSON.stringify({ venues, defaultVenue: VENUE, ...more }));
}

async function makeTemplate(home: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const commands = new Commands(home, environment);
  const folder = exchangeFolder(home);
  await mkdir(folder, { recursive: true });
  for (const [index, symbol] of SYMBOLS.entries())
    await writeFile(join(folder, `${symbol}.csv`), writtenAsCsv(plantedMarket(MARKET_BARS, index + 1)));
  const exchange = new ExchangeProcess({
    folder,
    symbols: SYMBOLS,
    port: await freePort(),
    history: HISTORY_BARS,
    faults: [],
    seed: 1,
    queryLagMs: 0,
    balance: BALANCE,
    keys: KEYS,
    environment: commands.environment,
  });
  await writeSettings(home, exchange.address);
  try {
    await exchange.start();
    const since = new Date(exchange.firstOpenTime()).toISOString();
    await commands.run('candles', 'fetch', '--symbol', SYMBOLS.join(), '--timeframe', '1s', '--since', since);
  } finally {
    await exchange.end();
  }
  try {
    await commands.run('up');
    const set = LABELS.flatMap(label => ['--set', label]);
    await commands.run('train', SYMBOLS.join(), '1s', '--recipe', 'gbdt-core15', ...set);
  } finally {
    await commands.run('down');
  }
  await requireTradable(commands);
  // Another home’s server, ports and processes are none of the copy’s.
  for (const name of await readdir(home))
    if (/^(temporal|logs|run)/.test(name)) await rm(join(home, name), { recursive: true });
}

/** As a file that `dev exchange --from` reads. */
function writtenAsCsv({ openTime, open, high, low, close, volume }: Candles): string {
  const rows = Array.from(openTime, (time, bar) =>
    [time, ...[open, high, low, close].map(prices => prices[bar].toFixed(2)), volume[bar].toFixed(4)].join(),
  );
  return `${['time,open,high,low,close,volume', ...rows].join('\n')}\n`;
}

async function requireTradable(commands: Commands): Promise<void> {
  const { versions } = (await commands.run('models', 'list')) as {
    versions: readonly { series: string; champion: boolean; tradable: boolean }[];
  };
  for (const symbol of SYMBOLS) {
    const champion = versions.find(({ series, champion }) => champion && series === `${VENUE}:${symbol}/1s`);
    if (champion?.tradable !== true)
      throw new Error(`The gate found no tradable champion of ${symbol}: ${JSON.stringify(versions)}`);
  }
}

async function hashOfCode(): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([MAKING, HISTORY_BARS, MARKET_BARS, LABELS]));
  for (const path of MADE_HERE) hash.update(await readFile(path));
  for (const folder of MADE_BY) {
    const files = await readdir(join(CHECKOUT, folder), { recursive: true, withFileTypes: true });
    const paths = files
      .filter(file => file.isFile() && !file.name.endsWith('.md'))
      .map(file => join(file.parentPath, file.name))
      .sort();
    for (const path of paths) hash.update(path.slice(CHECKOUT.length)).update(await readFile(path));
  }
  return hash.digest('hex').slice(0, 16);
}
