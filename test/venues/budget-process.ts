// Takes twenty times from a shared budget and prints when.
import { setTimeout as sleep } from 'node:timers/promises';
import type { BudgetUse } from '../../venues/call.ts';
import { createRateBudget } from '../../venues/rate-budget.ts';

const [path, host, use, capacity, windowMs] = process.argv.slice(2);
const budget = createRateBudget(path, { now: Date.now, sleep: async ms => void (await sleep(ms)) });
for (let request = 0; request < 20; request++) {
  const cost = 1 + (request % 3);
  const time = await budget.take({
    host,
    limit: { capacity: Number(capacity), windowMs: Number(windowMs) },
    cost,
    use: use as BudgetUse,
    maxWaitMs: 1_000,
    signal: undefined,
  });
  console.log(JSON.stringify({ time, cost, use }));
}
await budget.close();
