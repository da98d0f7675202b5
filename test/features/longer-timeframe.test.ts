import assert from 'node:assert/strict';
import test from 'node:test';
import type { Candles } from '../../contracts/candles.ts';
import { computeFeatures as computeBatch } from '../../features/batch.ts';
import { CATALOG } from '../../features/catalog/index.ts';
import type { FeatureDefinition } from '../../features/definition.ts';
import { FeatureEngine } from '../../features/engine.ts';
import { goldenCandles } from '../support/candles.ts';
import { computeFeatures } from '../support/features.ts';

const HOUR_MS = 3_600_000;
const LINES = CATALOG.definitions.filter(({ family }) => family === 'longer-timeframe');
const NAMES = LINES.map(({ name }) => name);

test('every row has the indicator of the last closed longer bar, made from all bars so far', () => {
  assertEqualsResampled(goldenCandles());
});

test('so it is where bars are missing: inside a longer bar, at its end, whole ones, and at the start', () => {
  const missing = (i: number) =>
    i < 5 || i % 97 === 0 || (i > 500 && i < 507) || (i > 1_000 && i < 1_061) || i % 24 === 23;
  assertEqualsResampled(rowsOf(goldenCandles(), i => !missing(i)));
});

test('a longer bar speaks at the row that ends it, and not before', () => {
  const candles = rowsOf(goldenCandles(), i => i < 48);
  const first = candles.openTime.findIndex(time => time % (4 * HOUR_MS) === 0);
  const got = computeFeatures(candles, ['log_return_1_x4'], 'float64').columns.get('log_return_1_x4')!;
  const { close } = candles;
  // The closes of the first two whole bars of four hours.
  const expected = Math.log(close[first + 7] / close[first + 3]);
  for (let t = 0; t < first + 7; t++) assert.ok(Number.isNaN(got[t]), `row ${t}`);
  for (let t = first + 7; t < first + 11; t++) assert.ok(Math.abs(got[t] - expected) < 1e-14, `row ${t}`);
  assert.notEqual(got[first + 11], got[first + 10]);
});

test('where its last bars are missing it speaks at the first later row', () => {
  const all = goldenCandles();
  const offset = all.openTime.findIndex(time => time % (4 * HOUR_MS) === 0);
  const candles = rowsOf(all, i => i >= offset && i < offset + 16 && i !== offset + 7);
  const got = computeFeatures(candles, ['log_return_1_x4'], 'float64').columns.get('log_return_1_x4')!;
  const { close } = candles;
  assert.ok(Number.isNaN(got[6]));
  assert.ok(Math.abs(got[7] - Math.log(close[6] / close[3])) < 1e-14);
});

test('how bars are cut into calls changes no bit', () => {
  const candles = rowsOf(goldenCandles(), i => i % 31 !== 0 && i < 1_500);
  const whole = computeFeatures(candles, NAMES, 'float64').columns;
  const engine = new FeatureEngine(LINES, HOUR_MS);
  const columns = NAMES.map(() => new Float64Array(candles.close.length));
  for (let from = 0, size = 1; from < candles.close.length; from += size, size = (size * 7) % 41) {
    const to = Math.min(from + size, candles.close.length);
    engine.advance(
      rowsOf(candles, i => i >= from && i < to),
      columns,
      from,
    );
  }
  for (const [index, name] of NAMES.entries())
    assert.deepEqual(Buffer.from(columns[index].buffer), Buffer.from(whole.get(name)!.buffer), name);
});

/** Resamples by plain loops, computes the base features on longer bars and gives each row the last that was closed. */
function assertEqualsResampled(candles: Candles): void {
  const { columns } = computeFeatures(candles, NAMES, 'float64');
  for (const definition of LINES) {
    const { multiple } = definition.parameters;
    const longer = resample(candles, multiple * HOUR_MS);
    const base = computeBatch(longer.bars, [baseOf(definition)], '4h', 'float64').columns;
    const values = base.get(definition.output)!;
    const got = columns.get(definition.name)!;
    let known = 0;
    for (let t = 0; t < got.length; t++) {
      // Closed by this row's own close, or in the past of a later row.
      const closedAt = candles.openTime[t] + HOUR_MS;
      let last = -1;
      for (let bar = 0; bar < longer.ends.length && longer.ends[bar] <= closedAt; bar++) last = bar;
      const expected = last < 0 ? Number.NaN : values[last];
      assert.ok(Object.is(got[t], expected), `${definition.name}, row ${t}: ${got[t]} for ${expected}`);
      if (!Number.isNaN(expected)) known++;
    }
    assert.ok(known > 500, definition.name);
  }
}

/** The same formula on the longer bars themselves. */
function baseOf({ name, output }: FeatureDefinition): FeatureDefinition {
  const base = output === 'cutler_rsi_14' ? cutler(name) : CATALOG.find(output);
  return { ...base, name: output };
}

/** Cutler's RSI has no line of its own; here by the plain definition. */
function cutler(name: string): FeatureDefinition {
  const plain: FeatureDefinition['kernel'] = {
    name: 'plain-cutler',
    inputs: ['close'],
    outputs: ['index'],
    start() {
      const closes: number[] = [];
      return {
        advance({ close }, { index }) {
          for (let i = 0; i < close.length; i++) {
            closes.push(close[i]);
            index![i] = plainStrength(closes.slice(-15));
          }
        },
      };
    },
  };
  return { ...CATALOG.find(name), kernel: plain, output: 'index', parameters: {} };
}

function plainStrength(closes: readonly number[]): number {
  if (closes.length < 15) return Number.NaN;
  const moves = closes.slice(1).map((price, i) => price - closes[i]);
  const [rises, all] = [moves.map(move => Math.max(0, move)), moves.map(Math.abs)];
  const sum = (list: number[]) => list.reduce((a, b) => a + b, 0);
  return (100 * sum(rises)) / sum(all);
}

/** Longer bars of at least one bar, without the first unless it begins with the series. */
function resample(candles: Candles, longerMs: number): { bars: Candles; ends: number[] } {
  const groups = new Map<number, number[]>();
  for (const [row, time] of candles.openTime.entries()) {
    const start = Math.floor(time / longerMs) * longerMs;
    groups.set(start, [...(groups.get(start) ?? []), row]);
  }
  const [firstStart] = groups.keys();
  if (firstStart !== candles.openTime[0]) groups.delete(firstStart);
  const column = (at: (rows: number[], start: number) => number) =>
    Float64Array.from(groups, ([start, rows]) => at(rows, start));
  return {
    ends: [...groups.keys()].map(start => start + longerMs),
    bars: {
      openTime: column((_, start) => start),
      open: column(rows => candles.open[rows[0]]),
      high: column(rows => Math.max(...rows.map(row => candles.high[row]))),
      low: column(rows => Math.min(...rows.map(row => candles.low[row]))),
      close: column(rows => candles.close[rows.at(-1)!]),
      volume: column(rows => rows.reduce((sum, row) => sum + candles.volume[row], 0)),
    },
  };
}

function rowsOf(candles: Candles, keep: (row: number) => boolean): Candles {
  const pick = (column: Float64Array) => column.filter((_, i) => keep(i));
  return {
    openTime: pick(candles.openTime),
    open: pick(candles.open),
    high: pick(candles.high),
    low: pick(candles.low),
    close: pick(candles.close),
    volume: pick(candles.volume),
  };
}
