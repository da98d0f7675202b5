// Features of a set over the columns in FOLDER in a process of its own, so that its peak of memory can be read.
//   node bench/feature-process.ts FOLDER SET
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CANDLE_COLUMNS, type Candles, sliceCandles } from '../contracts/candles.ts';
import { computeFeatures } from '../features/batch.ts';
import { CATALOG } from '../features/catalog/index.ts';
import { FEATURE_SETS } from '../features/sets.ts';

const [folder, set] = process.argv.slice(2);
const definitions = FEATURE_SETS[set].map(CATALOG.find);
const bars = Object.fromEntries(
  await Promise.all(
    CANDLE_COLUMNS.map(async name => {
      const { buffer, byteOffset, byteLength } = await readFile(join(folder, `${name}.f64`));
      return [name, new Float64Array(buffer, byteOffset, byteLength / 8)] as const;
    }),
  ),
) as unknown as Candles;
const rows = bars.close.length;
// Compiled before, on few rows, so that neither the compiler's memory nor what this leaves behind is counted.
for (let run = 0; run < 40; run++)
  computeFeatures(sliceCandles(bars, 0, Math.min(rows, 5_000)), definitions, '1m', 'float32');
const before = process.memoryUsage.rss();
const result = computeFeatures(bars, definitions, '1m', 'float32');
const output = result.rows * definitions.length * 4;
process.stdout.write(
  JSON.stringify({
    inputsAndOutput: rows * CANDLE_COLUMNS.length * 8 + output,
    beyond: process.resourceUsage().maxRSS * 1_024 - before - output,
  }),
);
