import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readCandleFile } from '../../candles/import/index.ts';
import { createCandleStore } from '../../candles/store.ts';
import { FROM_FILE, HOURLY, makeBars } from '../candles/fixtures.ts';
import { goldenBytes } from '../candles/import/files.ts';
import { temporaryHome } from '../support/temporary-home.ts';
import { fingerprint } from './fingerprint.ts';

const HEADER = 'ts,open,high,low,close,volume';
const T = Date.UTC(2025, 0, 1);
const HOUR = 3_600_000;

interface HostileFile {
  readonly name: string;
  readonly file: string;
  readonly content: string | Uint8Array | ((path: string) => void);
  readonly code: 'CANDLES_INVALID' | 'CANDLES_UNREADABLE';
  readonly says: RegExp;
}

const invalid = (name: string, file: string, content: HostileFile['content'], says: RegExp): HostileFile => ({
  ...{ name, file, content, says },
  code: 'CANDLES_INVALID',
});
const unreadable = (
  name: string,
  file: string,
  content: HostileFile['content'],
  says: RegExp,
): HostileFile => ({
  ...{ name, file, content, says },
  code: 'CANDLES_UNREADABLE',
});

const ENDINGS = ['.parquet', '.csv', '.json', '.jsonl', '.ndjson', '.json.gz', '.feather', '.arrow'];
const row = (time: number | string) => `${time},100,101,99,100,1`;
const rows = (times: readonly (number | string)[]) => [HEADER, ...times.map(row)].join('\n');
const jsonRows = (times: readonly number[]) =>
  JSON.stringify(times.map(time => [time, 100, 101, 99, 100, 1]));
const arrow = goldenBytes('int64.feather');
const zip = Buffer.from('PK\u0003\u0004 and so on');

const HOSTILE: readonly HostileFile[] = [
  ...ENDINGS.map(ending => unreadable(`nothing at all as ${ending}`, `a${ending}`, '', /content is empty/)),
  ...ENDINGS.map(ending =>
    unreadable(
      `a link to endless zeros as ${ending}`,
      `a${ending}`,
      path => symlinkSync('/dev/zero', path),
      /not a regular file/,
    ),
  ),
  ...ENDINGS.map(ending =>
    unreadable(
      `a pipe that nobody writes to as ${ending}`,
      `a${ending}`,
      path => execFileSync('mkfifo', [path]),
      /not a regular file/,
    ),
  ),
  ...ENDINGS.map(ending =>
    unreadable(`a zip as ${ending}`, `a${ending}`, zip, /content is compressed \(zip\)/),
  ),
  unreadable(
    'Arrow that calls itself Parquet',
    'a.parquet',
    arrow,
    /name says Parquet, its content is Arrow/,
  ),
  unreadable('Arrow that calls itself JSON', 'a.json', arrow, /name says JSON, its content is Arrow/),
  unreadable('CSV that calls itself Feather', 'a.feather', rows([T]), /name says Arrow, its content is CSV/),
  unreadable('JSON that calls itself CSV', 'a.csv', jsonRows([T]), /name says CSV, its content is JSON/),
  unreadable('JSON that calls itself packed', 'a.json.gz', jsonRows([T]), /its content is JSON/),
  unreadable(
    'HDF5 that calls itself Feather',
    'a.feather',
    Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'),
    /content is HDF5/,
  ),
  unreadable(
    'a program',
    'a.csv',
    Buffer.from('\x7fELF\x02\x01\x01\x00\x00', 'latin1'),
    /neither a known format/,
  ),
  unreadable('Arrow’s magic alone', 'a.arrow', 'ARROW1', /can’t be read/),
  unreadable('Arrow’s magic at both ends', 'a.arrow', `ARROW1${'\0'.repeat(64)}ARROW1`, /footer of 0 bytes/),
  unreadable(
    'Arrow with a footer beyond its start',
    'a.arrow',
    withInt32(arrow, arrow.length - 10, 1_000_000),
    /outside the file/,
  ),
  unreadable(
    'Arrow with a footer of negative length',
    'a.arrow',
    withInt32(arrow, arrow.length - 10, -8),
    /footer of -8 bytes/,
  ),
  unreadable('Parquet’s magic at both ends', 'a.parquet', `PAR1${'\0'.repeat(64)}PAR1`, /can’t be read/),
  unreadable(
    'a hundred million brackets, packed',
    'a.json.gz',
    gzipSync(Buffer.alloc(100_000_000, '[')),
    /nested too deep/,
  ),
  invalid(
    'seconds among milliseconds',
    'a.csv',
    rows([T, T / 1_000 + 3_600]),
    /Row 2: the time 1735693200 looks like seconds/,
  ),
  invalid(
    'microseconds among milliseconds',
    'a.json',
    jsonRows([T, (T + HOUR) * 1_000]),
    /Row 2: .*looks like microseconds/,
  ),
  invalid('nanoseconds alone', 'a.json', jsonRows([T * 1e6, (T + HOUR) * 1e6]), /looks like nanoseconds/),
  invalid(
    'ISO times among seconds',
    'a.csv',
    rows(['2025-01-01T00:00Z', T / 1_000 + HOUR / 1_000]),
    /looks like seconds/,
  ),
  invalid(
    'a formula for a price',
    'a.csv',
    `${HEADER}\n${T},=1+1,101,99,100,1`,
    /row 1, column open: .*"=1\+1"/,
  ),
  invalid(
    'a command for a time',
    'a.csv',
    `${HEADER}\n"=cmd|'/c calc'!A0",100,101,99,100,1`,
    /row 1, column ts: .*=cmd/,
  ),
  invalid('a formula for a column', 'a.csv', `${HEADER},=HYPERLINK(1)\n`, /unknown: "=HYPERLINK\(1\)"/),
  invalid('a price beyond doubles', 'a.csv', `${HEADER}\n${T},100,1e999,99,100,1`, /row 1, column high/),
  invalid('prices of NaN in Arrow', 'a.arrow', withNaN(arrow), /is NaN/),
];

/** Four bytes changed, little-endian. */
function withInt32(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  new DataView(changed.buffer).setInt32(at, value, true);
  return changed;
}

/** The first bar's prices, 2505.56 among them, made NaN wherever they stand as doubles. */
function withNaN(bytes: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(bytes);
  const view = new DataView(changed.buffer);
  for (let at = 0; at + 8 <= changed.length; at += 8) {
    const value = view.getFloat64(at, true);
    if (value > 1_000 && value < 5_000) view.setFloat64(at, Number.NaN, true);
  }
  return changed;
}

describe('a hostile file of bars is refused by its name, soon and in little memory, and the store is as it was', () => {
  for (const { name, file, content, code, says } of HOSTILE) {
    test(name, { timeout: 20_000 }, async t => {
      const home = await temporaryHome(t);
      const store = createCandleStore(home, { now: Date.now });
      await store.append(HOURLY, makeBars(), FROM_FILE);
      const asIs = await fingerprint(home);
      const path = join(await temporaryHome(t), file);
      if (typeof content === 'function') content(path);
      else writeFileSync(path, content);
      const [started, memory] = [performance.now(), process.memoryUsage().rss];
      await assert.rejects(async () => store.append(HOURLY, await readCandleFile(path), FROM_FILE), {
        code,
        message: says,
      });
      assert.ok(performance.now() - started < 5_000, 'soon');
      assert.ok(process.memoryUsage().rss - memory < 200e6, 'in little memory');
      assert.deepEqual(await fingerprint(home), asIs);
      await store.close();
    });
  }
});
