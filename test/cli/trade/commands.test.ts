import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { runProgram } from '../../../cli/program.ts';
import { resolveHome } from '../../../host/paths.ts';
import { identifyProcess } from '../../../host/process-identity.ts';
import { clearRunState, writeRunState } from '../../../host/run-state.ts';
import { capture, contextIn, runCommand } from '../../support/command.ts';
import { ACCOUNT, desk, openPosition, outcome, sentEntry } from '../../trading/ledger/fixtures.ts';

/** A home whose account `main` holds a position; no Temporal runs for it. */
async function home(t: TestContext) {
  const at = await desk(t);
  const root = dirname(at.path);
  const place = { home: { root }, environment: { USER: 'ada' } };
  const run = (...words: string[]) => runCommand(place, ...words);
  const json = async (...words: string[]) => {
    const { stdout, code } = await run(...words, '--json');
    return { code, document: JSON.parse(stdout()) };
  };
  return { at, root, run, json };
}

test('status shows every account once where output is no terminal', async t => {
  const { at, run, json } = await home(t);
  await openPosition(at);
  const { stdout, code } = await run('trade', 'status');
  assert.equal(code, 0);
  assert.match(stdout(), /main \(live, binance, policy as-labelled\) {2}running/);
  assert.match(stdout(), /BTCUSDT +1m +- +1 +100/);
  assert.match(stdout(), /LLM validation is off: no endpoint is set/);
  const { document } = await json('trade', 'status', ACCOUNT);
  assert.deepEqual(
    document.accounts.map(({ account, workflow }: { account: string; workflow: string }) => [
      account,
      workflow,
    ]),
    [[ACCOUNT, 'unreachable']],
  );
});

test('why explains the last decision, and refuses a time that is still to come', async t => {
  const { at, json } = await home(t);
  await openPosition(at);
  const { document } = await json('trade', 'why', 'BTCUSDT');
  assert.deepEqual(
    [document.account, document.outcome, document.orders.length, document.orders[0].status],
    [ACCOUNT, 'test', 1, 'filled'],
  );
  assert.equal(
    (await json('trade', 'why', 'BTCUSDT', '--at', '2999-01-01')).document.error.code,
    'TIME_INVALID',
  );
  const none = await json('trade', 'why', 'ETHUSDT');
  assert.deepEqual([none.code, none.document.error.code], [2, 'DECISION_NOT_FOUND']);
});

test('why says that the symbol is paused, whether something was decided about it or not', async t => {
  const { at, run, json } = await home(t);
  await openPosition(at);
  await run('trade', 'pause', '--symbols', 'BTCUSDT,ETHUSDT', '--reason', 'news');
  const { stdout } = await run('trade', 'why', 'BTCUSDT');
  assert.match(stdout(), /BTCUSDT is now paused: news\. It takes no entries\.\n$/);
  const { document } = await json('trade', 'why', 'ETHUSDT');
  assert.match(document.error.message, /decided nothing about ETHUSDT yet.*ETHUSDT is now paused: news/);
});

test('set says what the account trades from now on', async t => {
  const { at, run } = await home(t);
  await run('trade', 'stop');
  assert.equal(at.ledger.account(ACCOUNT).state, 'stopped');
  const { stdout } = await run('trade', 'set', '--symbols', 'BTCUSDT/5m,ETHUSDT', '--timeframe', '15m');
  assert.match(
    stdout(),
    /main set: it trades BTCUSDT\/5m, ETHUSDT\/15m by policy as-labelled from the next close on/,
  );
});

test('closing from here needs no ALPHALOOM_LIVE; without credentials it says that these are missing', async t => {
  const { at, run } = await home(t);
  await openPosition(at);
  const { stderr, code } = await run('trade', 'flatten', '--direct');
  assert.equal(code, 1);
  assert.match(stderr(), /LIVE_NOT_ALLOWED: .*accounts\.main\.apiKey and apiSecret are not both set/);
  assert.doesNotMatch(stderr(), /ALPHALOOM_LIVE/);
});

test('check proves the invariants', async t => {
  const { at, run } = await home(t);
  await openPosition(at);
  const { stdout, code } = await run('trade', 'check');
  assert.equal(code, 0);
  assert.match(stdout(), /ok {2}all invariants hold of main/);
});

test('export writes the file that its name says', async t => {
  const { at, root, json } = await home(t);
  await openPosition(at);
  const { document } = await json('trade', 'export', '--kind', 'orders', '--out', 'orders.jsonl');
  assert.equal(document.file, join(root, 'orders.jsonl'));
  const [line] = (await readFile(document.file, 'utf8')).split('\n');
  assert.equal(JSON.parse(line).status, 'filled');
  const wrong = await json('trade', 'export', '--out', 'orders.xls');
  assert.deepEqual([wrong.code, wrong.document.error.code], [2, 'USAGE']);
});

test('without Temporal a pause is written into the ledger, with who and why', async t => {
  const { at, run } = await home(t);
  const { stdout, stderr, code } = await run('trade', 'pause', '--symbols', 'BTC/USDT', '--reason', 'news');
  assert.equal(code, 0);
  assert.match(stdout(), /main paused BTCUSDT: news/);
  assert.match(stderr(), /Written into the ledger/);
  assert.deepEqual(at.ledger.account(ACCOUNT).pausedSymbols, [{ symbol: 'BTCUSDT', until: null }]);
  const event = at.ledger.events(ACCOUNT, 1)[0];
  assert.deepEqual([event.actor, event.reason], ['cli:ada', 'news']);
});

test('without Temporal, flatten says how to close positions from here', async t => {
  const { at, run } = await home(t);
  await openPosition(at);
  const { stderr, code } = await run('trade', 'flatten');
  assert.equal(code, 1);
  assert.match(stderr(), /trade flatten main --direct/);
});

test('stop is refused while a position is open, and leaves it where it is told to', async t => {
  const { at, run } = await home(t);
  await openPosition(at);
  const refused = await run('trade', 'stop');
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr(),
    /open positions or orders: BTCUSDT\. Stop it with --flatten or --leave-positions/,
  );
  const both = await run('trade', 'stop', '--flatten', '--leave-positions');
  assert.equal(both.code, 2);
  assert.equal((await run('trade', 'stop', '--leave-positions')).code, 0);
  assert.equal(at.ledger.account(ACCOUNT).state, 'stopped');
});

test('down is refused while an account that trades holds something', async t => {
  const { at, root, run } = await home(t);
  await openPosition(at);
  const place = resolveHome({ ALPHALOOM_HOME: root }, root);
  const identity = identifyProcess(process.pid)!;
  const worker = { name: 'worker', identity, startedTime: 0, restarts: 0 } as never;
  await mkdir(join(root, 'run'), { recursive: true });
  await writeRunState(place, { supervisor: identity, processes: [worker] } as never);
  const refused = await run('down');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr(), /Nobody would look after main \(running\): BTCUSDT/);
  await clearRunState(place);
  const left = await run('down');
  assert.deepEqual(
    [left.code, left.stdout()],
    [0, 'Nothing ran.\n'],
    'where nothing runs there is nothing to refuse',
  );
});

test('stopping what is stopped says one thing', async t => {
  const { run } = await home(t);
  await run('trade', 'stop');
  const { stdout, stderr } = await run('trade', 'stop');
  assert.match(stdout(), /main unchanged: it was stopped/);
  assert.doesNotMatch(stderr(), /Written/);
});

test('an order of unknown outcome is resolved by how its id begins', async t => {
  const { at, json } = await home(t);
  const { clientOrderId } = await sentEntry(at);
  const words = [
    'trade',
    'resolve',
    clientOrderId.slice(0, 6),
    '--as',
    'cancelled',
    '--evidence',
    'order page',
  ];
  const { document } = await json(...words, '--operation-id', 'once');
  assert.equal(document.account, ACCOUNT);
  assert.equal(at.ledger.order(clientOrderId)?.status, 'canceled');
  assert.equal(
    (await json(...words.with(2, clientOrderId), '--operation-id', 'once')).document.repeated,
    true,
  );
});

test('without Temporal an open order is not resolved unless its venue was asked', async t => {
  const { at, run } = await home(t);
  const order = await sentEntry(at);
  const { clientOrderId } = await at.ledger.recordOutcome(at.lease, outcome(order, { status: 'open' }));
  const words = ['trade', 'resolve', clientOrderId.slice(0, 6), '--as', 'filled', '--evidence', 'page'];
  const { code, stderr } = await run(...words);
  assert.equal(code, 1);
  assert.match(stderr(), /LIVE_NOT_ALLOWED: .*accounts\.main\.apiKey and apiSecret are not both set/);
  assert.equal(at.ledger.order(clientOrderId)?.status, 'open');
});

test('what is wrong about a command line is said before anything is done', async t => {
  const { run } = await home(t);
  for (const words of [
    ['set'],
    ['set', '--symbols', 'BTCUSDT'],
    ['start', '--symbols', 'BTCUSDT'],
    ['start', '--replay-from', '2024-01-01'],
    ['start', '--iterations', '0'],
    ['resolve', 'abcd', '--as', 'lost', '--evidence', 'x'],
    ['resolve', 'abcd', '--as', 'filled'],
    ['cancel', 'zz'],
    ['pause', 'nobody'],
    ['pause', '--until', 'tomorrow'],
    ['export'],
  ]) {
    assert.equal((await run('trade', ...words)).code, 2, words.join(' '));
  }
});

test('status streams one document per line until it is interrupted', async t => {
  const { at, root } = await home(t);
  await openPosition(at);
  const interruption = new AbortController();
  const captured = capture();
  const lines = () => captured.stdout().trimEnd().split('\n').filter(Boolean);
  const watching = setInterval(() => lines().length >= 2 && interruption.abort(), 20);
  t.after(() => clearInterval(watching));
  const place = { home: { root }, environment: {} };
  const code = await runProgram(['trade', 'status', '--jsonl', '--every', '0.1'], captured.output, () =>
    contextIn(place, captured.output, { interruption: () => interruption.signal }),
  );
  assert.equal(code, 0);
  for (const line of lines()) assert.equal(JSON.parse(line).accounts[0].account, ACCOUNT);
});
