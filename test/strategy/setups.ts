import fc from 'fast-check';
import type { BacktestMarket, BacktestSetup, TradingRules } from '../../contracts/backtest.ts';
import type { CostSpec } from '../../contracts/costs.ts';
import type { LabelSpec } from '../../contracts/labels.ts';
import { type Policy, policySchema } from '../../contracts/policy.ts';
import type { MarketKind } from '../../contracts/series.ts';
import { BAR_MS } from './bars.ts';

/** Whole prices and volatilities, so that levels are hit exactly, jumped over and touched together often; bars may be missing. */
const rowArbitrary = fc.record({
  isThere: fc.integer({ min: 0, max: 9 }).map(draw => draw > 0),
  open: fc.integer({ min: 90, max: 110 }),
  close: fc.integer({ min: 90, max: 110 }),
  up: fc.nat(8),
  down: fc.nat(8),
  volume: fc.constantFrom(0, 1, 2, 5, 20, 100),
  direction: fc.constantFrom(-1, 0, 1, 2, 2, 0),
  confidence: fc.constantFrom(0.4, 0.6, 0.9),
  volatility: fc.constantFrom(0, Number.NaN, 1, 2, 3, 5),
});

export const labelsArbitrary: fc.Arbitrary<LabelSpec> = fc.oneof(
  fc.record({
    kind: fc.constant('triple-barrier' as const),
    horizonBars: fc.integer({ min: 1, max: 8 }),
    upAtr: fc.integer({ min: 1, max: 4 }),
    downAtr: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({
    kind: fc.constant('fixed-horizon' as const),
    horizonBars: fc.integer({ min: 1, max: 8 }),
    thresholdLogReturn: fc.constant(0.01),
  }),
);

const rulesArbitrary: fc.Arbitrary<TradingRules | null> = fc.oneof(
  fc.constant(null),
  fc.record(
    {
      tick: fc.constantFrom(null, 0.01, 0.5),
      lot: fc.constantFrom(null, 0.001, 0.1, 1),
      minQuantity: fc.constantFrom(null, 0.5),
      minNotional: fc.constantFrom(null, 50),
      maxQuantity: fc.constantFrom(7.25, 40),
    },
    { requiredKeys: ['tick', 'lot', 'minQuantity', 'minNotional'] },
  ),
);

const distanceArbitrary = fc.oneof(
  fc.constant({ kind: 'recipe' as const }),
  fc.record({ kind: fc.constant('atr' as const), multiple: fc.constantFrom(0.5, 1, 2) }),
  fc.record({ kind: fc.constant('percent' as const), percent: fc.constantFrom(1, 5) }),
  fc.constant({ kind: 'none' as const }),
);

const costsArbitrary: fc.Arbitrary<CostSpec> = fc.record(
  {
    feeBps: fc.nat(50),
    makerFeeBps: fc.nat(20),
    halfSpreadBps: fc.nat(5),
    slippageBps: fc.nat(5),
    impactBps: fc.constantFrom(0, 20, 200),
    feeCurrency: fc.constantFrom('quote' as const, 'received' as const),
    fundingBpsPer8h: fc.constantFrom(-5, 0, 10),
  },
  { requiredKeys: ['feeBps', 'halfSpreadBps', 'slippageBps'] },
);

function policyArbitrary(kind: MarketKind): fc.Arbitrary<Policy> {
  const leverage = kind === 'spot' ? fc.constantFrom(0.5, 1) : fc.constantFrom(0.5, 1, 3, 20);
  return leverage.chain(maxLeverage =>
    fc
      .record(
        {
          minConfidence: fc.constantFrom(0, 0.5),
          entry: fc.oneof(
            fc.constant({ order: 'market' as const }),
            fc.record({
              order: fc.constant('limit' as const),
              offsetBps: fc.constantFrom(0, 100, 300),
              validBars: fc.integer({ min: 1, max: 4 }),
            }),
          ),
          sizing: fc.record({
            kind: fc.constant('fraction' as const),
            fraction: fc.constantFrom(0.25, 0.5, 1).map(share => share * maxLeverage),
          }),
          maxOpenPositions: fc.constantFrom(1, 2, 100),
          exits: fc.record(
            {
              stop: distanceArbitrary,
              target: distanceArbitrary,
              targetShares: fc.constantFrom(
                { tp2: 1 },
                { tp1: 0.5, tp2: 0.3, tp3: 0.2 },
                { tp1: 0.4, tp3: 0.3 },
                {},
              ),
              trailing: fc.record({ distanceAtr: fc.constantFrom(1, 2), afterAtr: fc.constantFrom(0, 1) }),
              maxBars: fc.oneof(
                fc.integer({ min: 1, max: 8 }),
                fc.constantFrom('recipe' as const, 'none' as const),
              ),
            },
            { requiredKeys: [] },
          ),
          onOpposite: fc.constantFrom('hold' as const, 'close' as const, 'reverse' as const),
          maxVolumeShare: fc.constantFrom(0.1, 0.5, 1),
        },
        { requiredKeys: [] },
      )
      .map(document =>
        policySchema.parse({
          name: 'random',
          maxLeverage,
          sizing: { kind: 'fraction', fraction: 0.5 * maxLeverage },
          ...document,
        }),
      ),
  );
}

function marketArbitrary(kind: MarketKind, symbol: string): fc.Arbitrary<BacktestMarket> {
  return fc
    .tuple(
      fc.array(rowArbitrary, { minLength: 2, maxLength: 50 }),
      labelsArbitrary,
      rulesArbitrary,
      fc.boolean(),
    )
    .map(([rows, labels, rules, hasConfidence]) => {
      const there = rows.map((row, at) => ({ ...row, time: at * BAR_MS })).filter(row => row.isThere);
      type Row = (typeof there)[number];
      const column = (of: (row: Row) => number) => Float64Array.from(there, of);
      return {
        symbol,
        kind,
        candles: {
          openTime: column(row => row.time),
          open: column(row => row.open),
          high: column(row => Math.max(row.open, row.close) + row.up),
          low: column(row => Math.min(row.open, row.close) - row.down),
          close: column(row => row.close),
          volume: column(row => row.volume),
        },
        signals: {
          direction: Int8Array.from(there, row => row.direction),
          volatility: column(row => row.volatility),
          ...(hasConfidence && { confidence: Float32Array.from(there, row => row.confidence) }),
        },
        labels,
        rules,
        funding: null,
        barMs: BAR_MS,
      };
    });
}

/** Limits that bind at the prices and purses that are drawn here, each of them now and then. */
const riskArbitrary = fc.record(
  {
    maxTradesPerDay: fc.integer({ min: 1, max: 3 }),
    cooldownMinutes: fc.constantFrom(60, 90, 240),
    maxPosition: fc.constantFrom(0.1, 0.3, 0.7),
    maxGrossExposure: fc.constantFrom(0.2, 0.8, 2),
    maxNetExposure: fc.constantFrom(0.1, 0.5),
    correlated: fc.record({
      maxExposure: fc.constantFrom(0.15, 0.5),
      correlation: fc.constantFrom(-0.2, 0.1, 0.6),
      bars: fc.constantFrom(10, 20),
    }),
    maxDailyLoss: fc.constantFrom(0.01, 0.1),
    maxDrawdown: fc.constantFrom(0.02, 0.2),
    minNotional: fc.constantFrom(20, 300),
    hours: fc.constantFrom(
      [{ from: '06:00', to: '20:00' }],
      [
        { days: ['thu' as const, 'fri' as const], from: '00:00', to: '24:00' },
        { from: '10:00', to: '12:30' },
      ],
    ),
    maxDataAgeBars: fc.constant(0.5),
    priceBandBps: fc.constant(50),
    maxSpreadBps: fc.constant(20),
  },
  { requiredKeys: [] },
);

const ruleKeysArbitrary = fc.record(
  {
    risk: riskArbitrary,
    everyBars: fc.constantFrom(2, 3),
    symbols: fc.constant({ BBBUSD: { minConfidence: 0.7, fraction: 0.2 } }),
    sizing: fc.constantFrom(
      { kind: 'volatility-target', annualVolatility: 1.5, lookbackBars: 10, fraction: 0.5 },
      { kind: 'kelly', share: 0.5, fraction: 0.5 },
    ),
  },
  { requiredKeys: ['risk'] },
);

/** One to three markets of a kind, any policy, any costs; always with a bar to play. */
export const setupArbitrary: fc.Arbitrary<BacktestSetup> = fc
  .constantFrom('spot' as const, 'swap' as const)
  .chain(kind =>
    fc.record({
      markets: fc
        .tuple(
          fc.integer({ min: 1, max: 3 }),
          ...['AAAUSD', 'BBBUSD', 'CCCUSD'].map(symbol => marketArbitrary(kind, symbol)),
        )
        .map(([count, ...markets]) => markets.slice(0, count)),
      policy: policyArbitrary(kind),
      costs: costsArbitrary,
      initialCash: fc.constantFrom(100, 1_000, 100_000),
      fromTime: fc.integer({ min: 0, max: 5 }).map(bars => bars * BAR_MS),
      toTime: fc.constant(Number.POSITIVE_INFINITY),
    }),
  )
  .filter(({ markets, fromTime }) =>
    markets.some(({ candles }) => candles.openTime.some(time => time >= fromTime)),
  );

/** The same with rules on entries. */
export const ruledSetupArbitrary: fc.Arbitrary<BacktestSetup> = fc
  .tuple(setupArbitrary, ruleKeysArbitrary)
  .map(([setup, keys]) => ({ ...setup, policy: policySchema.parse({ ...setup.policy, ...keys }) }));
