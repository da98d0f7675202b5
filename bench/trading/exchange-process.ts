// The exchange of the bench, in a process of its own: tells where it is, then trades until it is ended. Its limits are out of
// the way, because closes that are a minute apart are a few seconds apart here.

import { endlessBars } from '../../venues/loopback/bars/replay.ts';
import { startTradingExchange } from '../../venues/loopback/exchange.ts';
import { LOOPBACK_KEY } from '../../venues/loopback/signature.ts';
import { BAR_MS, HISTORY_BARS, marketOf, plantedBars, symbolsOf } from './market.ts';

const UNLIMITED = 1e9;

const symbols = symbolsOf(Number(process.argv[2]));
const firstOpenTime = (Math.floor(Date.now() / BAR_MS) - HISTORY_BARS) * BAR_MS;
const bars = plantedBars(firstOpenTime);
const none = new Float64Array();
const { address } = await startTradingExchange({
  markets: symbols.map(symbol => ({
    ...marketOf(symbol),
    candles: { openTime: none, open: none, high: none, low: none, close: none, volume: none },
    barAt: endlessBars(bars, '1s', firstOpenTime, 0),
  })),
  now: Date.now,
  limits: { spotWeightPerMinute: UNLIMITED, ordersPerTenSeconds: UNLIMITED },
  account: { balances: { USDT: '100000000' }, keys: [LOOPBACK_KEY] },
});
process.stdout.write(`${JSON.stringify({ address, firstOpenTime })}\n`);
