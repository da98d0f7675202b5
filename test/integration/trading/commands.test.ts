import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { SAMPLE } from '../../../candles/sample/index.ts';
import { TIMEFRAME_MS } from '../../../contracts/series.ts';
import { runCommand } from '../../support/command.ts';
import { eventually } from '../../support/eventually.ts';
import { startTradingCluster } from '../../support/trading.ts';

const HOUR = TIMEFRAME_MS['1h'];

test('an account is started, watched, explained, steered and stopped from the command line', async t => {
  const cluster = await startTradingCluster(t);
  await cluster.startWorker('trading');
  await writeFile(join(cluster.home.root, 'alphaloom.yaml'), 'accounts: {second: {capital: 5000}}\n');
  const { lastTime } = await cluster.rooms.candles.describe(SAMPLE.series);
  const iso = (time: number) => new Date(time).toISOString();
  const trade = async (...words: string[]) => {
    const { stdout, stderr, code } = await runCommand(cluster, 'trade', ...words, '--json');
    assert.ok(stdout() !== '', stderr());
    return { code, document: JSON.parse(stdout()) };
  };
  const account = async (name: string) => (await trade('status', name)).document.accounts[0];

  await t.test('a replay is traded to its end, explained, proven and exported', async () => {
    const started = await trade(
      ...['start', 'paper', '--symbols', 'BTCUSD,ETHUSD', '--timeframe', '1h', '--policy', 'as-labelled'],
      ...['--replay-from', iso(lastTime - 60 * HOUR), '--replay-to', iso(lastTime + HOUR)],
    );
    assert.deepEqual([started.code, started.document.joined], [0, false], JSON.stringify(started.document));
    await eventually('the replay has ended', async () => (await account('paper')).workflow === null);
    const { closes } = await account('paper');
    assert.equal(closes, 61);

    const { document: why } = await trade('why', 'BTCUSD', '--account', 'paper');
    assert.equal(why.barTime, lastTime);
    assert.equal(why.prediction.source, 'ML_PER_COIN_V1');
    const then = lastTime - 10 * HOUR;
    const { document: before } = await trade('why', 'ETHUSD', '--account', 'paper', '--at', iso(then));
    assert.ok(before.barTime < then && before.barTime >= then - 2 * HOUR, iso(before.barTime));

    assert.deepEqual((await trade('check')).document.ok, true);
    const { document: file } = await trade('export', '--kind', 'decisions', '--out', 'decisions.jsonl');
    const lines = (await readFile(file.file, 'utf8')).trimEnd().split('\n');
    assert.equal(lines.length, 2 * 61);
  });

  await t.test('a running account obeys, and is told once what is asked twice', async () => {
    const range = ['--replay-from', '2018-01-01', '--replay-to', iso(lastTime)];
    const how = ['--symbols', 'BTCUSD/1h', '--policy', 'as-labelled'];
    const started = await trade('start', 'second', ...how, ...range);
    assert.equal(started.code, 0, JSON.stringify(started.document));
    const twice = await trade('start', 'second');
    assert.equal(twice.document.joined, true, JSON.stringify(twice.document));
    const paused = await trade('pause', '--reason', 'news', '--operation-id', 'p');
    assert.deepEqual([paused.code, paused.document.state], [0, 'paused'], JSON.stringify(paused.document));
    const again = await trade('pause', '--reason', 'news', '--operation-id', 'p');
    // A run that began anew meanwhile asks the ledger, which says that it is a repetition.
    const { repeated, ...told } = again.document;
    assert.deepEqual([again.code, told], [0, paused.document]);
    assert.ok(repeated === undefined || repeated === true);
    assert.equal((await account('second')).workflow.account, 'second');
    assert.equal((await trade('resume')).document.state, 'running');
    const stopped = await trade('stop', '--leave-positions');
    assert.deepEqual([stopped.code, stopped.document.state], [0, 'stopped']);
    await eventually('its workflow has ended', async () => (await account('second')).workflow === null);
  });

  await t.test('an account that nobody configured is refused with those that are', async () => {
    const { code, document } = await trade('start', 'nobody', '--symbols', 'BTCUSD/1h');
    assert.deepEqual([code, document.error.code], [2, 'ACCOUNT_UNKNOWN']);
    assert.match(document.error.message, /it has paper, second/);
  });
});
