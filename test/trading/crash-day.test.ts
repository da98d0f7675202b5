import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { readCandleFile } from '../../candles/import/index.ts';
import type { BacktestSetup } from '../../contracts/backtest.ts';
import { barsBefore, type Candles, sliceCandles } from '../../contracts/candles.ts';
import { type Policy, policySchema } from '../../contracts/policy.ts';
import { type RiskMemory, RULE_CODES } from '../../contracts/risk.ts';
import { loadConfig } from '../../host/config.ts';
import { loadPolicy } from '../../host/policies.ts';
import { assertPlayed } from '../support/played-account.ts';
import { playedSetups } from '../support/played-setups.ts';
import { assertWithinLimits } from '../support/recomputed-limits.ts';
import { recordedMarket } from '../support/recorded-market.ts';
import { sharedData, withoutShared } from '../support/shared.ts';
import { EVER } from '../support/trading.ts';

const ACCOUNT = 'crash';
const EVERYTHING = { account: ACCOUNT, format: 'jsonl', ...EVER } as const;

const HOUR = 3_600_000;
const RULES = { tick: 0.01, lot: 0.00001, minQuantity: 0.00001, minNotional: 10 };
/** More hours of the day take longer and say more. */
const HOURS = Number(process.env.ALPHALOOM_TEST_HOURS ?? 4);
/** Bitcoin lost 30 % from here on within an hour and a half. */
const CRASH = Date.UTC(2021, 4, 19, 11, 30);

for (const name of ['cautious', 'balanced', 'aggressive']) {
  test(`on the day of a crash ${name} orders nothing beyond its limits, as its backtest does`, {
    skip: withoutShared,
    timeout: 900_000,
  }, async t => {
    const { ledger, entries } = await tradeCrash(t, await policyNamed(name));
    assert.ok(entries > 2, `${entries} entries`);
    const kept = ledger.decisions(ACCOUNT, EVER).filter(({ outcome }) => outcome.includes('blocked'));
    assert.ok(kept.length > 0);
  });
}

for (const [what, limit, code] of [
  ['a loss within a day keeps entries back', { maxDailyLoss: 0.03 }, RULE_CODES['daily-loss']],
  ['a drawdown halts the account for good', { maxDrawdown: 0.03 }, RULE_CODES.drawdown],
] as const) {
  test(what, { skip: withoutShared, timeout: 900_000 }, async t => {
    const balanced = await policyNamed('balanced');
    const eager = { ...balanced, sizing: { kind: 'fraction', fraction: 0.5 }, risk: limit };
    const { ledger, entries } = await tradeCrash(t, policySchema.parse(eager));
    assert.ok(entries > 2, `${entries} entries`);
    const kept = ledger.decisions(ACCOUNT, EVER).filter(({ outcome }) => outcome.includes(code));
    assert.ok(kept.length > 0);
    const isHalt = code === RULE_CODES.drawdown;
    assert.equal((ledger.account(ACCOUNT).riskMemory as RiskMemory).halted, isHalt ? 'drawdown' : null);
    const events = [...ledger.export({ ...EVERYTHING, kind: 'events' })].join('').split('\n');
    assert.equal(events.filter(line => line.includes('halted')).length, isHalt ? 2 : 0);
  });
}

async function tradeCrash(t: TestContext, policy: Policy) {
  const setup = await crashSetup(policy);
  const played = await playedSetups(t);
  await assertPlayed(played, ACCOUNT, setup, '1m');
  return { ledger: played.ledger, entries: assertWithinLimits(played.ledger, ACCOUNT, setup) };
}

async function policyNamed(name: string): Promise<Policy> {
  const root = import.meta.dirname;
  return await loadPolicy(await loadConfig({ environment: {}, cwd: root, homeRoot: root }), name);
}

/** Two symbols that fall together, and predictions that want in at every minute, above all while they fall. */
async function crashSetup(policy: Policy): Promise<BacktestSetup> {
  const all = await readCandleFile(join(sharedData, 'candles/binance/BTCUSDT/1m.parquet'));
  const fromTime = CRASH - (HOURS / 4) * HOUR;
  const toTime = CRASH + ((3 * HOURS) / 4) * HOUR;
  const candles = sliceCandles(all, barsBefore(all, fromTime - 4 * HOUR), barsBefore(all, toTime));
  return {
    markets: [
      recordedMarket('BTCUSDT', candles, '1m', RULES),
      recordedMarket('ETHUSDT', shrunk(candles), '1m', RULES, 5),
    ],
    policy,
    costs: { feeBps: 10, halfSpreadBps: 1, slippageBps: 5, impactBps: 20, feeCurrency: 'received' },
    initialCash: 50_000,
    fromTime,
    toTime,
  };
}

function shrunk(candles: Candles): Candles {
  const column = (prices: Float64Array) => prices.map(price => Math.round(price * 7) / 100);
  const { openTime, open, high, low, close, volume } = candles;
  return { openTime, open: column(open), high: column(high), low: column(low), close: column(close), volume };
}
