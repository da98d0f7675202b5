// The whole pipeline through Temporal: 32 series, one of them damaged, on the machine's cores. On the 15m files of the
// reference data where it is there (35,000 bars each), else on the bundled sample (20,000).

import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { readCandleFile } from '../candles/import/index.ts';
import { SAMPLE } from '../candles/sample/index.ts';
import { createCandleStore } from '../candles/store.ts';
import type { FleetRow } from '../contracts/training.ts';
import { CHECKOUT } from '../host/paths.ts';
import { report } from './measure.ts';

const SOURCES = join(CHECKOUT, '../shared/data/candles/binance-usdm');
const TIMEFRAME = existsSync(SOURCES) ? '15m' : SAMPLE.series.timeframe;
const SERIES = 32;
const TARGET_SECONDS = 90;

const home = await mkdtemp(join(tmpdir(), 'alphaloom-bench-'));
const run = async (...args: string[]) => {
  const { stdout } = await execa(join(CHECKOUT, 'alphaloom'), [...args, '--json'], {
    env: { ALPHALOOM_HOME: home },
    stderr: 'inherit',
    reject: false,
  });
  return JSON.parse(stdout);
};
try {
  const { symbols, bars } = await fillStore();
  const symbolsFile = join(home, 'symbols.json');
  await writeFile(symbolsFile, JSON.stringify(symbols));
  await run('up');
  const started = performance.now();
  const { rows } = (await run('train', TIMEFRAME, '--symbols-file', symbolsFile, '--max-workers', '2')) as {
    rows: FleetRow[];
  };
  const seconds = (performance.now() - started) / 1_000;
  const trained = rows.filter(row => row.ok);
  const failed = rows.filter(row => !row.ok);
  const workSeconds = trained
    .flatMap(row => row.result.steps)
    .reduce((sum, { workMs }) => sum + workMs / 1_000, 0);
  report('fleet', [
    {
      work: `${SERIES} series × ${bars} bars: ${trained.length} finished, ${failed.length} failed (${failed.map(row => row.error.code).join(', ')})`,
      ours: seconds,
      reference: null,
      reference_name: '',
      unit: 's',
      ratio: null,
      target: `< ${TARGET_SECONDS} s`,
      holds: seconds < TARGET_SECONDS,
    },
    {
      work: 'share of the time spent outside the steps (2 at once)',
      ours: 1 - workSeconds / (2 * seconds),
      reference: null,
      reference_name: '',
      unit: 'of 1',
      ratio: null,
      target: 'shown',
      holds: null,
    },
  ]);
} finally {
  await run('down');
  await rm(home, { recursive: true, force: true });
}

/** Real candles under 32 names; the last one's stored file is cut in half. */
async function fillStore(): Promise<{ symbols: string[]; bars: number }> {
  const store = createCandleStore(home, { now: () => Date.now() });
  const files = existsSync(SOURCES)
    ? (await readdir(SOURCES)).map(name => join(SOURCES, name, '15m.parquet'))
    : [SAMPLE.path];
  const sources = await Promise.all(files.map(readCandleFile));
  const symbols: string[] = [];
  for (let at = 0; at < SERIES; at++) {
    const symbol = `COIN${String(at + 1).padStart(2, '0')}USDT`;
    await store.append(
      { venue: 'binance-usdm', symbol, timeframe: TIMEFRAME },
      sources[at % sources.length],
      {
        kind: 'swap',
        source: 'bench',
      },
    );
    symbols.push(`binance-usdm:${symbol}`);
  }
  await store.close();
  const folder = join(home, 'candles/binance-usdm', `COIN${SERIES}USDT`, TIMEFRAME);
  const [file] = (await readdir(folder)).sort();
  await chmod(join(folder, file), 0o644);
  await truncate(join(folder, file), (await readFile(join(folder, file))).length >> 1);
  return { symbols, bars: sources[0].openTime.length };
}
