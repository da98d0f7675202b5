// An exchange in its own process, to be killed: prints its address.
import { startTradingExchange } from '../../../venues/loopback/exchange.ts';
import { openJournal } from '../../../venues/loopback/journal.ts';
import { barsFrom, KEY } from '../../support/trading-exchange.ts';

const journal = openJournal(process.argv[2], { firstOpenTime: Math.floor(Date.now() / 1_000) * 1_000 });
const exchange = await startTradingExchange({
  markets: [
    {
      base: 'BTC',
      quote: 'USDT',
      kind: 'spot',
      timeframe: '1s',
      candles: barsFrom(journal.header.firstOpenTime, '1s', [[100, 100, 100, 100]]),
    },
  ],
  now: Date.now,
  account: { balances: { USDT: '10000' }, keys: [KEY], journal },
});
console.log(exchange.address);
