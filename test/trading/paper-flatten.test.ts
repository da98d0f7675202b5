import assert from 'node:assert/strict';
import test from 'node:test';
import { flattenAccount } from '../../trading/flattening/flatten.ts';
import { LONG, marketOf, policyOf, SHORT, setupOf, still } from '../strategy/bars.ts';
import { type PlayedSetups, playedSetups } from '../support/played-setups.ts';
import { EVER } from '../support/trading.ts';
import { tradeInProcess } from '../support/trading-in-process.ts';

const DAY = Date.UTC(2024, 0, 1);
const HOUR = 3_600_000;
const BARS = 6;
const REQUEST = { symbols: null, actor: 'test', operationId: 'flatten' };

for (const [what, signals, closed] of [
  ['a position is held', { 1: LONG }, 1],
  ['an exit rests that no bar will fill any more', { 1: LONG, 5: SHORT }, 1],
  ['an entry rests that no bar will fill any more', { 5: LONG }, 0],
  ['an entry rests behind an exit', { 1: LONG, 5: SHORT }, 1, 'reverse'],
] as const) {
  test(`a flatten after a replay has ended closes at the last close and ends: ${what}`, async t => {
    const played = await playedSetups(t);
    const onOpposite = what.includes('behind') ? 'reverse' : 'close';
    await replay(played, signals, onOpposite);
    const trading = await played.trading();
    const open = await trading.open(played.ledger.account('paper'));
    const desk = trading.desk(open, AbortSignal.timeout(20_000), null);
    const { record } = await flattenAccount(desk, REQUEST);
    assert.equal(record.state, 'stopped');
    assertFlat(played, closed);
    await flattenAccount(desk, { ...REQUEST, operationId: 'again' });
    assertFlat(played, closed);
    await trading.close();
  });
}

test('a flatten between two closes of a replay closes at the last of them, and the account halts', async t => {
  const played = await playedSetups(t);
  const { ledger } = played;
  const trading = await start(played, { 1: LONG, 3: SHORT }, 'reverse');
  await tradeInProcess(trading, 'paper', closeTime => {
    if (closeTime !== DAY + 3 * HOUR) return;
    void ledger.applyMessage(
      { message: 'flatten', account: 'paper', payload: {}, actor: 'test', operationId: 'flatten' },
      { now: closeTime, policy: null },
    );
  });
  assert.equal(ledger.account('paper').lastCloseTime, DAY + BARS * HOUR);
  assertFlat(played, 1);
  await trading.close();
});

async function replay(
  played: PlayedSetups,
  ...how: Parameters<typeof start> extends [unknown, ...infer Rest] ? Rest : never
) {
  const trading = await start(played, ...how);
  await tradeInProcess(trading, 'paper');
  await trading.close();
  assert.equal(played.ledger.account('paper').state, 'stopped');
}

async function start(
  played: PlayedSetups,
  signals: Readonly<Record<number, number>>,
  onOpposite: 'close' | 'reverse',
) {
  const market = marketOf(
    Array.from({ length: BARS }, (_, at) => still(100 + at)),
    signals,
    { barMs: HOUR },
  );
  const openTime = market.candles.openTime.map(time => time + DAY);
  const policy = policyOf({
    exits: { stop: { kind: 'none' }, target: { kind: 'none' }, maxBars: 'none' },
    sizing: { kind: 'fraction', fraction: 0.5 },
    onOpposite,
  });
  const setup = setupOf([{ ...market, candles: { ...market.candles, openTime } }], {
    policy,
    fromTime: DAY,
    toTime: DAY + BARS * HOUR,
  });
  await played.account('paper', setup, ['1h']);
  return await played.trading();
}

function assertFlat({ ledger }: PlayedSetups, closed: number): void {
  assert.deepEqual(
    [ledger.positions('paper'), ledger.openOrders('paper'), ledger.slots('paper')],
    [[], [], []],
  );
  assert.equal(ledger.trades('paper', EVER).length, closed);
  assert.deepEqual(ledger.check('paper'), []);
}
