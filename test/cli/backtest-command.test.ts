import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runCommand } from '../support/command.ts';
import { eventually } from '../support/eventually.ts';
import { sampleRooms } from '../support/rooms.ts';

const CHECKOUT = join(import.meta.dirname, '../..');
const BACKTEST = ['backtest', 'BTCUSD', '1h', '--version', 'none', '--strategy'];
const WAITING = 'export const decide = () => [];\n';

/** A home with the sample’s bars, and a file in it with a strategy. */
async function homeWith(t: TestContext, source: string): Promise<{ home: string; file: string }> {
  const { home } = await sampleRooms(t);
  const file = join(home, 'mine.ts');
  await writeFile(file, source);
  return { home, file };
}

function start(home: string, words: readonly string[]) {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(CHECKOUT, 'cli/main.ts'), ...words],
    {
      cwd: home,
      env: { PATH: process.env.PATH, HOME: home, ALPHALOOM_HOME: home, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const told = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', chunk => {
      told[name] += chunk;
    });
  return { child, told };
}

test('a strategy that ends the process is no success', async t => {
  const { home, file } = await homeWith(t, 'export const decide = () => process.exit(0);\n');
  const { child, told } = start(home, [...BACKTEST, file]);
  const [code] = await once(child, 'close');
  assert.equal(code, 1);
  assert.match(told.stderr, /ended before the command had answered: a file of your own calls process\.exit/);
});

test('what a strategy logs does not mix with the answer', async t => {
  const source = "console.log('loaded'); export const decide = () => [];\n";
  const { home, file } = await homeWith(t, source);
  const { child, told } = start(home, [...BACKTEST, file, '--json']);
  assert.deepEqual(await once(child, 'close'), [0, null]);
  assert.equal(JSON.parse(told.stdout).strategy.file, 'mine.ts');
  assert.match(told.stderr, /^loaded$/m);
});

test('Ctrl-C ends a backtest whose strategy never answers', { timeout: 60_000 }, async t => {
  const hanging = "console.error('hangs'); while (true);";
  const { home, file } = await homeWith(t, `export const decide = () => { ${hanging} };\n`);
  const { child, told } = start(home, [...BACKTEST, file]);
  t.after(() => child.kill('SIGKILL'));
  await eventually('the strategy hangs', () => told.stderr.includes('hangs'), 30_000);
  child.kill('SIGINT');
  assert.deepEqual(await once(child, 'exit'), [null, 'SIGINT']);
});

test('--out writes over the very same backtest, and over no other', async t => {
  const { home, file } = await homeWith(t, WAITING);
  const place = { home: { root: home }, environment: {} };
  const out = join(home, 'result');
  const play = (...words: string[]) => runCommand(place, ...BACKTEST, file, '--out', out, ...words, '--json');
  assert.equal((await play()).code, 0);
  const before = await readFile(join(out, 'backtest.json'), 'utf8');
  assert.equal((await play()).code, 0);
  const other = await play('--cash', '500');
  assert.deepEqual([other.code, JSON.parse(other.stdout()).error.code], [2, 'FILE_EXISTS']);
  assert.equal(await readFile(join(out, 'backtest.json'), 'utf8'), before);
});

test('a range of some weeks is not told as a year, and where stored bars end is said', async t => {
  const { home, file } = await homeWith(t, WAITING);
  const play = (...words: string[]) =>
    runCommand({ home: { root: home }, environment: {} }, ...BACKTEST, file, ...words);
  assert.match((await play()).stdout(), /return per year[\s\S]*Calmar/);
  assert.doesNotMatch((await play('--from', '2019-09-01')).stdout(), /return per year|Calmar/);
  const late = await play('--from', '2025-01-01');
  assert.equal(late.code, 2);
  assert.match(
    late.stderr(),
    /The stored bars end at 2019-10-17T10:00Z, before 2025-01-01T00:00Z\. Begin earlier/,
  );
});

test('a strategy without a model is audited: what hangs on chance is found', async t => {
  const source = `
export const decide = (_prediction, portfolio, _policy, bar) => {
  const isFree = portfolio.position === null && portfolio.pendingEntry === null;
  if (!isFree || WAITS) return [];
  const exits = { stop: null, targets: [], trailing: null, maxBars: 3 };
  return [{ kind: 'enter', side: 'LONG', quantity: 0.1, order: { kind: 'market' }, exits }];
};
`;
  const audit = async (waits: string) => {
    const { home, file } = await homeWith(t, source.replace('WAITS', waits));
    const words = ['audit', 'BTCUSD', '1h', '--version', 'none', '--cuts', '3', '--bars', '500', '--json'];
    const place = { home: { root: home }, environment: {} };
    const { code, stdout } = await runCommand(place, ...words, '--strategy', file);
    return { code, ...JSON.parse(stdout()) };
  };
  const sound = await audit('bar.close < bar.open');
  assert.deepEqual([sound.code, sound.version, sound.fault], [0, null, null]);
  assert.ok(sound.compared.decisions > 1_000);
  const chance = await audit('Math.random() < 0.5');
  assert.deepEqual([chance.code, chance.fault], [1, 'STRATEGY_LEAKS']);
});

test('a day that no calendar has is refused', async t => {
  const { home, file } = await homeWith(t, WAITING);
  const place = { home: { root: home }, environment: {} };
  for (const day of ['2019-02-30', '2019-04-31T12:00', '2019-02-29T00:00+02:00']) {
    const { code, stderr } = await runCommand(place, ...BACKTEST, file, '--from', day);
    assert.equal(code, 2);
    assert.match(stderr(), /TIME_INVALID: .* is not a time/);
  }
});

test('where nothing serves, the way out is a version that is there, or a training', async t => {
  const { home } = await homeWith(t, WAITING);
  const place = { home: { root: home }, environment: {} };
  for (const words of [['models', 'card'], ['models', 'test'], ['audit'], ['backtest']]) {
    const { code, stderr } = await runCommand(place, ...words, 'BTCUSD', '1h');
    assert.equal(code, 1);
    assert.match(stderr(), /has no champion.*train coinbase:BTCUSD 1h/);
  }
});

test('a value that begins as JSON and is none is refused with an example', async t => {
  const { home } = await homeWith(t, WAITING);
  const words = ['train', 'BTCUSD', '1h', '--set', 'split={train: 0.5}'];
  const { code, stderr } = await runCommand({ home: { root: home }, environment: {} }, ...words);
  assert.equal(code, 2);
  assert.match(stderr(), /\{train: 0\.5\} is not JSON; write names in quotes, e\.g\. \{"train": 0\.5\}/);
});
