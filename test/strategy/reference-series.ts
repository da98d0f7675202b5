import { readCandleFile } from '../../candles/import/index.ts';
import type { BacktestMarket, BacktestSetup, Signals } from '../../contracts/backtest.ts';
import { type Candles, sliceCandles } from '../../contracts/candles.ts';
import { costsSchema } from '../../contracts/costs.ts';
import { policySchema } from '../../contracts/policy.ts';
import type { MarketKind } from '../../contracts/series.ts';
import { LONG, NO_TRADE, SHORT } from '../../contracts/tasks.ts';
import { volatilityPerBar } from '../../datasets/labels/volatility.ts';

const EIGHT_HOURS = 8 * 3_600_000;

/** Recorded bars with signals that come as a model's do: in runs, both ways, at a third of the bars. */
export async function recordedMarket(
  path: string,
  symbol: string,
  kind: MarketKind,
  bars: readonly [number, number],
  tick: number,
): Promise<BacktestMarket> {
  const candles = sliceCandles(await readCandleFile(path), ...bars);
  return {
    symbol,
    kind,
    candles,
    signals: momentumSignals(candles),
    labels: { kind: 'triple-barrier', horizonBars: 24, upAtr: 2.5, downAtr: 2 },
    rules: { tick, lot: tick < 0.01 ? 0.1 : 0.0001, minQuantity: null, minNotional: 10 },
    funding: kind === 'swap' ? fundingOf(candles) : null,
  };
}

/** Policies that touch every rule between them. */
export const POLICIES = [
  { name: 'as-labelled' },
  {
    name: 'ladder-trailing',
    exits: {
      stop: { kind: 'atr', multiple: 2 },
      target: { kind: 'atr', multiple: 3 },
      targetShares: { tp1: 0.5, tp2: 0.3, tp3: 0.2 },
      trailing: { distanceAtr: 1.5, afterAtr: 1 },
      maxBars: 96,
    },
    onOpposite: 'reverse',
  },
  {
    name: 'patient-and-thin',
    minConfidence: 0.55,
    entry: { order: 'limit', offsetBps: 8, validBars: 4 },
    exits: {
      stop: { kind: 'percent', percent: 1.5 },
      target: { kind: 'percent', percent: 2 },
      targetShares: { tp1: 0.4, tp2: 0.2 },
    },
    maxVolumeShare: 0.0001,
    onOpposite: 'close',
  },
].map(policy => policySchema.parse(policy));

export function setupOf(
  markets: readonly BacktestMarket[],
  policy: BacktestSetup['policy'],
  leverage: number,
): BacktestSetup {
  return {
    markets,
    policy: {
      ...policy,
      maxLeverage: leverage,
      sizing: { kind: 'fraction', fraction: leverage / markets.length },
    },
    costs: costsSchema.parse({
      feeBps: 5,
      makerFeeBps: 2,
      impactBps: 30,
      ...(markets[0].kind === 'spot' ? { feeCurrency: 'received' } : {}),
    }),
    initialCash: 25_000,
    fromTime: Math.max(...markets.map(({ candles }) => candles.openTime[20])),
    toTime: Math.max(...markets.map(({ candles }) => candles.openTime[candles.openTime.length - 1])) + 1,
  };
}

/** The way of ten bars in volatilities: far enough up is LONG, down SHORT, the further the surer. */
function momentumSignals(candles: Candles): Signals {
  const volatility = volatilityPerBar(candles, 'atr14');
  const bars = candles.close.length;
  const direction = new Int8Array(bars).fill(-1);
  const confidence = new Float32Array(bars);
  for (let bar = 24; bar < bars; bar++) {
    const way = (candles.close[bar] - candles.close[bar - 10]) / volatility[bar];
    direction[bar] = way > 1.5 ? LONG : way < -1.5 ? SHORT : NO_TRADE;
    confidence[bar] = 1 - 1 / (2 + Math.abs(way) / 5);
  }
  return { direction, confidence, volatility };
}

function fundingOf({ openTime }: Candles) {
  const first = Math.ceil(openTime[0] / EIGHT_HOURS) * EIGHT_HOURS;
  const payments = Math.floor((openTime[openTime.length - 1] - first) / EIGHT_HOURS) + 1;
  return {
    time: Float64Array.from({ length: payments }, (_, at) => first + at * EIGHT_HOURS),
    rate: Float64Array.from({ length: payments }, (_, at) => 0.0001 * Math.sin(at)),
  };
}
