import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { DEFAULT_MARKET, generateCandles } from '../../candles/generate.ts';
import { readCandleFile } from '../../candles/import/index.ts';
import { assessQuality } from '../../candles/quality/assess-quality.ts';
import { requireQuality } from '../../candles/quality/require-quality.ts';
import { SAMPLE } from '../../candles/sample/index.ts';
import type { Candles } from '../../contracts/candles.ts';
import {
  QUALITY_RULES,
  type QualityReport,
  type QualityThresholds,
  qualitySchema,
  thresholdsFor,
} from '../../contracts/quality.ts';
import { parseTimeframe, type Timeframe } from '../../contracts/series.ts';
import { sharedData, withoutShared } from '../support/shared.ts';
import { HOURLY, pick } from './fixtures.ts';

const START = Date.UTC(2024, 0, 1);
const HOUR = 3_600_000;

/** 3,000 sound hours; `plant` spoils a copy. */
function hours(plant: (bars: Candles) => void = () => {}): Candles {
  const bars = generateCandles({ ...DEFAULT_MARKET, timeframe: '1h', bars: 3_000, seed: 5, fromTime: START });
  plant(bars);
  return bars;
}

function without(bars: Candles, from: number, count: number): Candles {
  return pick(
    bars,
    [...bars.openTime.keys()].filter(row => row < from || row >= from + count),
  );
}

function broken(report: QualityReport): string[] {
  return report.rules.filter(({ ok }) => !ok).map(({ rule }) => rule);
}

function assess(bars: Candles, changes: Partial<QualityThresholds> = {}, timeframe: Timeframe = '1h') {
  return assessQuality(bars, timeframe, null, { ...thresholdsFor(undefined, ''), ...changes });
}

const at = (row: number) => START + row * HOUR;
/** Sets all four prices of a bar. */
function flatten(bars: Candles, row: number, price: number): void {
  for (const column of ['open', 'high', 'low', 'close'] as const) bars[column][row] = price;
}

test('clean bars break no rule', () => {
  const report = assess(hours());
  assert.deepEqual(broken(report), []);
  assert.equal(report.ok, true);
  const { bars, expectedBars, missingBars, gaps, spikes, longestStaleRun } = report;
  assert.deepEqual(
    { bars, expectedBars, missingBars, gaps, spikes, longestStaleRun },
    { bars: 3_000, expectedBars: 3_000, missingBars: 0, gaps: 0, spikes: 0, longestStaleRun: null },
  );
});

test('a long gap is found, with where it is; one of the limit’s length is allowed', () => {
  const { rules, longestGaps } = assess(without(hours(), 1_000, 49));
  const { value, threshold, ok, where } = rules.find(({ rule }) => rule === 'gap')!;
  assert.deepEqual({ value, threshold, ok }, { value: 49, threshold: 48, ok: false });
  assert.deepEqual(where, [{ fromTime: at(1_000), toTime: at(1_048) }]);
  assert.deepEqual(longestGaps, [{ fromTime: at(1_000), toTime: at(1_048), bars: 49 }]);
  assert.deepEqual(broken(assess(without(hours(), 1_000, 48))), []);
});

test('limits of runs count in bars on long timeframes, in hours on short ones', () => {
  const daily = generateCandles({ ...DEFAULT_MARKET, timeframe: '1d', bars: 400, seed: 5, fromTime: START });
  assert.deepEqual(broken(assess(without(daily, 200, 3), {}, '1d')), []);
  assert.deepEqual(broken(assess(without(daily, 200, 4), {}, '1d')), ['gap']);
  const minutes = generateCandles({
    ...DEFAULT_MARKET,
    timeframe: '1m',
    bars: 8_000,
    seed: 5,
    fromTime: START,
  });
  assert.deepEqual(broken(assess(without(minutes, 200, 100), {}, '1m')), []);
});

test('many small gaps break the rule of missing bars; twenty places are named', () => {
  const bars = hours();
  const kept = [...bars.openTime.keys()].filter(row => row % 40 !== 20);
  const report = assess(pick(bars, kept));
  assert.deepEqual(broken(report), ['missing']);
  assert.equal(report.gaps, 75);
  assert.equal(report.longestGaps.length, 20);
  assert.equal(report.rules.find(({ rule }) => rule === 'missing')?.where.length, 20);
});

test('a run without volume is found', () => {
  const report = assess(hours(bars => bars.volume.fill(0, 500, 530)));
  assert.deepEqual(broken(report), ['zero-volume-run']);
  assert.deepEqual(report.longestZeroVolumeRun, { fromTime: at(500), toTime: at(529), bars: 30 });
  assert.equal(report.zeroVolumeBars, 30);
});

test('a series that is mostly without volume is found although no run is long', () => {
  const report = assess(
    hours(bars => {
      for (let row = 0; row < 3_000; row++) if (row % 5 !== 0) bars.volume[row] = 0;
    }),
  );
  assert.deepEqual(broken(report), ['zero-volume']);
});

test('a feed that froze on its last bar is found, with volume or without', () => {
  const freeze = (volume: number) =>
    hours(bars => {
      for (const column of ['open', 'high', 'low', 'close'] as const)
        bars[column].fill(bars[column][700], 700, 730);
      bars.volume.fill(volume, 700, 730);
    });
  const report = assess(freeze(12.5));
  assert.deepEqual(broken(report), ['stale-run']);
  assert.deepEqual(report.longestStaleRun, { fromTime: at(701), toTime: at(729), bars: 29 });
  assert.deepEqual(broken(assess(freeze(0))), ['zero-volume-run', 'stale-run']);
});

test('a price that is wrong for a bar or three is a spike, up or down, and at either end', () => {
  for (const factor of [1.2, 0.85, 10]) {
    for (const [row, bars] of [
      [1_500, 1],
      [1_500, 3],
      [3, 1],
      [2_990, 2],
    ] as const) {
      const report = assess(
        hours(candles => {
          for (let i = row; i < row + bars; i++) flatten(candles, i, candles.close[row - 1] * factor);
        }),
      );
      assert.ok(broken(report).includes('spikes'), `× ${factor} at ${row} for ${bars}`);
      assert.equal(report.rules.find(({ rule }) => rule === 'spikes')?.where[0].fromTime, at(row));
    }
  }
});

test('a crash is a jump and no spike: it stays, or comes back amid moves of its own size', () => {
  const stays = hours(bars => {
    for (const column of ['open', 'high', 'low', 'close'] as const)
      for (let row = 1_500; row < 3_000; row++) bars[column][row] *= 0.7;
  });
  const recovers = hours(bars => {
    const before = bars.close[1_499];
    [0.93, 0.7, 0.99, 0.9, 0.97].forEach((share, step) => {
      flatten(bars, 1_500 + step, before * share);
    });
  });
  for (const bars of [stays, recovers]) {
    const report = assess(bars);
    assert.deepEqual(broken(report), []);
    assert.ok(report.jumps >= 1);
    assert.ok(report.largestJumps.some(({ logReturn }) => logReturn < -0.25));
  }
});

test('a change of units is no price move', () => {
  const report = assess(
    hours(bars => {
      for (const column of ['open', 'high', 'low', 'close'] as const)
        for (let row = 2_000; row < 3_000; row++) bars[column][row] *= 10;
    }),
  );
  assert.deepEqual(broken(report), ['jump']);
});

test('a low that no close knows of is a wick', () => {
  const report = assess(
    hours(bars => {
      bars.low[900] = bars.close[900] / 3;
    }),
  );
  assert.deepEqual(broken(report), ['wicks']);
  assert.deepEqual(report.rules.find(({ rule }) => rule === 'wicks')?.where, [
    { fromTime: at(900), toTime: at(900) },
  ]);
});

test('a bar that is there twice, or out of order, is found', () => {
  const twice = hours(bars => {
    bars.openTime[800] = bars.openTime[799];
  });
  assert.ok(broken(assess(twice)).includes('order'));
});

test('the age counts bars that could have closed since, and is judged only where a limit is set', () => {
  const bars = hours();
  const now = at(2_999) + HOUR + 5 * HOUR + 1;
  const report = assessQuality(bars, '1h', now);
  assert.equal(report.ageBars, 5);
  assert.deepEqual(broken(report), []);
  const strict = { ...thresholdsFor(undefined, ''), maxAgeBars: 4 };
  assert.deepEqual(broken(assessQuality(bars, '1h', now, strict)), ['age']);
  assert.equal(assessQuality(bars, '1h', at(3_000)).ageBars, 0);
});

test('the refusal names every broken rule, its value, its threshold and where', () => {
  const report = assess(
    without(
      hours(bars => bars.volume.fill(0, 500, 530)),
      1_000,
      60,
    ),
  );
  assert.throws(() => requireQuality(report, HOURLY), {
    code: 'CANDLES_QUALITY',
    message:
      /coinbase:BTCUSD\/1h .*gap: the longest gap 60 bars, at most 48 bars allowed \(2024-02-11T16:00Z to 2024-02-14T03:00Z\); zero-volume-run: .* 30 bars, at most 24 bars allowed \(2024-01-21T20:00Z/,
  });
  requireQuality(assess(hours()), HOURLY);
});

test('a symbol’s own thresholds win over the recipe’s', () => {
  const spec = qualitySchema.parse({ maxSpikes: 1, symbols: { BTCUSDT: { maxSpikes: 5, maxAgeBars: 3 } } });
  assert.equal(thresholdsFor(spec, 'ETHUSDT').maxSpikes, 1);
  assert.equal(thresholdsFor(spec, 'BTCUSDT').maxSpikes, 5);
  assert.equal(thresholdsFor(spec, 'BTCUSDT').maxAgeBars, 3);
  assert.equal(thresholdsFor(spec, 'BTCUSDT').maxGapBars, 3);
  assert.equal(qualitySchema.safeParse({ symbols: { BTCUSDT: { maxSpike: 5 } } }).success, false);
});

test('every rule is judged, and few bars or none are no fault', () => {
  const strict = { ...thresholdsFor(undefined, ''), maxAgeBars: 0 };
  const { rules } = assessQuality(hours(), '1h', at(3_000), strict);
  assert.deepEqual(
    rules.map(({ rule }) => rule),
    [...QUALITY_RULES],
  );
  for (const bars of [0, 1, 2]) assert.equal(assess(pick(hours(), [...Array(bars).keys()])).ok, true);
});

test('the bundled sample is good enough', async () => {
  assert.deepEqual(broken(assess(await readCandleFile(SAMPLE.path))), []);
});

test('recorded markets pass by default, their crashes told as jumps', { skip: withoutShared }, async () => {
  const crashes = new Map<string, QualityReport>();
  for (const file of globSync('candles/*/*/*.parquet', { cwd: sharedData })) {
    const timeframe = parseTimeframe(file.split('/')[3].replace('.parquet', ''));
    const report = assess(await readCandleFile(join(sharedData, file)), {}, timeframe);
    assert.deepEqual(broken(report), [], file);
    crashes.set(file.replace('candles/', ''), report);
  }
  const jumpsOn = (file: string, day: string) =>
    crashes.get(file)?.largestJumps.some(jump => new Date(jump.openTime).toISOString().startsWith(day));
  assert.ok(jumpsOn('binance/ADAUSDT/1h.parquet', '2021-05-19'));
  assert.ok(jumpsOn('binance-usdm/ADAUSDT/15m.parquet', '2025-10-10'));
  assert.ok(jumpsOn('binance-usdm/BTCUSDT/15m.parquet', '2025-10-10'));
});
