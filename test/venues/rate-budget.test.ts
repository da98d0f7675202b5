import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRateBudget, type RateLimit } from '../../venues/rate-budget.ts';
import { runScript } from '../support/child-process.ts';
import { temporaryHome } from '../support/temporary-home.ts';

const HOST = 'api.example.com';

/** A budget on a clock that moves only by waiting. */
async function simulated(t: Parameters<typeof temporaryHome>[0], path = 'venues.sqlite') {
  const root = await temporaryHome(t);
  const clock = { time: 1_000_000 };
  const budget = createRateBudget(join(root, path), {
    now: () => clock.time,
    sleep: async ms => {
      clock.time += Math.ceil(ms);
    },
  });
  t.after(() => budget.close());
  const take = (limit: RateLimit, cost: number, use: 'data' | 'trading', maxWaitMs = 1e9) =>
    budget.take({ host: HOST, limit, cost, use, maxWaitMs, signal: undefined });
  return { clock, budget, take };
}

/** The most that was taken within any window (from each request on, the window's end left out). */
function heaviestWindow(taken: readonly { time: number; cost: number }[], windowMs: number): number {
  return Math.max(
    ...taken.map(({ time: start }) =>
      taken
        .filter(({ time }) => time >= start && time < start + windowMs)
        .reduce((sum, { cost }) => sum + cost, 0),
    ),
  );
}

test('no window holds more than the capacity, nor more market data than half of it', async t => {
  const request = fc.record({
    cost: fc.integer({ min: 1, max: 10 }),
    use: fc.constantFrom('data' as const, 'trading' as const),
    pauseMs: fc.integer({ min: 0, max: 300 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 40 }), async requests => {
      const { clock, take } = await simulated(t);
      const limit = { capacity: 20, windowMs: 1_000 };
      const taken: { time: number; cost: number; use: string }[] = [];
      for (const { cost, use, pauseMs } of requests) {
        clock.time += pauseMs;
        taken.push({ time: await take(limit, cost, use), cost, use });
      }
      assert.ok(heaviestWindow(taken, limit.windowMs) <= limit.capacity);
      const data = taken.filter(({ use }) => use === 'data');
      assert.ok(data.length === 0 || heaviestWindow(data, limit.windowMs) <= limit.capacity / 2);
    }),
    { numRuns: 25 },
  );
});

test('orders find room at once while market data waits', async t => {
  const { clock, take } = await simulated(t);
  const limit = { capacity: 10, windowMs: 1_000 };
  const start = clock.time;
  await take(limit, 5, 'data');
  assert.equal(await take(limit, 5, 'trading'), start);
  assert.equal(await take(limit, 1, 'data'), start + 1_000);
});

test('a request that costs more than the share waits for an empty window and counts for longer', async t => {
  const { clock, take } = await simulated(t);
  const limit = { capacity: 10, windowMs: 1_000 };
  const start = clock.time;
  assert.equal(await take(limit, 20, 'data'), start);
  assert.equal(await take(limit, 1, 'data'), start + 4_000);
});

test('a block holds every request back until its end, whoever set it', async t => {
  const { clock, budget, take } = await simulated(t);
  const start = clock.time;
  await budget.block(HOST, start + 5_000);
  await budget.block(HOST, start + 2_000);
  assert.equal(await take({ capacity: 10, windowMs: 1_000 }, 1, 'trading'), start + 5_000);
});

test('a block that is longer than one waits is told with its end', async t => {
  const { clock, budget, take } = await simulated(t);
  await budget.block(HOST, clock.time + 60_000);
  await assert.rejects(take({ capacity: 10, windowMs: 1_000 }, 1, 'data', 10_000), {
    code: 'VENUE_RATE_LIMITED',
    message: new RegExp(new Date(clock.time + 60_000).toISOString()),
  });
});

test('hosts do not take each other’s room', async t => {
  const { clock, budget, take } = await simulated(t);
  const limit = { capacity: 2, windowMs: 1_000 };
  await take(limit, 1, 'data');
  const other = {
    host: 'other.example.com',
    limit,
    cost: 1,
    use: 'data',
    maxWaitMs: 0,
    signal: undefined,
  } as const;
  assert.equal(await budget.take(other), clock.time);
});

test('a clock that was set back holds nothing up for longer than a window', async t => {
  const { clock, take } = await simulated(t);
  const limit = { capacity: 2, windowMs: 1_000 };
  await take(limit, 1, 'data');
  clock.time -= 3_600_000;
  const start = clock.time;
  assert.equal(await take(limit, 1, 'data'), start);
});

test('several processes together stay within the budget in every window', async t => {
  const root = await temporaryHome(t);
  const limit = { capacity: 20, windowMs: 150 };
  const script = join(import.meta.dirname, 'budget-process.ts');
  const uses = ['data', 'data', 'trading', 'data'];
  const outputs = await Promise.all(
    uses.map(use =>
      runScript(script, [
        join(root, 'venues.sqlite'),
        HOST,
        use,
        String(limit.capacity),
        String(limit.windowMs),
      ]),
    ),
  );
  const taken = outputs.flat() as { time: number; cost: number; use: string }[];
  assert.equal(taken.length, uses.length * 20);
  assert.ok(heaviestWindow(taken, limit.windowMs) <= limit.capacity);
  const data = taken.filter(({ use }) => use === 'data');
  assert.ok(heaviestWindow(data, limit.windowMs) <= limit.capacity / 2);
  // It is used, too: 60 requests of data, 2 units in the mean, want at least 12 windows; twice that would be waste.
  const spanMs = Math.max(...data.map(({ time }) => time)) - Math.min(...data.map(({ time }) => time));
  assert.ok(spanMs < 24 * limit.windowMs, `${spanMs} ms`);
});
