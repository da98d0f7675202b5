import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { readCandleFile } from '../../../candles/import/index.ts';
import { SAMPLE } from '../../../candles/sample/index.ts';
import { type Candles, sliceCandles } from '../../../contracts/candles.ts';
import { temporaryFolder } from '../fixtures.ts';

const GOLDEN = join(import.meta.dirname, '../../golden/import');

export const goldenPath = (name: string) => join(GOLDEN, name);
export const goldenBytes = (name: string) => new Uint8Array(readFileSync(goldenPath(name)));

/** The first 48 bars of the bundled sample, of which the golden files are made. */
export async function goldenBars(): Promise<Candles> {
  return sliceCandles(await readCandleFile(SAMPLE.path), 0, 48);
}

export function fileWith(t: TestContext, name: string, content: string | Uint8Array): string {
  const path = join(temporaryFolder(t), name);
  writeFileSync(path, content);
  return path;
}
