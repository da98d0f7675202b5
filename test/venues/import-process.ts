// Loads one exchange and prints which of ccxt's exchange modules came along, and how long that took.
import { registerHooks } from 'node:module';
import { loadExchange } from '../../venues/exchange-module.ts';

const loaded: string[] = [];
registerHooks({
  load(url, context, nextLoad) {
    const name = /ccxt\/js\/(?:ccxt|src\/(?:base\/)?([A-Za-z0-9]+))\.js$/.exec(url);
    if (name && !/errors|functions|Precise|throttle|abstract/.test(url)) loaded.push(name[1] ?? 'ccxt');
    return nextLoad(url, context);
  },
});
const startedMs = performance.now();
await loadExchange('kraken', 'kraken', {});
console.log(JSON.stringify({ loaded, ms: performance.now() - startedMs }));
