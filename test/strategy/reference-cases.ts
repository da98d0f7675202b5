import fc from 'fast-check';
import type { BacktestMarket, BacktestSetup, TradingRules } from '../../contracts/backtest.ts';
import type { Candles } from '../../contracts/candles.ts';
import { type CostSpec, costsSchema } from '../../contracts/costs.ts';
import type { LabelSpec } from '../../contracts/labels.ts';
import { type Policy, policySchema } from '../../contracts/policy.ts';
import type { MarketKind } from '../../contracts/series.ts';
import { LONG, NO_TRADE, SHORT, UNLABELLED } from '../../contracts/tasks.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2024, 0, 1, 5);
/** The first close of four hours after it. */
const FIRST_FOUR = Date.UTC(2024, 0, 1, 8);
/** What a usual bar trades, in quote. */
const VOLUME_QUOTE = 20_000;

/** One bar as steps from the bar before, in basis points, and what was predicted at its close. */
interface BarSteps {
  /** Bars that are missing before it. */
  readonly missing: number;
  readonly gap: number;
  readonly move: number;
  readonly up: number;
  readonly down: number;
  readonly volume: number;
  readonly direction: number;
  readonly confidence: number;
  /** Share of the price; 0 and NaN are unknown. */
  readonly volatility: number;
}

const often = (value: number, otherwise: fc.Arbitrary<number>, weight = 4) =>
  fc.oneof({ weight, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: otherwise });
/** Spread evenly, in a million steps and off the ends: of fast-check's own doubles most are tiny. */
const steps = (least: number, most: number) =>
  fc.integer({ min: 1, max: 999_999 }).map(step => least + ((most - least) * step) / 1_000_000);

const bar: fc.Arbitrary<BarSteps> = fc.record({
  missing: often(0, fc.integer({ min: 1, max: 20 }), 12),
  gap: often(0, fc.oneof(steps(-20, 20), steps(-600, 600))),
  move: fc.oneof(steps(-50, 50), steps(-400, 400)),
  up: often(0, steps(0, 150), 1),
  down: often(0, steps(0, 150), 1),
  volume: fc.oneof({ weight: 5, arbitrary: steps(0.1, 3) }, { weight: 1, arbitrary: fc.constant(0) }),
  direction: fc.constantFrom(LONG, LONG, SHORT, NO_TRADE, NO_TRADE, UNLABELLED),
  confidence: steps(0.3, 1),
  volatility: fc.oneof(
    { weight: 12, arbitrary: steps(0.001, 0.03) },
    { weight: 1, arbitrary: fc.constantFrom(0, Number.NaN) },
  ),
});

const labels: fc.Arbitrary<LabelSpec> = fc.oneof(
  { weight: 4, arbitrary: tripleBarrier() },
  {
    weight: 1,
    arbitrary: fc.constant({
      kind: 'fixed-horizon',
      horizonBars: 6,
      thresholdLogReturn: 0.01,
    } as const),
  },
);

/** Of markets at a price: steps and minimums that matter to a purse of some thousands. */
const rulesAt = (price: number): fc.Arbitrary<TradingRules | null> =>
  fc.option(
    fc.record(
      {
        tick: fc.constantFrom(
          null,
          ...(price < 1 ? [0.0001, 0.01] : price < 1_000 ? [0.01, 0.1, 0.5] : [0.1, 5]),
        ),
        lot: fc.constantFrom(
          null,
          ...(price < 1 ? [1, 100] : price < 1_000 ? [0.001, 0.1, 1] : [0.00001, 0.01]),
        ),
        minQuantity: fc.constantFrom(null, null, 200 / price),
        minNotional: fc.constantFrom(null, 10, 400),
        maxQuantity: fc.constantFrom(500 / price, 2_500 / price),
      },
      { requiredKeys: ['tick', 'lot', 'minQuantity', 'minNotional'] },
    ),
    { freq: 3 },
  );

const costs: fc.Arbitrary<CostSpec> = fc
  .record(
    {
      feeBps: fc.constantFrom(0, 7.5, 10, 60),
      makerFeeBps: fc.constantFrom(0, 2, 10),
      halfSpreadBps: fc.constantFrom(0, 1, 4.5),
      slippageBps: fc.constantFrom(0, 2, 13),
      impactBps: fc.constantFrom(10, 80),
      feeCurrency: fc.constantFrom('quote' as const, 'received' as const, 'received' as const),
      fundingBpsPer8h: fc.constantFrom(-3, 1, 15),
    },
    { requiredKeys: ['feeBps', 'halfSpreadBps', 'slippageBps'] },
  )
  .map(drawn => costsSchema.parse(drawn));

const distance = fc.oneof(
  fc.constant({ kind: 'recipe' as const }),
  fc.record({ kind: fc.constant('atr' as const), multiple: steps(0.3, 4) }),
  fc.record({
    kind: fc.constant('percent' as const),
    percent: fc.oneof(steps(0.2, 4), steps(60, 99)),
  }),
  fc.constant({ kind: 'none' as const }),
);

const shares = fc.constantFrom(
  { tp2: 1 },
  { tp1: 0.5, tp2: 0.3, tp3: 0.2 },
  { tp1: 0.25, tp3: 0.75 },
  { tp1: 0.4, tp2: 0.2 },
  {},
);

const exits = fc.record(
  {
    stop: distance,
    target: distance,
    targetShares: shares,
    trailing: fc.record({ distanceAtr: steps(0.3, 4), afterAtr: fc.oneof(fc.constant(0), steps(0, 2)) }),
    maxBars: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom('recipe' as const, 'none' as const)),
  },
  { requiredKeys: ['stop', 'target'] },
);

const policy: fc.Arbitrary<Policy> = fc
  .record(
    {
      minConfidence: fc.constantFrom(0, 0.55),
      entry: fc.oneof(
        fc.constant({ order: 'market' as const }),
        fc.record({
          order: fc.constant('limit' as const),
          offsetBps: fc.oneof(fc.constant(0), steps(0, 80)),
          validBars: fc.integer({ min: 1, max: 5 }),
        }),
      ),
      leverage: fc.constantFrom(
        { maxLeverage: 1, fraction: 1 },
        { maxLeverage: 1, fraction: 0.31 },
        { maxLeverage: 0.8, fraction: 0.5 },
        { maxLeverage: 3, fraction: 2 },
        { maxLeverage: 20, fraction: 20 },
        { maxLeverage: 25, fraction: 15 },
        { maxLeverage: 100, fraction: 60 },
      ),
      maxOpenPositions: fc.constantFrom(1, 2, 100),
      exits,
      onOpposite: fc.constantFrom('hold' as const, 'close' as const, 'reverse' as const),
      maxVolumeShare: fc.constantFrom(undefined, undefined, 0.02, 0.2, 1),
    },
    { requiredKeys: ['minConfidence', 'entry', 'leverage', 'maxOpenPositions', 'exits'] },
  )
  .map(({ leverage, ...drawn }) =>
    policySchema.parse({
      name: 'drawn',
      ...drawn,
      maxLeverage: leverage.maxLeverage,
      sizing: { kind: 'fraction', fraction: leverage.fraction },
    }),
  );

const market = fc.constantFrom(0.8, 100, 20_000).chain(price =>
  fc.record({
    price: fc.constant(price),
    bars: fc.array(bar, { minLength: 5, maxLength: 45, size: 'max' }),
    hasConfidence: fc.boolean(),
    labels,
    rules: rulesAt(price),
    start: fc.integer({ min: 0, max: 5 }),
    confirming: fc.array(fc.constantFrom(LONG, SHORT, NO_TRADE, UNLABELLED), {
      minLength: 20,
      maxLength: 20,
    }),
    funding: fc.option(
      fc.uniqueArray(fc.record({ at: fc.integer({ min: 0, max: 90 }), rate: steps(-0.003, 0.003) }), {
        maxLength: 12,
        selector: ({ at }) => at,
      }),
      { freq: 3 },
    ),
  }),
);
type DrawnMarket = typeof market extends fc.Arbitrary<infer Drawn> ? Drawn : never;

/** Backtests of every kind: markets with gaps and standstills, policies, costs, rules of venues. */
export const drawnBacktests: fc.Arbitrary<BacktestSetup> = fc
  .record({
    kind: fc.constantFrom('spot' as const, 'swap' as const),
    markets: fc.array(market, { minLength: 1, maxLength: 3 }),
    policy,
    costs,
    initialCash: fc.constantFrom(900, 10_000, 10_000),
    skippedBars: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ kind, markets, policy, costs, initialCash, skippedBars }) => ({
    markets: markets.map((drawn, index) => builtMarket(drawn, kind, index)),
    policy: kind === 'spot' ? withoutLeverage(policy) : policy,
    costs,
    initialCash,
    fromTime: START + skippedBars * HOUR,
    toTime: START + 40 * HOUR,
  }));

/** Drawn now and then: many rules at once leave no trade to compare. */
const sometimes = <Value>(value: fc.Arbitrary<Value>, weight = 1) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight, arbitrary: value });

const risk = fc.record({
  maxTradesPerDay: sometimes(fc.integer({ min: 1, max: 3 })),
  cooldownMinutes: sometimes(fc.constantFrom(60, 150, 600)),
  maxPosition: sometimes(fc.constantFrom(0.03, 0.15, 0.6, 3), 2),
  maxGrossExposure: sometimes(fc.constantFrom(0.4, 0.9, 4), 3),
  maxNetExposure: sometimes(fc.constantFrom(0.2, 0.7), 2),
  correlated: sometimes(
    fc.record({
      maxExposure: fc.constantFrom(0.3, 0.8),
      correlation: fc.constantFrom(-0.3, 0.2, 0.5),
      bars: fc.constantFrom(10, 16),
    }),
    3,
  ),
  maxDailyLoss: sometimes(fc.constantFrom(0.005, 0.03)),
  maxDrawdown: sometimes(fc.constantFrom(0.01, 0.04)),
  minNotional: sometimes(fc.constantFrom(50, 2_000)),
  hours: sometimes(
    fc.constantFrom(
      [{ from: '08:00', to: '22:30' }],
      [
        { days: ['mon' as const], from: '00:00', to: '24:00' },
        { days: ['tue' as const, 'wed' as const], from: '03:00', to: '17:00' },
      ],
    ),
  ),
  maxSpreadBps: sometimes(fc.constant(5)),
});

/** Keys of a policy with rules; of the sizes those that hang on more than the equity. */
const ruleKeys = fc.record({
  risk,
  everyBars: sometimes(fc.constantFrom(2, 3)),
  symbols: sometimes(fc.constant({ SYMBOL1: { minConfidence: 0.6, fraction: 0.3 } })),
  sources: sometimes(
    fc.constantFrom(
      ['ML_PER_COIN_V1' as const],
      ['RSI_MA' as const],
      ['HOLD' as const, 'ML_PER_COIN_V1' as const],
    ),
  ),
  confirmation: sometimes(
    fc.record({
      timeframe: fc.constant('4h' as const),
      require: fc.constantFrom('same' as const, 'not-opposite' as const),
    }),
  ),
  sizing: fc.constantFrom(
    { kind: 'volatility-target' as const, annualVolatility: 0.4, lookbackBars: 10, fraction: 0.8 },
    { kind: 'kelly' as const, share: 0.3, fraction: 0.8 },
    { kind: 'fraction' as const, fraction: 0.4 },
    { kind: 'fraction' as const, fraction: 0.8 },
  ),
});

/** The same with rules on entries. */
export const drawnRuledBacktests: fc.Arbitrary<BacktestSetup> = fc
  .tuple(drawnBacktests, ruleKeys)
  .map(([setup, keys]) => ({ ...setup, policy: policySchema.parse({ ...setup.policy, ...keys }) }));

/** Spot has none. */
function withoutLeverage(policy: Policy): Policy {
  return {
    ...policy,
    maxLeverage: Math.min(policy.maxLeverage, 1),
    sizing: { ...policy.sizing, fraction: Math.min(policy.sizing.fraction, 1) },
  };
}

function tripleBarrier(): fc.Arbitrary<LabelSpec> {
  return fc.record({
    kind: fc.constant('triple-barrier' as const),
    horizonBars: fc.integer({ min: 1, max: 12 }),
    upAtr: steps(0.4, 4),
    downAtr: steps(0.4, 4),
  });
}

function builtMarket(drawn: DrawnMarket, kind: MarketKind, index: number): BacktestMarket {
  const { bars, price, rules, labels, hasConfidence, funding, start, confirming } = drawn;
  const candles = candlesOf(bars, price, start, rules?.tick ?? null);
  return {
    symbol: `SYMBOL${index}`,
    kind,
    candles,
    signals: {
      direction: Int8Array.from(bars, ({ direction }) => direction),
      ...(hasConfidence ? { confidence: Float32Array.from(bars, ({ confidence }) => confidence) } : {}),
      volatility: Float64Array.from(bars, ({ volatility }, at) => volatility * candles.close[at]),
    },
    labels,
    rules,
    funding: kind === 'spot' || funding === null ? null : fundingOf(funding),
    barMs: HOUR,
    confirmation: {
      closeTime: Float64Array.from(confirming, (_, at) => FIRST_FOUR + at * 4 * HOUR),
      direction: Int8Array.from(confirming),
    },
  };
}

function fundingOf(payments: readonly { at: number; rate: number }[]) {
  const sorted = [...payments].sort((a, b) => a.at - b.at);
  return {
    time: Float64Array.from(sorted, ({ at }) => START + at * (HOUR / 2)),
    rate: Float64Array.from(sorted, ({ rate }) => rate),
  };
}

/** Prices lie on the tick, where there is one. */
function candlesOf(bars: readonly BarSteps[], first: number, start: number, tick: number | null): Candles {
  const column = () => new Float64Array(bars.length);
  const candles = {
    openTime: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  };
  const onGrid = (price: number, round: (value: number) => number) =>
    tick === null
      ? Number(price.toPrecision(9))
      : Number((Math.max(1, round(price / tick)) * tick).toFixed(4));
  let before = onGrid(first, Math.round);
  let hour = start;
  bars.forEach(({ missing, gap, move, up, down, volume }, at) => {
    hour += missing;
    const open = onGrid(before * (1 + gap / 10_000), Math.round);
    const close = onGrid(open * (1 + move / 10_000), Math.round);
    candles.openTime[at] = START + hour * HOUR;
    candles.open[at] = open;
    candles.close[at] = close;
    candles.high[at] = onGrid(Math.max(open, close) * (1 + up / 10_000), Math.ceil);
    candles.low[at] = Math.min(open, close, onGrid(Math.min(open, close) * (1 - down / 10_000), Math.floor));
    candles.high[at] = Math.max(candles.high[at], open, close);
    candles.volume[at] = (volume * VOLUME_QUOTE) / first;
    before = close;
    hour++;
  });
  return candles;
}
