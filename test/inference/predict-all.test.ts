import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Candles, sliceCandles } from '../../contracts/candles.ts';
import { predictionSchema } from '../../contracts/prediction.ts';
import { type Series, seriesId, TIMEFRAME_MS } from '../../contracts/series.ts';
import { volatilityPerBar } from '../../datasets/labels/volatility.ts';
import { move, registration } from '../registry/fixtures.ts';
import { BARS, BTC, LAST_BAR, openServing, type Serving } from './fixtures.ts';

const HOUR = TIMEFRAME_MS['1h'];
const TRADING = { deadlineMs: 60_000 };
const COUNT = 34;

/** 34 series that three packages serve between them, each with bars of its own. */
async function serveMany(serving: Serving): Promise<{ series: Series[]; bars: Map<string, Candles> }> {
  const leanings = ['LONG', 'NO_TRADE', 'SHORT'] as const;
  const packages = await Promise.all(leanings.map(leaning => serving.add({ leaning })));
  const series: Series[] = [];
  const bars = new Map<string, Candles>();
  for (let at = 0; at < COUNT; at++) {
    const one: Series = { ...BTC, symbol: `COIN${at}USD` };
    const id = seriesId(one);
    const { packageId, package: ref } = packages[at % 3];
    const { version } = await serving.registry.register(
      id,
      registration(id, { packageId, package: ref, tradable: true }),
    );
    await serving.registry.moveChampion(move('promote', version.version, { series: id }));
    series.push(one);
    bars.set(id, sliceCandles(BARS, 7 * at, 600 + 41 * at));
  }
  return { series, bars };
}

const untimed = (result: unknown) =>
  JSON.parse(JSON.stringify(result, (key, value) => (key === 'latency_ms' ? undefined : value)));

test('34 predictions at once over shared sessions are those that one after the other gives', async t => {
  const serving = await openServing(t, { cacheLimits: { models: 1, bytes: 1 } });
  const { series, bars } = await serveMany(serving);
  const alone = new Map<string, unknown>();
  for (const one of series)
    alone.set(
      seriesId(one),
      untimed(
        (await serving.predictor.predictAll([{ series: one, bars: bars.get(seriesId(one))! }], TRADING))[0],
      ),
    );
  const directions = new Set(
    [...alone.values()].map(result => JSON.stringify(result).match(/"LONG"|"SHORT"/)?.[0]),
  );
  assert.ok(directions.size > 1, 'they answer differently');
  const order = fc.shuffledSubarray(series, { minLength: COUNT, maxLength: COUNT });
  await fc.assert(
    fc.asyncProperty(order, fc.integer({ min: 1, max: 3 }), async (asked, batches) => {
      const rounds = await Promise.all(
        Array.from({ length: batches }, () =>
          serving.predictor.predictAll(
            asked.map(one => ({ series: one, bars: bars.get(seriesId(one))! })),
            TRADING,
          ),
        ),
      );
      for (const results of rounds)
        assert.deepEqual(
          untimed(results),
          asked.map(one => alone.get(seriesId(one))),
        );
    }),
    { numRuns: 12 },
  );
});

test('each series of a batch is for itself: what fails is an error among answers', async t => {
  const serving = await openServing(t);
  await serving.promote(await serving.add());
  const unknown = { ...BTC, symbol: 'NOSUCHUSD' };
  const empty = { ...BTC, symbol: 'EMPTYUSD' };
  const questions = [{ series: unknown }, { series: BTC }, { series: empty, bars: sliceCandles(BARS, 0, 0) }];
  const [first, second, third] = await serving.predictor.predictAll(questions, TRADING);
  assert.equal(first.ok || first.error.code, 'CANDLES_NOT_FOUND');
  assert.equal(second.ok && second.prediction.model_version, 'v1');
  assert.ok(second.ok && predictionSchema.safeParse(second.prediction).success);
  assert.equal(third.ok || third.error.code, 'CANDLES_NOT_FOUND');
});

test('no model is asked about bars that are not the newest; the rules are, and the answer is stale', async t => {
  const serving = await openServing(t);
  await serving.promote(await serving.add());
  serving.now = LAST_BAR + 2 * HOUR - 1;
  const ask = async (venueTime?: number) => {
    const limits = venueTime === undefined ? TRADING : { ...TRADING, venueTime };
    const [result] = await serving.predictor.predictAll([{ series: BTC }], limits);
    assert.ok(result.ok);
    return result.prediction;
  };
  const fresh = await ask();
  assert.deepEqual([fresh.source, fresh.stale], ['ML_PER_COIN_V1', false]);
  serving.now += 1;
  const late = await ask();
  assert.deepEqual([late.source, late.stale, late.tradable], ['PROFESSIONAL_ANALYZER', true, false]);
  assert.match(
    late.reasons.join(),
    /^ML_PER_COIN_V1: CANDLES_STALE: the bar of .* should have closed by now and is not there$/,
  );
  const byVenue = await ask(LAST_BAR + HOUR);
  assert.deepEqual([byVenue.source, byVenue.stale], ['ML_PER_COIN_V1', false], 'the venue’s clock counts');
});

test('a champion that is swapped answers in the next batch on the same bars', async t => {
  const serving = await openServing(t);
  const version = async () => {
    const [result] = await serving.predictor.predictAll([{ series: BTC, bars: BARS }], TRADING);
    return result.ok ? result.prediction.model_version : null;
  };
  for (const expected of ['v1', 'v2', 'v3']) {
    await serving.promote(await serving.add());
    assert.equal(await version(), expected);
  }
});

test('beside the prediction come its bar, what levels are counted in and the labels of the model that answered', async t => {
  const serving = await openServing(t);
  const at = BARS.close.length - 1;
  const infer = async (bars: Candles) => {
    const [result] = await serving.predictor.predictAll([{ series: BTC, bars }], {
      ...TRADING,
      venueTime: bars.openTime.at(-1)! + HOUR,
    });
    assert.ok(result.ok);
    assert.deepEqual(JSON.parse(JSON.stringify(result)), result, 'it is plain JSON');
    return result;
  };
  const rule = await infer(BARS);
  assert.deepEqual([rule.labels, rule.prediction.source], [null, 'PROFESSIONAL_ANALYZER']);
  assert.equal(rule.volatility, volatilityPerBar(BARS, 'atr14')[at]);
  assert.deepEqual(rule.bar, {
    openTime: BARS.openTime[at],
    open: BARS.open[at],
    high: BARS.high[at],
    low: BARS.low[at],
    close: BARS.close[at],
    volume: BARS.volume[at],
  });
  const labels = { kind: 'triple-barrier', horizonBars: 6, upAtr: 2, downAtr: 1, volatility: 'atr50' };
  await serving.promote(await serving.add({ labels }));
  const model = await infer(BARS);
  assert.deepEqual([model.prediction.model_version, model.labels?.kind], ['v1', 'triple-barrier']);
  assert.equal(model.volatility, volatilityPerBar(BARS, 'atr50')[at]);
  assert.equal((await infer(sliceCandles(BARS, 0, 5))).volatility, null);
});

test('a bar that is asked for by its time is answered as long as it is the newest', async t => {
  const serving = await openServing(t);
  const ask = async (barTime: number) => {
    const [result] = await serving.predictor.predictAll([{ series: BTC, barTime }], TRADING);
    return result.ok ? result.bar.openTime : result.error.code;
  };
  assert.equal(await ask(LAST_BAR), LAST_BAR);
  assert.equal(await ask(LAST_BAR - HOUR), 'PREDICTION_TIMEOUT');
  assert.equal(await ask(LAST_BAR + HOUR), 'CANDLES_STALE');
});
