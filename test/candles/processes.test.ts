import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCandleStore } from '../../candles/store.ts';
import { FROM_FILE, HOURLY, NOW, sameBits, temporaryFolder, temporaryStore } from './fixtures.ts';
import { CHUNKS, SECONDS, SHARED_BARS, SHARED_SECONDS } from './importing-process.ts';

const chunks = Array.from({ length: CHUNKS }, (_, chunk) => chunk);

function startImporting(root: string, which: readonly number[], timeframe = '1h'): ChildProcess {
  const script = join(import.meta.dirname, 'importing-process.ts');
  return spawn(process.execPath, [script, root, timeframe, ...which.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function ending(child: ChildProcess): Promise<number | null> {
  child.stdout?.resume();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

const KILLS = Number(process.env.ALPHALOOM_TEST_KILLS ?? 5);

test('an importing process killed at any moment leaves whole imports, and the next one succeeds', async t => {
  const root = temporaryFolder(t);
  let stored = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const child = startImporting(root, chunks);
    await once(child.stdout!, 'data');
    await sleep((kill * 7) % 26);
    child.kill('SIGKILL');
    await ending(child);
    const store = createCandleStore(root, { now: () => NOW });
    const { bars } = await store.check(HOURLY);
    assert.equal(bars % 20, 0, 'an import adds ten bars to each of two years');
    assert.ok(bars >= stored, 'no bar is lost');
    stored = bars;
    await store.close();
  }
  const store = temporaryStore(t, root);
  await store.append(HOURLY, SHARED_BARS, FROM_FILE);
  assert.ok(sameBits(await store.read(HOURLY), SHARED_BARS));
  assert.equal(readdirSync(join(root, 'candles/coinbase/BTCUSD/1h')).length, 2, 'no leftovers');
});

test('an importing process of seconds killed at any moment leaves whole imports with their ticks', async t => {
  const root = temporaryFolder(t);
  let stored = 0;
  for (const delayMs of [0, 6, 14, 25]) {
    const child = startImporting(root, chunks, '1s');
    await once(child.stdout!, 'data');
    await sleep(delayMs);
    child.kill('SIGKILL');
    await ending(child);
    const store = createCandleStore(root, { now: () => NOW });
    const { openTime, upTicks } = await store.read(SECONDS);
    assert.equal(openTime.length % 20, 0, 'an import adds ten bars to each of two days');
    assert.ok(openTime.length >= stored, 'no bar is lost');
    const from = 300 - openTime.length / 2;
    assert.deepEqual(upTicks, SHARED_SECONDS.upTicks!.slice(from, from + openTime.length));
    stored = openTime.length;
    await store.close();
  }
  const store = temporaryStore(t, root);
  await store.append(SECONDS, SHARED_SECONDS, FROM_FILE);
  assert.ok(sameBits(await store.read(SECONDS), SHARED_SECONDS));
  assert.equal(readdirSync(join(root, 'candles/coinbase/BTCUSD/1s')).length, 2, 'no leftovers');
});

test('processes that import the same series at once lose nothing and count every bar once', async t => {
  const root = temporaryFolder(t);
  const third = Math.floor(CHUNKS / 3);
  const children = [
    startImporting(root, chunks.slice(third)),
    startImporting(root, [...chunks].reverse().slice(third)),
    startImporting(root, chunks),
  ];
  assert.deepEqual(await Promise.all(children.map(ending)), [0, 0, 0]);
  const store = temporaryStore(t, root);
  assert.ok(sameBits(await store.read(HOURLY), SHARED_BARS));
  assert.equal((await store.check(HOURLY)).bars, SHARED_BARS.openTime.length);
  assert.equal(readdirSync(join(root, 'candles/coinbase/BTCUSD/1h')).length, 2);
});

test('imports of one process that run at once are all kept', async t => {
  const store = temporaryStore(t);
  const parts = [0, 1, 2, 3, 4, 5, 6, 7].map(part => ({
    series: { ...HOURLY, symbol: part % 2 ? 'ETHUSD' : 'BTCUSD' },
    bars: SHARED_BARS,
  }));
  const reports = await Promise.all(parts.map(({ series, bars }) => store.append(series, bars, FROM_FILE)));
  assert.equal(
    reports.reduce((added, report) => added + report.added, 0),
    2 * SHARED_BARS.openTime.length,
  );
});
