import assert from 'node:assert/strict';
import test from 'node:test';
import type { PlayedMarket, PlayedModel } from '../../../contracts/backtest-document.ts';
import { costsSchema } from '../../../contracts/costs.ts';
import { type NotedBacktest, type NotedMarket, notesOf } from '../../../evaluation/version-backtest/notes.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2024, 0, 1);
const BTC = 'coinbase:BTCUSD/1h';

const MODEL: PlayedModel = {
  version: 2,
  champion: true,
  trainedOn: BTC,
  packageId: 'a',
  modelSha256: 'b',
  recipe: 'gbdt-core15',
  task: 'direction3',
  estimator: 'lightgbm',
  imported: false,
  tradable: true,
  trainedThroughTime: START - 200 * HOUR,
  judgedThroughTime: START - HOUR,
};

/** A market of which there is nothing to say. */
function market(changes: Partial<PlayedMarket> = {}, facts: Partial<NotedMarket> = {}): NotedMarket {
  return {
    played: {
      series: BTC,
      symbol: 'BTCUSD',
      kind: 'spot',
      synthetic: false,
      model: MODEL,
      labels: { kind: 'triple-barrier', horizonBars: 24, upAtr: 2, downAtr: 2 },
      signals: { long: 1, short: 1, noTrade: 98, unanswered: 0, expired: 0 },
      signalsSha256: 'e',
      candles: { bars: 100, firstTime: START, lastTime: START + 99 * HOUR, sha256: 'c' },
      rules: { tick: 0.01, lot: null, minQuantity: null, minNotional: null, fetchedTime: 1 },
      funding: null,
      ...changes,
    },
    stated: null,
    servedThroughTime: START + 500 * HOUR,
    missingBars: 0,
    fundingTimes: null,
    ...facts,
  };
}

function notes(markets: readonly NotedMarket[], changes: Partial<NotedBacktest> = {}): string[] {
  return notesOf({
    markets,
    fromTime: START,
    toTime: START + 100 * HOUR,
    costs: costsSchema.parse({}),
    ignoreAge: false,
    ...changes,
  });
}

test('where there is nothing to know nothing is said', () => {
  assert.deepEqual(notes([market(), market({ model: null })]), []);
  assert.deepEqual(notes([market()], { ignoreAge: true }), [], 'its age was not reached');
  assert.deepEqual(
    notes([market({ model: { ...MODEL, version: null, tradable: null } })]),
    [],
    'no gate judged it',
  );
});

test('each thing to know is one sentence that names the markets it concerns', () => {
  const swap = { kind: 'swap', series: 'binance-usdm:BTCUSDT/1h' } as const;
  const told: [readonly NotedMarket[], Partial<NotedBacktest>, RegExp][] = [
    [[market({ synthetic: true })], {}, /^Generated, not recorded, are the bars of coinbase:BTCUSD\/1h/],
    [
      [market()],
      { fromTime: START - HOUR },
      /judged, .*: v2 of coinbase:BTCUSD\/1h through 2023-12-31T23:00Z\./,
    ],
    [
      [market({ model: { ...MODEL, trainedOn: 'coinbase:ETHUSD/1h' } })],
      {},
      /^Traded is coinbase:BTCUSD\/1h by a model of coinbase:ETHUSD\/1h\.$/,
    ],
    [
      [market({ model: { ...MODEL, tradable: false } })],
      {},
      /^Not tradable by what the gate found: v2 of coinbase:BTCUSD\/1h\. Serving/,
    ],
    [
      [market({ signals: { ...market().played.signals, unanswered: 1 } })],
      {},
      /missing as in the warm-up: v2 of coinbase:BTCUSD\/1h at 1 bar\./,
    ],
    [
      [market({ signals: { ...market().played.signals, expired: 1_234 } })],
      {},
      /v2 of coinbase:BTCUSD\/1h after 2024-01-21T20:00Z \(1,234 bars\)\. --ignore-age/,
    ],
    [[market({}, { servedThroughTime: START })], { ignoreAge: true }, /^Answering where serving would hold/],
    [
      [market(swap, {}), market({ ...swap, series: 'binance-usdm:ETHUSDT/1h' })],
      {},
      /^No funding was counted on binance-usdm:BTCUSDT\/1h and binance-usdm:ETHUSDT\/1h;/,
    ],
    [
      [
        market(
          { ...swap, funding: { file: 'f.csv', sha256: 'd', payments: 3 } },
          { fundingTimes: [START + 50 * HOUR, START + 200 * HOUR] },
        ),
      ],
      {},
      /rates of binance-usdm:BTCUSDT\/1h run from 2024-01-03T02:00Z to .*none was counted/,
    ],
    [[market({ rules: null })], {}, /^Tick, lot and minimums are not known of coinbase:BTCUSD\/1h/],
    [[market({}, { missingBars: 3 })], {}, /^The range lacks 3 bars of coinbase:BTCUSD\/1h/],
  ];
  for (const [markets, changes, expected] of told) {
    const found = notes(markets, changes).filter(note => expected.test(note));
    assert.equal(found.length, 1, `${expected}: ${notes(markets, changes)}`);
  }
});
