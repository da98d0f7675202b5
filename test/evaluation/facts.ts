import type { Candles } from '../../contracts/candles.ts';
import { LIKELIEST } from '../../contracts/decision.ts';
import type { Evidence } from '../../contracts/evidence.ts';
import { type GateSpec, parseRecipe, type Recipe } from '../../contracts/recipe.ts';
import { judgeCandidate } from '../../evaluation/gate.ts';
import type { GateFacts } from '../../evaluation/rules/rule.ts';
import { type ScoreInput, scoreModel } from '../../evaluation/score.ts';
import { sharpeEvidence, trialsSoFar } from '../../evaluation/sharpe-evidence.ts';
import { randomIndex, seededRandom } from '../../statistics/random.ts';

export const CLASSES = ['SHORT', 'NO_TRADE', 'LONG'];
const HOUR = 3_600_000;

export const RECIPE: Recipe = parseRecipe(
  {
    name: 'tested',
    task: 'direction3',
    features: { names: ['rsi_14', 'roc_10'] },
    labels: { kind: 'triple-barrier', horizonBars: 6, upAtr: 2, downAtr: 2 },
    split: { train: 0.6, validation: 0.2, test: 0.2 },
    train: { estimator: 'lightgbm' },
    gate: { bootstrapDraws: 400 },
  },
  'test',
);
export const GATE: GateSpec = RECIPE.gate;

/** A random walk of hourly bars around 1,000. */
export function walk(bars: number, seed = 1): Candles {
  const random = seededRandom(seed);
  const step = () => (randomIndex(random, 2_001) - 1_000) / 200;
  const column = () => new Float64Array(bars);
  const candles = {
    openTime: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  };
  let price = 1_000;
  for (let bar = 0; bar < bars; bar++) {
    candles.openTime[bar] = bar * HOUR;
    candles.open[bar] = price;
    price = Math.max(100, price + step());
    candles.close[bar] = price;
    candles.high[bar] = Math.max(candles.open[bar]!, price) + Math.abs(step()) / 2;
    candles.low[bar] = Math.min(candles.open[bar]!, price) - Math.abs(step()) / 2;
    candles.volume[bar] = 1;
  }
  return candles;
}

/** Labels drawn with the given shares of SHORT and LONG, and probabilities that lean towards the truth by `skill` (0 to 1). */
export function population(rows: number, skill: number, tradeShare = 0.3, seed = 7) {
  const random = seededRandom(seed);
  const uniform = () => random() / 2 ** 32;
  const label = Int8Array.from({ length: rows }, () => {
    const u = uniform();
    return u < tradeShare ? 0 : u < 2 * tradeShare ? 2 : 1;
  });
  const answers = new Float32Array(rows * 3);
  for (let row = 0; row < rows; row++) {
    const weights = [0, 1, 2].map(k => uniform() + (k === label[row] ? skill : 0));
    const sum = weights[0]! + weights[1]! + weights[2]!;
    for (let k = 0; k < 3; k++) answers[row * 3 + k] = weights[k]! / sum;
  }
  return { label, answers };
}

/** A block of 2,000 rows from bar 500 on, on spot; everything can be changed. */
export function scoreInput(changes: Partial<ScoreInput> = {}): ScoreInput {
  const rows = changes.label?.length ?? 2_000;
  const candles = walk(rows + 600);
  return {
    task: 'direction3',
    decision: LIKELIEST,
    calibration: null,
    signalSides: null,
    ...population(rows, 0.5),
    bar: Int32Array.from({ length: rows }, (_, row) => 500 + row),
    trainClasses: [2_400, 3_600, 2_000],
    candles,
    atr: new Float64Array(candles.openTime.length).fill(5),
    recipe: RECIPE,
    market: 'spot',
    ...changes,
  };
}

export function factsOf(input: ScoreInput, changes: Partial<GateFacts> = {}): GateFacts {
  const { trades: _, netReturns, ...score } = scoreModel(input);
  return {
    series: 'coinbase:BTCUSD/1h',
    recipe: 'tested',
    packageId: 'abc',
    classes: CLASSES,
    testBlock: {
      fromTime: input.bar[0]! * HOUR,
      toTime: input.bar.at(-1)! * HOUR,
      rows: input.label.length,
    },
    trainedThroughTime: 499 * HOUR,
    ...score,
    sharpe: sharpeEvidence(netReturns, '1h', trialsSoFar([])),
    importance: [
      { feature: 'roc_10', gain: 30, share: 0.75 },
      { feature: 'rsi_14', gain: 10, share: 0.25 },
    ],
    parity: { rows: input.label.length, maxDifference: 1e-7, tolerance: 5e-6, disagreements: 0 },
    modelBytes: 400_000,
    latencyMs: 0.05,
    ...changes,
  };
}

export function evidenceOf(facts: GateFacts): Evidence {
  const { latencyMs: _, ...evidence } = facts;
  return { ...evidence, ...judgeCandidate(facts, GATE) };
}
