// A thread that computes features of shared columns when told to, and says how long it took.
import { parentPort, workerData } from 'node:worker_threads';
import type { MarketBars } from '../contracts/candles.ts';
import { CATALOG } from '../features/catalog/index.ts';
import { FeatureEngine } from '../features/engine.ts';

const { bars, names, barMs } = workerData as {
  readonly bars: MarketBars;
  readonly names: readonly string[];
  readonly barMs: number;
};
const out = names.map(() => new Float32Array(bars.close.length).fill(0));
parentPort!.on('message', () => {
  new FeatureEngine(names.map(CATALOG.find), barMs).advance(bars, out, 0);
  parentPort!.postMessage('done');
});
parentPort!.postMessage('ready');
