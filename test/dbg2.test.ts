import test from 'node:test';
import { pino } from 'pino';
import { SAMPLE } from '../candles/sample/index.ts';
import { loadConfig } from '../host/config.ts';
import { homeAt } from '../host/paths.ts';
import { loadPolicy } from '../host/policies.ts';
import { openTrading } from '../host/trading/open-trading.ts';
import { sampleRooms } from './support/rooms.ts';
import { SECOND, mirrored, makeChampion } from './support/trading.ts';
import { tradeInProcess } from './support/trading-in-process.ts';
test('x', { timeout: 100_000 }, async t => {
  const rooms = await sampleRooms(t);
  const bars = await rooms.candles.read(SAMPLE.series);
  await rooms.candles.append(SECOND, mirrored(bars), { kind: SAMPLE.kind, source: 'sample' });
  for (const series of [SAMPLE.series, SECOND]) await makeChampion(rooms, series);
  const loaded = await loadConfig({ environment: {}, cwd: rooms.home, homeRoot: rooms.home });
  const trading = await openTrading({ rooms, loaded, environment: {}, log: pino(process.stderr as never), signal: new AbortController().signal, onLost: () => {} });
  const { lastTime } = await rooms.candles.describe(SAMPLE.series);
  const HOUR = 3_600_000;
  await rooms.ledger.putAccount(null, { account: 'paper', mode: 'paper', venue: 'coinbase', kind: 'spot', quote: 'USD', clock: { kind: 'replay', fromTime: lastTime - 400 * HOUR, toTime: lastTime + HOUR }, symbols: [SAMPLE.series, SECOND].map(({ symbol, timeframe }) => ({ symbol, timeframe })), policy: await loadPolicy(loaded, 'portfolio'), costs: loaded.config.accounts.paper.costs, capital: '10000', iterations: null }, { actor: 'test', operationId: 'a', now: Date.now() });
  await rooms.ledger.changeState({ account: 'paper', from: ['stopped'], to: 'running', reason: 'x', actor: 'test', operationId: 'b', now: Date.now() });
  const s = Date.now();
  setTimeout(() => { console.log(rooms.ledger.openOrders('paper'), rooms.ledger.account('paper').closes); }, 40_000).unref();
  try {
    console.log(await tradeInProcess(trading, 'paper'), Date.now() - s);
  } finally {
    const range = { fromTime: 0, toTime: Number.MAX_SAFE_INTEGER };
    console.log(rooms.ledger.account('paper').closes, rooms.ledger.trades('paper', range).length, rooms.ledger.check('paper'), rooms.ledger.orders('paper', range).slice(-3));
    await trading.close();
  }
});
