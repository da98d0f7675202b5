import assert from 'node:assert/strict';
import test from 'node:test';
import { SAMPLE } from '../../candles/sample/index.ts';
import { type Candles, sliceCandles } from '../../contracts/candles.ts';
import { type Series, seriesId } from '../../contracts/series.ts';
import { readDataset } from '../../datasets/dataset-file.ts';
import { readEvidence } from '../../inference/package.ts';
import { move } from '../registry/fixtures.ts';
import { trainInProcess } from '../support/pipeline.ts';
import { recipeWith } from '../support/recipes.ts';
import { sampleRooms } from '../support/rooms.ts';

const LEADER = `${SAMPLE.series.venue}:${SAMPLE.series.symbol}`;
const FOLLOWER: Series = { ...SAMPLE.series, symbol: 'FOLLOWUSD' };
const HOUR = 3_600_000;
const RECIPE = recipeWith({
  features: { names: ['leader_return_1', 'leader_return_4', 'leader_beta_50', 'rsi_14'], leader: LEADER },
});

/** A market that does what the leader did a bar before: who sees the leader knows the next bar. */
function following({ openTime, open, high, low, close, volume }: Candles): Candles {
  const later = (column: Float64Array) => column.slice(0, -1);
  return {
    openTime: openTime.slice(1),
    open: later(open),
    high: later(high),
    low: later(low),
    close: later(close),
    volume: later(volume),
  };
}

async function followerRooms(t: test.TestContext, bars = 20_000) {
  const rooms = await sampleRooms(t);
  const leader = await rooms.candles.read(SAMPLE.series);
  const follower = sliceCandles(following(leader), 0, bars);
  await rooms.candles.append(FOLLOWER, follower, { kind: 'spot', source: 'test' });
  return { rooms, leader, follower };
}

test('a model with a leader is trained, judged and served on the leader’s closes as of each bar', async t => {
  const { rooms, leader, follower } = await followerRooms(t);
  const { dataset, evidence, registered } = await trainInProcess(rooms, FOLLOWER, RECIPE);
  const table = await readDataset((await rooms.artifacts.load(dataset.artifact)).path('dataset.arrow'));

  await t.test('the leader’s return at a row is that of the bar that closes with it', () => {
    const at = table.featureNames.indexOf('leader_return_1');
    const row = 5_000;
    const bar = leader.openTime.indexOf(follower.openTime[table.bar[row]]);
    assert.equal(table.columns[at][row], Math.fround(Math.log(leader.close[bar] / leader.close[bar - 1])));
  });

  await t.test('what follows the leader can be learnt', async () => {
    const { metrics } = await readEvidence(rooms.artifacts, evidence.artifact);
    assert.ok(metrics.directionalAuc! > 0.55, `directional AUC ${metrics.directionalAuc}`);
  });

  await t.test('a prediction sees the row of training', async () => {
    const id = seriesId(FOLLOWER);
    await rooms.registry.moveChampion(move('promote', registered.version, { series: id }));
    const prediction = await rooms.predictor.predict(FOLLOWER);
    assert.equal(prediction.source, 'ML_PER_COIN_V1', prediction.reasons.join());
  });

  await t.test('the next bar waits for the leader’s', async () => {
    const next = leader.openTime[leader.openTime.length - 1] + HOUR;
    const bar = { ...sliceCandles(leader, 0, 1), openTime: Float64Array.of(next) };
    await rooms.candles.append(FOLLOWER, bar, { kind: 'spot', source: 'test' });
    const { source, reasons } = await rooms.predictor.predict(FOLLOWER);
    assert.equal(source, 'PROFESSIONAL_ANALYZER');
    assert.match(reasons.join(), /CANDLES_STALE: The leader coinbase:BTCUSD has no bar/);
  });
});

test('a snapshot ends where its leader does', async t => {
  const { rooms, leader, follower } = await followerRooms(t);
  const next = leader.openTime[leader.openTime.length - 1] + HOUR;
  const bar = { ...sliceCandles(leader, 0, 1), openTime: Float64Array.of(next) };
  await rooms.candles.append(FOLLOWER, bar, { kind: 'spot', source: 'test' });
  const { snapshot } = await trainInProcess(rooms, FOLLOWER, RECIPE);
  const { result } = await rooms.artifacts.load<{ toTime: number }>(snapshot.artifact);
  assert.equal(result.toTime, follower.openTime[follower.openTime.length - 1]);
});

test('a leader that the store does not hold is refused by name', async t => {
  const { rooms } = await followerRooms(t, 1_000);
  const recipe = recipeWith({ features: { names: ['leader_return_1'], leader: 'binance:BTCUSDT' } });
  await assert.rejects(trainInProcess(rooms, FOLLOWER, recipe), /no bars of binance:BTCUSDT\/1h/);
});

test('features of a leader without a leader are refused, saying what to write', async t => {
  const { rooms } = await followerRooms(t, 5_000);
  const recipe = recipeWith({ features: { names: ['leader_return_1'] } });
  await assert.rejects(trainInProcess(rooms, FOLLOWER, recipe), /name one in the recipe/);
});

test('a series does not lead itself', async t => {
  const { rooms } = await followerRooms(t, 1_000);
  await assert.rejects(trainInProcess(rooms, SAMPLE.series, RECIPE), /the series itself/);
});
