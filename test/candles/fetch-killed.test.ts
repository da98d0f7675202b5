import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createCandleStore } from '../../candles/store.ts';
import { sliceCandles } from '../../contracts/candles.ts';
import type { Series } from '../../contracts/series.ts';
import { killAfterFirstOutput, runScript, startScript } from '../support/child-process.ts';
import { loopback, market, walk, without } from '../support/loopback.ts';
import { temporaryHome } from '../support/temporary-home.ts';
import { sameBits } from './fixtures.ts';

const KILLS = Number(process.env.ALPHALOOM_TEST_KILLS ?? 24);
/** Homes fetched into side by side. */
const HOMES = 2;
const MINUTE = 60_000;
/** Over a year's end, with a gap: two files, and an absence to record. */
const START = Date.UTC(2023, 11, 1);
const BTC: Series = { venue: 'binance', symbol: 'BTCUSDT', timeframe: '1m' };
const SERVED = without(walk(KILLS * 2_500, '1m', START), time => {
  const row = (time - START) / MINUTE;
  return row >= 5_500 && row < 5_800;
});
const SCRIPT = join(import.meta.dirname, 'fetching-process.ts');

test(`killed ${KILLS} times while fetching, a store is readable each time and ends exact`, async t => {
  const last = SERVED.openTime[SERVED.openTime.length - 1];
  const exchange = await loopback(t, {
    markets: [market(SERVED, { timeframe: '1m' })],
    now: () => last + 1.5 * MINUTE,
  });
  const homes = Array.from({ length: HOMES }, (_, home) => fetchUnderFire(t, exchange.address, home));
  await Promise.all(homes);
});

async function fetchUnderFire(t: TestContext, address: string, home: number): Promise<void> {
  const root = await temporaryHome(t);
  let before = 0;
  for (let kill = 0; kill < KILLS / HOMES; kill++) {
    const child = startScript(SCRIPT, [root, address, String(START)]);
    // Spread over the stages of a batch: asking, writing, naming.
    await killAfterFirstOutput(child, ((kill * HOMES + home) * 37) % 90);
    const bars = await storedPrefix(root);
    assert.ok(bars >= before, 'nothing stored is lost');
    before = bars;
  }
  await runScript(SCRIPT, [root, address, String(START)]);
  assert.equal(await storedPrefix(root), SERVED.openTime.length);
  assert.deepEqual(await runScript(SCRIPT, [root, address, String(START)]), [{ added: 0 }]);
}

/** Checks that what is stored is the beginning of what is served; answers how many bars. */
async function storedPrefix(root: string): Promise<number> {
  const store = createCandleStore(root, { now: Date.now });
  try {
    if ((await store.list()).length === 0) return 0;
    const { bars } = await store.check(BTC);
    assert.ok(sameBits(await store.read(BTC), sliceCandles(SERVED, 0, bars)));
    return bars;
  } finally {
    await store.close();
  }
}
