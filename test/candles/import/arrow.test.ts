import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { unpack } from '../../../candles/import/arrow/buffers.ts';
import { readCandleFile } from '../../../candles/import/index.ts';
import { writeSnapshot } from '../../../datasets/snapshot-file.ts';
import { makeBars, sameBits, temporaryFolder } from '../fixtures.ts';
import { fileWith, goldenBars, goldenBytes, goldenPath } from './files.ts';

const exactFiles: [string, string][] = [
  ['pandas writes (LZ4, nanoseconds in UTC)', 'pandas-lz4.feather'],
  ['freqtrade writes (LZ4 of level 9, milliseconds)', 'freqtrade.feather'],
  ['pyarrow writes with ZSTD, three record batches and microseconds in another zone', 'zstd-batches.feather'],
  ['pyarrow writes plain, times as whole numbers', 'int64.feather'],
];
for (const [name, file] of exactFiles) {
  test(`an Arrow file as ${name} reads bit for bit`, async () => {
    assert.ok(sameBits(await readCandleFile(goldenPath(file)), await goldenBars()));
  });
}

test('floats, whole numbers and seconds of an Arrow file read as what they are, in any order of columns', async () => {
  const candles = await readCandleFile(goldenPath('plain-float32.arrow'));
  const bars = await goldenBars();
  assert.deepEqual(candles.openTime, bars.openTime);
  assert.deepEqual(candles.high, bars.high.map(Math.fround));
  assert.deepEqual(candles.volume, bars.volume.map(Math.trunc));
});

test('a snapshot of the project’s own is an Arrow file of bars', async t => {
  const path = join(temporaryFolder(t), 'bars.arrow');
  await writeSnapshot(makeBars(), path);
  assert.ok(sameBits(await readCandleFile(path), makeBars()));
});

const refused: [string, string, string, RegExp][] = [
  [
    'an empty cell',
    'null.feather',
    'CANDLES_INVALID',
    /row 31, column high: expected a value, got an empty cell/,
  ],
  [
    'times as text',
    'text-time.feather',
    'CANDLES_INVALID',
    /column date has the type text; expected timestamps/,
  ],
  ['times from a dictionary', 'dictionary-time.feather', 'CANDLES_INVALID', /date has the type dictionary/],
  [
    'Feather’s first version',
    'version-1.feather',
    'CANDLES_UNREADABLE',
    /Feather of version 1, which is no longer read/,
  ],
  ['a stream', 'stream.arrow', 'CANDLES_UNREADABLE', /an Arrow stream/],
];
for (const [name, file, code, message] of refused) {
  test(`an Arrow file with ${name} is refused`, async () => {
    await assert.rejects(readCandleFile(goldenPath(file)), { code, message });
  });
}

/** Every way a reader may answer a damaged file: bars, or one of two errors. */
async function readOrRefuse(path: string): Promise<'read' | 'refused'> {
  try {
    await readCandleFile(path);
    return 'read';
  } catch (error) {
    assert.match((error as { code: string }).code, /^CANDLES_(UNREADABLE|INVALID)$/, String(error));
    return 'refused';
  }
}

/** The step at which places in a file are tried: all of them in the smallest. */
const damageable = { 'plain-float32.arrow': 1, 'freqtrade.feather': 7, 'zstd-batches.feather': 7 };
for (const [file, step] of Object.entries(damageable)) {
  test(`${file} cut off anywhere is refused`, async t => {
    const bytes = goldenBytes(file);
    const path = join(temporaryFolder(t), 'x.feather');
    for (let length = 0; length < bytes.length; length += step) {
      writeFileSync(path, bytes.subarray(0, length));
      assert.equal(await readOrRefuse(path), 'refused', `cut at ${length}`);
    }
  });

  test(`whatever bytes of ${file} are changed, it is read or refused by name`, async t => {
    const bytes = goldenBytes(file);
    const path = join(temporaryFolder(t), 'x.feather');
    const change = fc.tuple(
      fc.nat({ max: bytes.length - 1 }),
      fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat({ max: 255 })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async changes => {
        const changed = Uint8Array.from(bytes);
        for (const [at, value] of changes) changed[at] = value;
        writeFileSync(path, changed);
        await readOrRefuse(path);
      }),
      { numRuns: 300 },
    );
  });

  test(`whatever eight bytes of ${file} become a huge or negative number, it is read or refused within bounds`, async t => {
    const bytes = goldenBytes(file);
    const path = join(temporaryFolder(t), 'x.feather');
    const before = process.memoryUsage().rss;
    for (let at = 8; at + 8 <= bytes.length; at += 4 * step) {
      for (const value of [1_000_000_000n, -1n, 0x7fffffffffffffffn]) {
        const changed = Uint8Array.from(bytes);
        new DataView(changed.buffer).setBigInt64(at, value, true);
        writeFileSync(path, changed);
        await readOrRefuse(path);
      }
    }
    assert.ok(process.memoryUsage().rss - before < 400e6, 'memory stays bounded');
  });
}

test('a footer that declares a billion rows is refused without room being made for them', async t => {
  const bytes = Buffer.from(goldenBytes('int64.feather'));
  // The number of rows stands in the record batch and in each column's node.
  const rows = Buffer.alloc(8);
  rows.writeBigInt64LE(48n);
  const many = Buffer.alloc(8);
  many.writeBigInt64LE(1_000_000_000n);
  let found = 0;
  for (let at = bytes.indexOf(rows); at >= 0; at = bytes.indexOf(rows, at + 8), found++) many.copy(bytes, at);
  assert.ok(found >= 7);
  const before = process.memoryUsage().rss;
  await assert.rejects(readCandleFile(fileWith(t, 'x.feather', bytes)), {
    code: 'CANDLES_INVALID',
    message: /more than 5000000 bars/,
  });
  assert.ok(process.memoryUsage().rss - before < 100e6);
});

function packedAs(declared: bigint, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + body.length);
  new DataView(bytes.buffer).setBigInt64(0, declared, true);
  bytes.set(body, 8);
  return bytes;
}

test('a column that unpacks to more than its rows take is refused before it grows', () => {
  const bomb = zstdCompressSync(new Uint8Array(200_000_000));
  const before = process.memoryUsage().rss;
  for (const declared of [200_000_000n, 800n, -2n, 1n << 62n])
    assert.throws(() => unpack(packedAs(declared, bomb), 'zstd', 800), `declared ${declared}`);
  assert.ok(process.memoryUsage().rss - before < 50e6);
});

test('a column that unpacks to less than declared, or that is no frame, is refused', () => {
  assert.throws(
    () => unpack(packedAs(800n, zstdCompressSync(new Uint8Array(799))), 'zstd', 800),
    /799 bytes, not 800/,
  );
  assert.throws(() => unpack(packedAs(800n, new Uint8Array(800)), 'zstd', 800));
  assert.throws(() => unpack(packedAs(800n, new Uint8Array(800)), 'lz4', 800), /no LZ4 frame/);
  assert.throws(
    () => unpack(packedAs(-1n, new Uint8Array(799)), 'lz4', 800),
    /799 bytes where its rows take 800/,
  );
});

test('a column that was not worth packing is taken as it stands', () => {
  const values = Float64Array.of(1, 2, 3);
  const bytes = unpack(packedAs(-1n, new Uint8Array(values.buffer)), 'lz4', 24);
  assert.deepEqual(new Float64Array(bytes.buffer, bytes.byteOffset, 3), values);
});
