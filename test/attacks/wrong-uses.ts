import { appendFile, copyFile, mkdir, readdir, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';
import { stringify } from 'yaml';
import type { ErrorCode } from '../../contracts/errors.ts';
import { CHECKOUT } from '../../host/paths.ts';

/** Where a wrong use happens: a home that holds 48 hourly bars of coinbase:BTCUSD and one champion, and a folder for files. */
export interface Scene {
  readonly t: TestContext;
  readonly home: string;
  readonly folder: string;
}

/** A command line to run, and what it must say. */
export interface WrongUse {
  readonly name: string;
  readonly words: readonly string[];
  readonly environment?: (scene: Scene) => Record<string, string> | Promise<Record<string, string>>;
  readonly prepare?: (scene: Scene) => Promise<void>;
  readonly code: ErrorCode;
  readonly exit: 1 | 2;
  /** What the message must name. */
  readonly says: RegExp;
  readonly skip?: string | false;
}

const TRAIN = ['train', 'BTCUSD', '1h'];
const RECIPE = {
  name: 'mine',
  task: 'direction3',
  features: { names: ['rsi_14'] },
  labels: { kind: 'triple-barrier', horizonBars: 12, upAtr: 1, downAtr: 1 },
  split: { train: 0.6, validation: 0.2, test: 0.2 },
  train: { estimator: 'lightgbm' },
};
const HEADER = 'ts,open,high,low,close,volume';
const START = Date.UTC(2024, 5, 1);

const importing = (file: string, more: readonly string[] = []) => [
  ...['candles', 'import', file, '--symbol', 'BTCUSD', '--timeframe', '1h'],
  ...more,
];
const withRecipe = (file: string) => [...TRAIN, '--recipe', file];

function file(name: string, text: string) {
  return async ({ folder }: Scene) => await writeFile(join(folder, name), text);
}

function recipe(changes: object) {
  return file('mine.yaml', stringify({ ...RECIPE, ...changes }));
}

/** Sound hourly rows; `spoil` may change them. */
function csv(name: string, spoil: (rows: string[]) => string[], stepMs = 3_600_000) {
  const rows = Array.from({ length: 5 }, (_, i) => `${START + i * stepMs},100,101,99,100,1`);
  return file(name, `${[HEADER, ...spoil(rows)].join('\n')}\n`);
}

async function listenOnce({ t }: Scene): Promise<number> {
  const server = createServer().listen({ host: '127.0.0.1', port: 0 });
  await new Promise(resolve => server.once('listening', resolve));
  t.after(() => new Promise(resolve => server.close(resolve)));
  return (server.address() as { port: number }).port;
}

const asRoot = process.getuid?.() === 0 ? 'root may write anywhere' : false;
const withoutTemporal = process.env.ALPHALOOM_TEST_TEMPORAL ? false : 'needs ALPHALOOM_TEST_TEMPORAL';

export const WRONG_USES: readonly WrongUse[] = [
  // words
  { name: 'an unknown command', words: ['trian', 'BTCUSD'], code: 'USAGE', exit: 2, says: /trian/ },
  {
    name: 'an option that does not exist',
    words: [...TRAIN, '--epoch', '3'],
    code: 'USAGE',
    exit: 2,
    says: /--epoch/,
  },
  {
    name: 'a symbol without bars',
    words: ['predict', 'NOSUCHUSD', '1h'],
    code: 'CANDLES_NOT_FOUND',
    exit: 2,
    says: /NOSUCHUSD/,
  },
  {
    name: 'a timeframe that does not exist',
    words: ['predict', 'BTCUSD', '7m'],
    code: 'TIMEFRAME_INVALID',
    exit: 2,
    says: /"7m".*15m/,
  },
  {
    name: 'a timeframe to train on that does not exist',
    words: ['train', 'BTCUSD', '1h,7m'],
    code: 'TIMEFRAME_INVALID',
    exit: 2,
    says: /"7m"/,
  },
  {
    name: 'a symbol that climbs out of its folder',
    words: ['predict', '../x', '1h'],
    code: 'SYMBOL_INVALID',
    exit: 2,
    says: /\.\.\/x/,
  },
  {
    name: 'a venue that climbs out of its folder',
    words: importing('a.csv', ['--venue', '../x']),
    code: 'VENUE_INVALID',
    exit: 2,
    says: /\.\.\/x/,
  },
  {
    name: 'a venue nobody knows',
    words: importing('a.csv', ['--venue', 'nowhere']),
    prepare: csv('a.csv', rows => rows),
    code: 'CONFIG_INVALID',
    exit: 2,
    says: /nowhere.*coinbase/,
  },
  {
    name: 'a version that is no version',
    words: ['models', 'show', 'BTCUSD', '1h', 'vx'],
    code: 'USAGE',
    exit: 2,
    says: /vx/,
  },
  {
    name: 'a version that is not there',
    words: ['models', 'show', 'BTCUSD', '1h', 'v9'],
    code: 'VERSION_NOT_FOUND',
    exit: 2,
    says: /9/,
  },
  {
    name: 'a time to train as of that has not come',
    words: [...TRAIN, '--as-of', '2999-01-01'],
    code: 'TIME_INVALID',
    exit: 2,
    says: /2999-01-01T.*future/,
  },
  {
    name: 'a symbols file that is an object',
    words: ['train', '--symbols-file', 'a.json', '1h'],
    prepare: file('a.json', '{"symbols": ["BTCUSD"]}'),
    code: 'USAGE',
    exit: 2,
    says: /a\.json must be a JSON array of symbols/,
  },
  {
    name: 'a pause of a series that nobody has heard of',
    words: ['models', 'pause', 'NOPE', '1h'],
    code: 'CANDLES_NOT_FOUND',
    exit: 2,
    says: /coinbase:NOPE\/1h/,
  },
  {
    name: 'a promotion of a version that is not there',
    words: ['models', 'promote', 'BTCUSD', '1h', 'v9'],
    code: 'VERSION_NOT_FOUND',
    exit: 2,
    says: /9/,
  },
  {
    name: 'a time that is no time',
    words: [...TRAIN, '--as-of', 'yesterday'],
    code: 'TIME_INVALID',
    exit: 2,
    says: /yesterday.*ISO 8601/,
  },
  {
    name: 'a symbols file that is not there',
    words: ['train', '--symbols-file', 'none.json', '1h'],
    code: 'FILE_NOT_FOUND',
    exit: 2,
    says: /none\.json/,
  },
  {
    name: 'a symbols file of something else',
    words: ['train', '--symbols-file', 'a.json', '1h'],
    prepare: file('a.json', '[{"symbol": "BTCUSD"}]'),
    code: 'USAGE',
    exit: 2,
    says: /a\.json.*array of symbols/,
  },
  // recipes
  {
    name: 'a recipe that is not there',
    words: withRecipe('gbdt-core51'),
    code: 'RECIPE_NOT_FOUND',
    exit: 2,
    says: /gbdt-core51.*gbdt-core15/,
  },
  {
    name: 'a recipe that is no YAML',
    words: withRecipe('mine.yaml'),
    prepare: file('mine.yaml', 'name: [mine\ntask: {'),
    code: 'RECIPE_INVALID',
    exit: 2,
    says: /mine\.yaml is not YAML/,
  },
  {
    name: 'a recipe with an unknown key',
    words: withRecipe('mine.yaml'),
    prepare: recipe({ foo: 'bar' }),
    code: 'RECIPE_INVALID',
    exit: 2,
    says: /mine\.yaml: foo: unknown key; allowed: name,.*got "bar"/,
  },
  {
    name: 'a recipe with a value out of range',
    words: withRecipe('mine.yaml'),
    prepare: recipe({ gate: { minTradeRecall: 7 } }),
    code: 'RECIPE_INVALID',
    exit: 2,
    says: /gate\.minTradeRecall: .*<=1.*got 7/,
  },
  {
    name: 'a recipe with a feature nobody knows',
    words: withRecipe('mine.yaml'),
    prepare: recipe({ features: { names: ['rsi_41'] } }),
    code: 'FEATURE_UNKNOWN',
    exit: 2,
    says: /rsi_41.*rsi_14/,
  },
  {
    name: 'nonsense to set',
    words: [...TRAIN, '--set', 'nonsense'],
    code: 'USAGE',
    exit: 2,
    says: /nonsense/,
  },
  {
    name: 'a wrong value to set',
    words: [...TRAIN, '--set', 'train.seed=many'],
    code: 'RECIPE_INVALID',
    exit: 2,
    says: /train\.seed: .*got "many"/,
  },
  {
    name: 'a parameter to set that the estimator does not have',
    words: [...TRAIN, '--set', 'train.params.leaves=3'],
    code: 'RECIPE_INVALID',
    exit: 2,
    says: /train\.params\.leaves.*num_leaves/,
  },
  // files of bars
  {
    name: 'a file that is not there',
    words: importing('none.parquet'),
    code: 'FILE_NOT_FOUND',
    exit: 2,
    says: /none\.parquet/,
  },
  {
    name: 'half a Parquet file',
    words: importing('half.parquet'),
    prepare: async ({ home, folder }) => {
      const [whole] = (await readdir(join(home, 'candles'), { recursive: true })).filter(name =>
        name.endsWith('.parquet'),
      );
      const half = join(folder, 'half.parquet');
      await copyFile(join(home, 'candles', whole), half);
      await truncate(half, 700);
    },
    code: 'CANDLES_UNREADABLE',
    exit: 2,
    says: /half\.parquet/,
  },
  {
    name: 'a text that calls itself Parquet',
    words: importing('text.parquet'),
    prepare: file('text.parquet', 'time,open\n1,2\n'.repeat(50)),
    code: 'CANDLES_UNREADABLE',
    exit: 2,
    says: /text\.parquet/,
  },
  {
    name: 'a CSV with NaN',
    words: importing('nan.csv'),
    prepare: csv('nan.csv', rows => rows.with(2, rows[2].replace('101', 'NaN'))),
    code: 'CANDLES_INVALID',
    exit: 2,
    says: /high.*NaN|NaN.*high/,
  },
  {
    name: 'a CSV with a column too many',
    words: importing('wide.csv'),
    prepare: file('wide.csv', `${HEADER},vwap\n${START},100,101,99,100,1,100\n`),
    code: 'CANDLES_INVALID',
    exit: 2,
    says: /vwap/,
  },
  {
    name: 'bars that are not in order',
    words: importing('unsorted.csv'),
    prepare: csv('unsorted.csv', rows => rows.toReversed()),
    code: 'CANDLES_INVALID',
    exit: 2,
    says: /row/i,
  },
  {
    name: 'bars of another timeframe',
    words: importing('minutes.csv'),
    prepare: csv('minutes.csv', rows => rows, 60_000),
    code: 'CANDLES_INVALID',
    exit: 2,
    says: /1h/,
  },
  {
    name: 'bars of the future',
    words: importing('future.csv'),
    prepare: csv('future.csv', rows => [...rows, `${Date.UTC(2199, 0, 1)},100,101,99,100,1`]),
    code: 'CANDLES_INVALID',
    exit: 2,
    says: /2199/,
  },
  {
    name: 'bars that differ from the stored ones',
    words: importing('other.csv'),
    prepare: file('other.csv', `${HEADER}\n${Date.UTC(2024, 0, 1)},5,6,4,5,1\n`),
    code: 'CANDLES_CONFLICT',
    exit: 1,
    says: /2024-01-01/,
  },
  // configuration
  {
    name: 'a setting by a variable that does not exist',
    words: ['candles', 'list'],
    environment: () => ({ ALPHALOOM__TEMPORAL__PROT: '7233' }),
    code: 'CONFIG_INVALID',
    exit: 2,
    says: /PROT.*port/,
  },
  {
    name: 'a setting of a wrong value',
    words: ['candles', 'list'],
    environment: () => ({ ALPHALOOM__TEMPORAL__PORT: '99999' }),
    code: 'CONFIG_INVALID',
    exit: 2,
    says: /temporal\.port.*65535.*99999/,
  },
  {
    name: 'a configuration that is no YAML',
    words: ['candles', 'list'],
    prepare: file('alphaloom.yaml', 'temporal: {port: 7'),
    code: 'CONFIG_INVALID',
    exit: 2,
    says: /alphaloom\.yaml is not YAML/,
  },
  {
    name: 'a series of promotion that does not exist',
    words: ['candles', 'list'],
    prepare: file('alphaloom.yaml', 'promotion: {series: {"coinbase:BTCUSD/60m": manual}}'),
    code: 'CONFIG_INVALID',
    exit: 2,
    says: /coinbase:BTCUSD\/60m.*"60m" is not a timeframe/,
  },
  // the machine
  {
    name: 'a home under a file',
    words: ['candles', 'list'],
    prepare: file('taken', ''),
    environment: ({ folder }) => ({ ALPHALOOM_HOME: join(folder, 'taken/home') }),
    code: 'CONFIG_INVALID',
    exit: 2,
    says: /taken/,
  },
  {
    name: 'a home where no folder can be made',
    words: ['candles', 'list'],
    environment: () => ({ ALPHALOOM_HOME: '/proc/nope' }),
    code: 'PERMISSION_DENIED',
    exit: 1,
    says: /\/proc\/nope.*ALPHALOOM_HOME/,
    skip: process.platform === 'linux' ? false : 'has no /proc',
  },
  {
    name: 'a home without permission',
    words: ['candles', 'list'],
    prepare: async ({ folder }) => {
      await mkdir(join(folder, 'locked'), { mode: 0o500 });
    },
    environment: ({ folder }) => ({ ALPHALOOM_HOME: join(folder, 'locked/home') }),
    code: 'PERMISSION_DENIED',
    exit: 1,
    says: /locked/,
    skip: asRoot,
  },
  {
    name: 'a Temporal of another machine over local stores',
    words: TRAIN,
    environment: () => ({ TEMPORAL_ADDRESS: '192.0.2.1:7233' }),
    code: 'SHARED_STORE_REQUIRED',
    exit: 1,
    says: /192\.0\.2\.1:7233.*TEMPORAL_ADDRESS/,
  },
  {
    name: 'a Temporal that does not answer',
    words: TRAIN,
    environment: () => ({ TEMPORAL_ADDRESS: '127.0.0.1:1' }),
    code: 'TEMPORAL_UNREACHABLE',
    exit: 1,
    says: /127\.0\.0\.1:1 .*TEMPORAL_ADDRESS/,
  },
  {
    name: 'a training where nothing was started',
    words: TRAIN,
    code: 'TEMPORAL_UNREACHABLE',
    exit: 1,
    says: /alphaloom up/,
  },
  {
    name: 'a configured port that is taken',
    words: ['up'],
    environment: async scene => ({
      ALPHALOOM__TEMPORAL__PORT: String(await listenOnce(scene)),
      ALPHALOOM_TEMPORAL: process.env.ALPHALOOM_TEST_TEMPORAL ?? '',
    }),
    code: 'PORT_TAKEN',
    exit: 1,
    says: /temporal\.port/,
    skip: withoutTemporal,
  },
  {
    name: 'a registry that is a text',
    words: ['predict', 'BTCUSD', '1h'],
    prepare: async ({ home }) =>
      await writeFile(join(home, 'registry.sqlite'), 'a letter to somebody '.repeat(200)),
    code: 'STORE_UNREADABLE',
    exit: 1,
    says: /registry\.sqlite/,
  },
  {
    name: 'a registry of a newer Alphaloom',
    words: ['models', 'list'],
    prepare: async ({ home }) => {
      const database = new DatabaseSync(join(home, 'registry.sqlite'));
      database.exec('PRAGMA user_version = 99');
      database.close();
    },
    code: 'STORE_TOO_NEW',
    exit: 1,
    says: /registry\.sqlite has schema 99/,
  },
  {
    name: 'a damaged file of the candle store',
    words: ['predict', 'BTCUSD', '1h'],
    prepare: async ({ home }) => {
      const names = await readdir(join(home, 'candles'), { recursive: true });
      const history = names.find(name => name.endsWith('.parquet'))!;
      await appendFile(join(home, 'candles', history), 'x');
    },
    code: 'CANDLES_DAMAGED',
    exit: 1,
    says: /\.parquet/,
  },
];

export const CLI = join(CHECKOUT, 'cli/main.ts');
