import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { normaliseArguments } from '../../cli/arguments.ts';
import { COMMANDS } from '../../cli/commands.ts';
import type { CliContext } from '../../cli/context.ts';
import type { Output } from '../../cli/output.ts';
import { createProgram, runProgram } from '../../cli/program.ts';
import { readSeriesArguments } from '../../cli/series-arguments.ts';
import { renderTable } from '../../cli/table.ts';
import { AlphaloomError, ERROR_CODES, type ErrorCode } from '../../contracts/errors.ts';
import { homeAt } from '../../host/paths.ts';
import { type Captured, capture } from '../support/command.ts';
import { temporaryHome } from '../support/temporary-home.ts';

function contextWith(output: Output): CliContext {
  return {
    output,
    environment: {},
    cwd: '/',
    home: homeAt('/nowhere'),
    now: () => 0,
    loadConfig: () => Promise.reject(new AlphaloomError('CONFIG_INVALID', 'the reason', { path: 'x' })),
    interruption: () => new AbortController().signal,
    endWith: () => {},
  };
}

async function run(argv: readonly string[]): Promise<Captured & { code: number }> {
  const captured = capture(normaliseArguments(argv).flags);
  const code = await runProgram(argv, captured.output, () => contextWith(captured.output));
  await captured.output.flush();
  return { ...captured, code };
}

test('global flags and aliases are taken wherever they stand, and nothing after --', () => {
  const line = [
    '--json',
    'train',
    'X',
    '--tf',
    '15m',
    '--max_workers=4',
    '--set',
    'a_b=1',
    '-q',
    '--',
    '--json',
    '--a_b',
  ];
  assert.deepEqual(normaliseArguments(line), {
    arguments: [
      'train',
      'X',
      '--timeframe',
      '15m',
      '--max-workers=4',
      '--set',
      'a_b=1',
      '--',
      '--json',
      '--a_b',
    ],
    flags: { json: true, quiet: true },
  });
});

test('without a command the help is shown', async () => {
  const { code, stdout } = await run([]);
  assert.equal(code, 0);
  assert.match(stdout(), /Usage: alphaloom[\s\S]*doctor[\s\S]*Example:/);
});

test('every command has an example in its help, and says what it does; so does every verb', async () => {
  const { output } = capture();
  let help = '';
  const program = await createProgram(null, contextWith(output), text => {
    help += text;
  });
  assert.deepEqual(
    program.commands.map(command => command.name()),
    Object.keys(COMMANDS),
  );
  for (const each of program.commands.flatMap(command => [command, ...command.commands])) {
    help = '';
    each.outputHelp();
    assert.match(help, /\nExample:\n {2}alphaloom /, each.name());
    assert.ok(each.description().length > 10, each.name());
  }
});

test('wrong use is USAGE with exit 2: an unknown command, an unknown option, a missing verb, too many words', async () => {
  for (const [argv, message] of [
    [['confg'], /unknown command 'confg'[\s\S]*config/],
    [['down', '--now'], /unknown option '--now'/],
    [['config'], /config needs a verb: check, show/],
    [['config', 'shw'], /unknown command 'shw'/],
    [['down', 'it'], /too many arguments/],
    [['up', '--port', 'abc'], /whole number from 1 to 65535/],
    [['init', 'a', 'b'], /too many arguments/],
  ] as const) {
    const { code, stdout, stderr } = await run(argv);
    assert.equal(code, 2, argv.join(' '));
    assert.equal(stdout(), '');
    assert.match(stderr(), /^USAGE: /);
    assert.match(stderr(), message);
  }
});

test('an error of ours keeps its code, its exit code and its mend', async () => {
  const { code, stderr } = await run(['config', 'check']);
  assert.equal(code, 2);
  assert.equal(
    stderr(),
    'CONFIG_INVALID: the reason\nRun config check; the message names the path, the value and what is allowed.\n',
  );
});

test('with --json standard output is one document, also for errors and help', async () => {
  const failed = await run(['config', '--json', 'check']);
  assert.deepEqual(JSON.parse(failed.stdout()), {
    error: { code: 'CONFIG_INVALID', message: 'the reason', details: { path: 'x' } },
  });
  assert.equal(failed.stderr(), '');
  const help = await run(['down', '--help', '--json']);
  assert.match(JSON.parse(help.stdout()).help, /Usage: alphaloom down/);
});

test('what goes wrong before a command starts is an error like any other', async () => {
  const { output, stderr } = capture();
  const code = await runProgram(['status'], output, () => {
    throw new AlphaloomError('CONFIG_INVALID', 'no home');
  });
  await output.flush();
  assert.equal(code, 2);
  assert.match(stderr(), /^CONFIG_INVALID: no home/);
});

test('an unexpected error is INTERNAL with exit 1, and shows its stack only when debugging', async () => {
  for (const debug of [false, true]) {
    const { output, stderr } = capture({ debug });
    const code = await runProgram(['status'], output, () => {
      throw new TypeError('x is not a function');
    });
    await output.flush();
    assert.equal(code, 1);
    assert.match(stderr(), /^INTERNAL: x is not a function/);
    assert.equal(/program\.test\.ts/.test(stderr()), debug);
  }
});

test('a command gives one result', () => {
  const { output } = capture();
  output.result({}, () => '');
  assert.throws(() => output.result({}, () => ''), { code: 'INTERNAL' });
});

test('with --json the story goes to standard error, with --quiet nowhere', async () => {
  const json = capture({ json: true });
  json.output.say('story');
  json.output.result({ big: 12n, row: new Float64Array([1, Number.NaN]) }, () => 'text');
  await json.output.flush();
  assert.equal(json.stderr(), 'story\n');
  assert.deepEqual(JSON.parse(json.stdout()), { big: '12', row: [1, null] });
  const quiet = capture({ quiet: true });
  quiet.output.say('story');
  quiet.output.progress('work').update(0.5, 'half');
  quiet.output.result({}, () => 'text');
  await quiet.output.flush();
  assert.deepEqual([quiet.stdout(), quiet.stderr()], ['text\n', '']);
});

test('where there is no terminal, progress is a plain line now and then', async () => {
  const { output, stdout, stderr } = capture();
  const progress = output.progress('Fit');
  for (const share of [0, 0.25, 0.5, 0.75]) progress.update(share, 'round');
  progress.stop();
  await output.flush();
  assert.equal(stdout(), '');
  assert.match(stderr(), /^Fit 0% round\n/);
  assert.ok(stderr().split('\n').length < 5);
});

test('a table is aligned as it is seen, colours aside', () => {
  const rows = [
    { name: '\u001b[32mab\u001b[39m', count: 5 },
    { name: 'abcd', count: null },
  ];
  const text = renderTable(rows, [
    { title: 'name', cell: row => row.name },
    { title: 'n', align: 'right', cell: row => row.count },
  ]);
  assert.equal(text, 'name  n\n\u001b[32mab\u001b[39m    5\nabcd  -');
});

test('a hint is shown under a message unless the message says it already', () => {
  const hintOf = (code: ErrorCode, message: string) => {
    const { output, stderr } = capture();
    output.error(new AlphaloomError(code, message));
    return stderr().split('\n')[1];
  };
  const { mend } = ERROR_CODES.VERSION_NOT_FOUND;
  assert.equal(hintOf('VERSION_NOT_FOUND', 'BTCUSD has no v9.'), mend);
  assert.equal(hintOf('VERSION_NOT_FOUND', `BTCUSD has no v9. ${mend}`), '');
  assert.equal(hintOf('RECIPE_INVALID', 'mine.yaml: train.seed: too small.'), '', 'it points at the message');
});

test('a symbols file is a JSON array or lines of symbols', async t => {
  const folder = await temporaryHome(t);
  const read = async (text: string) => {
    const path = join(folder, 'symbols');
    await writeFile(path, text);
    return (await readSeriesArguments(undefined, '1h', path, 'coinbase')).map(({ symbol }) => symbol);
  };
  assert.deepEqual(await read('["BTCUSD", "ETHUSD"]'), ['BTCUSD', 'ETHUSD']);
  assert.deepEqual(await read('BTCUSD # first\n\nETHUSD\n'), ['BTCUSD', 'ETHUSD']);
  await assert.rejects(read(' {"a": 1}'), { code: 'USAGE', message: /must be a JSON array/ });
});
