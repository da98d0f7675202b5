import type { Evidence } from '../../../contracts/evidence.ts';
import type { Slice } from '../../../contracts/stability.ts';
import type { CardMeta } from '../../../evaluation/card/document.ts';
import { CLASSES, evidenceOf, factsOf, RECIPE, scoreInput } from '../facts.ts';

const HOUR = 3_600_000;
const block = (from: number, rows: number) => ({
  rows,
  fromTime: from * HOUR,
  toTime: (from + rows - 1) * HOUR,
  classes: [rows * 0.3, rows * 0.5, rows * 0.2],
});

export const META: CardMeta = {
  packageId: 'p'.repeat(64),
  series: { venue: 'coinbase', symbol: 'BTCUSD', timeframe: '1h' },
  marketKind: 'spot',
  task: 'direction3',
  classes: CLASSES,
  steps: 1,
  featureNames: ['rsi_14', 'roc_10'],
  schemaHash: 's'.repeat(64),
  recipe: RECIPE,
  dataset: {
    bars: 10_000,
    rows: 9_900,
    firstTime: 0,
    lastTime: 9_999 * HOUR,
    warmUpBars: 33,
    embargoBars: 33,
    blocks: { train: block(33, 6_000), validation: block(6_100, 2_000), test: block(8_200, 1_000) },
    purgedRows: 78,
    filteredRows: 0,
    unlabelledRows: 6,
    meanHoldingBars: 4.25,
    medianHoldingBars: 4,
    missingInTraining: [],
    missing: {},
    filled: {},
    trainedThroughTime: 8_100 * HOUR,
  },
  anchorTime: 0,
  madeWith: { node: '24.0.0', lightgbm: '4.6.0' },
};

export const EVIDENCE = evidenceOf(factsOf(scoreInput()));

/** With what importance and attributions say. */
export const EXPLAINED: Evidence = {
  ...EVIDENCE,
  permutationImportance: {
    block: 'test',
    rows: 500,
    repeats: 5,
    generator: 'mt19937',
    seed: 1,
    logLoss: 1.05,
    mcc: 0.1,
    features: [
      {
        feature: 'rsi_14',
        logLossRise: { mean: 0.0123, deviation: 0.0011 },
        mccFall: { mean: 0.02, deviation: 0.01 },
      },
      {
        feature: 'roc_10',
        logLossRise: { mean: -0.0004, deviation: 0.0002 },
        mccFall: { mean: 0, deviation: 0.01 },
      },
    ],
  },
  attributions: {
    method: 'integrated-gradients',
    score: 'log-odds',
    block: 'test',
    rows: 40,
    baseline: [50, 0.1],
    largestGap: 0.004,
    features: [
      { feature: 'rsi_14', meanAbsolute: 0.2, byScore: [0.1, 0.2, 0.3] },
      { feature: 'roc_10', meanAbsolute: 0.05, byScore: [0.05, 0.05, 0.05] },
    ],
    bars: [
      { newest: 0, oldest: 0, share: 0.5 },
      { newest: 1, oldest: 4, share: 0.3 },
      { newest: 5, oldest: 11, share: 0.2 },
    ],
  },
};

const MONTHS = ['2024-01', '2024-02', '2024-03'].map(
  (name, at): Slice => ({
    kind: 'month',
    name,
    rows: 700,
    mcc: { value: 0.1 - 0.05 * at, low: at === 2 ? null : -0.05 * at, high: at === 2 ? null : 0.2 },
    directionalAuc: 0.52,
    balancedAccuracy: 0.4,
    accuracy: 0.41,
    logLoss: 1.05,
    trades: 12,
    meanNetReturn: -0.0004,
  }),
);
/** With all that evidence can hold. */
export const FULL: Evidence = {
  ...EXPLAINED,
  stability: { months: MONTHS, regimes: [], regimeBounds: [0.007, 0.013], worst: MONTHS[1]! },
};
