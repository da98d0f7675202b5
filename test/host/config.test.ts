import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { parse } from 'yaml';
import { AlphaloomError } from '../../contracts/errors.ts';
import { type LoadedConfig, loadConfig, recipeFolders, venueKind } from '../../host/config.ts';
import { configJsonSchema, firstConfig } from '../../host/config-docs.ts';
import { CHECKOUT } from '../../host/paths.ts';
import { temporaryHome } from '../support/temporary-home.ts';

interface Given {
  readonly yaml?: string;
  readonly dotEnv?: string;
  readonly environment?: Record<string, string>;
  readonly flags?: Record<string, unknown>;
}

async function load(t: TestContext, given: Given): Promise<LoadedConfig> {
  const folder = await temporaryHome(t);
  if (given.yaml !== undefined) await writeFile(join(folder, 'alphaloom.yaml'), given.yaml);
  if (given.dotEnv !== undefined) await writeFile(join(folder, '.env'), given.dotEnv);
  const { environment = {}, flags } = given;
  return await loadConfig({ environment, cwd: folder, homeRoot: join(folder, 'home'), flags });
}

function origin(loaded: LoadedConfig, path: string): string | undefined {
  return loaded.values.find(value => value.path === path)?.origin;
}

async function refusal(t: TestContext, given: Given): Promise<AlphaloomError> {
  const error = await load(t, given).then(
    () => assert.fail('it was accepted'),
    reason => reason,
  );
  assert.ok(error instanceof AlphaloomError, String(error));
  assert.equal(error.code, 'CONFIG_INVALID');
  return error;
}

test('without a file every value is a default', async t => {
  const loaded = await load(t, {});
  assert.equal(loaded.file, null);
  assert.equal(loaded.config.defaultVenue, 'coinbase');
  assert.equal(loaded.config.temporal.retentionDays, 30);
  assert.ok(loaded.values.every(value => value.origin === 'default'));
});

test('a flag wins over the environment, that over .env, that over the file, that over the default', async t => {
  const yaml = 'temporal: {port: 1, uiPort: 1, namespace: file, retentionDays: 1}\n';
  const dotEnv =
    'ALPHALOOM__TEMPORAL__PORT=2\nALPHALOOM__TEMPORAL__UI_PORT=2\nALPHALOOM__TEMPORAL__NAMESPACE=dot\nOTHER=x\n';
  const environment = { ALPHALOOM__TEMPORAL__PORT: '3', ALPHALOOM__TEMPORAL__UI_PORT: '3' };
  const loaded = await load(t, {
    yaml,
    dotEnv,
    environment,
    flags: { 'temporal.port': 4, 'temporal.uiPort': undefined },
  });
  const { port, uiPort, namespace, retentionDays } = loaded.config.temporal;
  assert.deepEqual(
    { port, uiPort, namespace, retentionDays },
    { port: 4, uiPort: 3, namespace: 'dot', retentionDays: 1 },
  );
  assert.equal(origin(loaded, 'temporal.port'), 'flag');
  assert.equal(origin(loaded, 'temporal.uiPort'), 'environment: ALPHALOOM__TEMPORAL__UI_PORT');
  assert.match(origin(loaded, 'temporal.namespace')!, /\.env: ALPHALOOM__TEMPORAL__NAMESPACE$/);
  assert.equal(origin(loaded, 'temporal.retentionDays'), loaded.file);
  assert.equal(origin(loaded, 'defaultVenue'), 'default');
});

test('an unknown key is named with its file and with what is allowed there', async t => {
  const error = await refusal(t, { yaml: 'temporal:\n  prot: 7233\n' });
  assert.match(error.message, /temporal\.prot \(.*alphaloom\.yaml\): unknown key; allowed here: .*port/);
  assert.deepEqual((error.details.problems as { path: string }[])[0].path, 'temporal.prot');
});

test('every wrong value is named with its path, its value, and what is allowed', async t => {
  const yaml =
    'promotion: {default: sometimes}\ntemporal: {port: 0}\ntraining: {maxConcurrentActivities: many}\nvenues: {Bad_Name: {kind: spot}}\nlog: 3\n';
  const { message } = await refusal(t, { yaml });
  assert.match(message, /promotion\.default .*"auto"\|"manual", got "sometimes"/);
  assert.match(message, /temporal\.port .*got 0/);
  assert.match(
    message,
    /training\.maxConcurrentActivities .*"cores" or a whole number from 1 to 256, got "many"/,
  );
  assert.match(message, /venues\.Bad_Name .*lower-case letters/);
  assert.match(message, /log .*expected object.*got 3/);
});

test('a series of promotion that no lookup could ever match is refused, with the form to write', async t => {
  const { config } = await load(t, { yaml: 'promotion: {series: {"coinbase:BTCUSD/1h": manual}}' });
  assert.deepEqual(config.promotion.series, { 'coinbase:BTCUSD/1h': 'manual' });
  for (const [key, message] of [
    ['coinbase:BTC/USD/1h', /write it as coinbase:BTCUSD\/1h/],
    ['coinbase:BTC-USD/1h', /write it as coinbase:BTCUSD\/1h/],
    ['coinbase:BTCUSD/60m', /"60m" is not a timeframe\. Use one of 1s/],
    ['Coinbase:BTCUSD/1h', /"Coinbase" is not a venue name/],
    ['coinbase:btcusd/1h', /"btcusd" is not a symbol/],
    ['BTCUSD/1h', /write venue:SYMBOL\/timeframe/],
  ] as const) {
    const refused = await refusal(t, { yaml: `promotion: {series: {"${key}": manual}}` });
    assert.match(refused.message, message, key);
    assert.ok(refused.message.includes(key));
  }
});

test('a variable that names no setting, or holds a wrong value, is refused by its name', async t => {
  const unknown = await refusal(t, { environment: { ALPHALOOM__TEMPORAL__PROT: '1' } });
  assert.match(unknown.message, /ALPHALOOM__TEMPORAL__PROT .*"PROT" is unknown; allowed: namespace, port/);
  const wrong = await refusal(t, { environment: { ALPHALOOM__TEMPORAL__PORT: 'abc' } });
  assert.match(wrong.message, /temporal\.port \(environment: ALPHALOOM__TEMPORAL__PORT\).*got "abc"/);
});

test('a text setting takes digits as text, a list is written as YAML', async t => {
  const environment = { ALPHALOOM__TEMPORAL__NAMESPACE: '123', ALPHALOOM__RECIPES__FOLDERS: '[a, /b]' };
  const loaded = await load(t, { environment });
  assert.equal(loaded.config.temporal.namespace, '123');
  assert.deepEqual(recipeFolders(loaded), [join(loaded.folder, 'a'), '/b']);
});

test('venues of the file are added to the known ones and may change them', async t => {
  const { config } = await load(t, {
    yaml: 'venues: {okx: {kind: swap}, kraken: {kind: swap}}',
    environment: { ALPHALOOM__VENUES__BINANCE_USDM__KIND: 'spot' },
  });
  assert.equal(venueKind(config, 'okx'), 'swap');
  assert.equal(venueKind(config, 'kraken'), 'swap');
  assert.equal(venueKind(config, 'binance-usdm'), 'spot');
  assert.equal(venueKind(config, 'coinbase'), 'spot');
  assert.throws(() => venueKind(config, 'nowhere'), { code: 'CONFIG_INVALID' });
});

test('an account of which nothing but its name is written has the defaults', async t => {
  for (const yaml of ['accounts: {paper-2: {}}', 'accounts:\n  paper-2:\n    # venue: kraken\n']) {
    const loaded = await load(t, { yaml });
    assert.deepEqual(loaded.config.accounts['paper-2'], loaded.config.accounts.paper);
    assert.equal(origin(loaded, 'accounts.paper-2.capital'), 'default');
  }
});

test('a name with nothing below it takes nothing away from what stands elsewhere', async t => {
  const environment = { ALPHALOOM__ACCOUNTS__OTHER__CAPITAL: '500' };
  const { config } = await load(t, {
    yaml: 'accounts: {paper: {}, other: {}}\nvenues: {binance-usdm: {}}',
    environment,
  });
  assert.equal(config.accounts.other.capital, 500);
  assert.equal(config.accounts.paper.mode, 'paper');
  assert.equal(venueKind(config, 'binance-usdm'), 'swap');
});

test('a venue of which nothing but its name is written is refused by what it lacks', async t => {
  assert.match((await refusal(t, { yaml: 'venues: {edge: {}}' })).message, /^venues\.edge\.kind/);
});

test('a value may stand in a file that a variable names', async t => {
  const folder = await temporaryHome(t);
  await writeFile(join(folder, 'secret'), 'hidden\n');
  const loaded = await load(t, {
    environment: { ALPHALOOM__TEMPORAL__NAMESPACE_FILE: join(folder, 'secret') },
  });
  assert.equal(loaded.config.temporal.namespace, 'hidden');
  await assert.rejects(
    load(t, { environment: { ALPHALOOM__TEMPORAL__NAMESPACE_FILE: join(folder, 'none') } }),
    {
      code: 'FILE_NOT_FOUND',
    },
  );
});

test('an empty file that a variable names is said to be empty', async t => {
  const file = join(await temporaryHome(t), 'real.key');
  await writeFile(file, '\n');
  const environment = { ALPHALOOM__ACCOUNTS__REAL__API_KEY_FILE: file };
  const { message } = await refusal(t, { environment });
  assert.equal(message, `ALPHALOOM__ACCOUNTS__REAL__API_KEY_FILE names the file ${file}, which is empty.`);
});

test('ALPHALOOM_CONFIG wins over the current folder, and must be there', async t => {
  const folder = await temporaryHome(t);
  await writeFile(join(folder, 'alphaloom.yaml'), 'defaultVenue: kraken');
  await writeFile(join(folder, 'other.yaml'), 'defaultVenue: bitfinex');
  const request = { cwd: folder, homeRoot: join(folder, 'home') };
  const named = await loadConfig({ ...request, environment: { ALPHALOOM_CONFIG: 'other.yaml' } });
  assert.equal(named.config.defaultVenue, 'bitfinex');
  await assert.rejects(loadConfig({ ...request, environment: { ALPHALOOM_CONFIG: 'none.yaml' } }), {
    code: 'FILE_NOT_FOUND',
  });
});

test('a folder where a file should be is refused by its name', async t => {
  const folder = await temporaryHome(t);
  const request = { cwd: folder, homeRoot: join(folder, 'home') };
  await assert.rejects(loadConfig({ ...request, environment: { ALPHALOOM_CONFIG: '.' } }), {
    code: 'CONFIG_INVALID',
    message: /ALPHALOOM_CONFIG names the folder .*alphaloom\.yaml/,
  });
  await assert.rejects(
    loadConfig({ ...request, environment: { ALPHALOOM__TEMPORAL__NAMESPACE_FILE: folder } }),
    { code: 'CONFIG_INVALID', message: /NAMESPACE_FILE, .*is a folder/ },
  );
  await mkdir(join(folder, 'alphaloom.yaml'));
  await assert.rejects(loadConfig({ ...request, environment: {} }), {
    code: 'CONFIG_INVALID',
    message: /alphaloom\.yaml is a folder/,
  });
});

test('lines of .env that say nothing are told by their number, without their content', async t => {
  const dotEnv = [
    '# a comment',
    'export OTHER=1',
    '',
    'ALPHALOOM__TEMPORAL__PORT: 7300 hunter2',
    'QUOTED="two',
    'lines"',
    'hunter2',
    '  SPACED = x # fine',
  ].join('\n');
  const { warnings } = await load(t, { dotEnv });
  assert.deepEqual(
    warnings.map(warning => /line (\d+),/.exec(warning)?.[1]),
    ['4', '7'],
  );
  assert.ok(!warnings.join().includes('hunter2'));
  assert.deepEqual((await load(t, { dotEnv: 'A=1\r\n\r\n# x\r\nB=2\r\n' })).warnings, []);
});

test('hostile YAML is refused: not YAML, doubled keys, alias bombs, prototype keys, a list', async t => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
    .split('')
    .map((key, i) => `${key}: &${key} [${Array(9).fill(`*${'abcdefg'[i]}`)}]`)
    .join('\n')}\n`;
  for (const yaml of [
    'a: [',
    'log: {}\nlog: {}\n',
    bomb,
    '__proto__: {polluted: 1}',
    'venues: {__proto__: {kind: spot}}',
    '- 1',
  ]) {
    await refusal(t, { yaml });
  }
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
});

test('an empty file, and sections of comments alone, are fine', async t => {
  assert.equal((await load(t, { yaml: '' })).config.log.level, 'info');
  assert.equal((await load(t, { yaml: 'log:\n  # level: debug\n' })).config.log.level, 'info');
});

test('the first configuration holds every default once its comments are taken away', async t => {
  const yaml = firstConfig('schema.json')
    .split('\n')
    .slice(2)
    .map(line => line.replace(/^# /, ''))
    .join('\n');
  const { config } = await load(t, { yaml });
  const defaults = (await load(t, {})).config;
  assert.deepEqual(
    { ...config, temporal: { ...config.temporal, port: undefined, uiPort: undefined } },
    { ...defaults, temporal: { ...defaults.temporal, port: undefined, uiPort: undefined } },
  );
  assert.equal(parse(firstConfig('schema.json')), null);
});

test('the published JSON Schema is the one of the code', async () => {
  assert.equal(await readFile(join(CHECKOUT, 'docs/alphaloom.schema.json'), 'utf8'), configJsonSchema());
});
