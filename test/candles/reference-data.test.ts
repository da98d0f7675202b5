import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import test from 'node:test';
import { readCandleFile } from '../../candles/import/index.ts';
import { SAMPLE } from '../../candles/sample/index.ts';
import { parseSeries } from '../../contracts/series.ts';
import { sharedData, withoutShared } from '../support/shared.ts';
import { sameBits, temporaryStore } from './fixtures.ts';

/** A row of the table in the data's README, as the store should see it. */
function documentedSeries(): Map<string, { bars: number; gaps: number; first: string; last: string }> {
  const rows = readFileSync(join(sharedData, 'README.md'), 'utf8').matchAll(
    /^\| candles\/(\S+)\.parquet \| ([\d,]+) \| ([\d-]+ [\d:]+) \| ([\d-]+ [\d:]+) \| (\d+) \|/gm,
  );
  return new Map(
    [...rows].map(([, name, bars, first, last, gaps]) => [
      name,
      { bars: Number(bars.replace(',', '')), gaps: Number(gaps), first, last },
    ]),
  );
}

test('every reference file imports, reads back bit for bit and lists what its README states', {
  skip: withoutShared,
}, async t => {
  const store = temporaryStore(t);
  const documented = documentedSeries();
  const files = globSync('candles/*/*/*.parquet', { cwd: sharedData });
  assert.equal(files.length, 14);
  assert.equal(documented.size, 14);
  for (const file of files) {
    const [, venue, symbol, timeframe] = file.replace('.parquet', '').split('/');
    const series = parseSeries(symbol, timeframe, venue);
    const candles = await readCandleFile(join(sharedData, file));
    await store.append(series, candles, { kind: venue === 'binance-usdm' ? 'swap' : 'spot', source: file });
    assert.ok(sameBits(await store.read(series), candles), file);
  }
  const listed = (await store.list()).map(({ series, bars, gaps, firstTime, lastTime }) => [
    `${series.venue}/${series.symbol}/${series.timeframe}`,
    { bars, gaps, first: minute(firstTime), last: minute(lastTime) },
  ]);
  assert.deepEqual(Object.fromEntries(listed), Object.fromEntries(documented));
});

test('the outage of 25 April 2021 and bars without volume are found', { skip: withoutShared }, async t => {
  const store = temporaryStore(t);
  const minutes = parseSeries('BTCUSDT', '1m', 'binance');
  for (const { path, series } of [
    SAMPLE,
    { path: join(sharedData, 'candles/binance/BTCUSDT/1m.parquet'), series: minutes },
  ]) {
    await store.append(series, await readCandleFile(path), { kind: 'spot', source: relative('.', path) });
  }
  const { longestGap } = await store.check(minutes);
  assert.equal(longestGap?.missingBars, 284);
  assert.equal(minute(longestGap!.fromTime).slice(0, 10), '2021-04-25');
  assert.equal((await store.check(SAMPLE.series)).zeroVolumeBars, 28);
});

test('the bundled sample is the reference file', { skip: withoutShared }, () => {
  assert.deepEqual(
    readFileSync(SAMPLE.path),
    readFileSync(join(sharedData, 'candles/coinbase/BTCUSD/1h.parquet')),
  );
});

function minute(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}
