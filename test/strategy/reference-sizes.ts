import type { Policy } from '../../contracts/policy.ts';
import { levelsOf } from './reference-levels.ts';
import { type Decimal, decimal, least, ZERO } from './reference-numbers.ts';
import type { ReferenceSymbol, Sign } from './reference-state.ts';

const YEAR = 365 * 86_400_000;

/** Share of the equity that a position is worth; null: what it hangs on is not known. */
export function shareOf(policy: Policy, symbol: ReferenceSymbol, side: Sign, bar: number): Decimal | null {
  const { sizing, symbols } = policy;
  const { market } = symbol;
  const most = decimal(symbols?.[market.symbol]?.fraction ?? sizing.fraction);
  if (sizing.kind === 'fraction') return most;
  if (sizing.kind === 'volatility-target') {
    const volatility = yearlyVolatility(symbol, bar, sizing.lookbackBars);
    if (volatility === null) return null;
    return volatility.isZero() ? most : least(most, decimal(sizing.annualVolatility).div(volatility));
  }
  const close = decimal(market.candles.close[bar]);
  const { stop, targets } = distancesOf(policy, symbol, side, bar, close);
  if (stop === null || targets.length === 0) return null;
  const shares = targets.reduce((sum, { share }) => sum.plus(share), ZERO);
  const gain = targets.reduce((sum, { away, share }) => sum.plus(away.times(share)), ZERO).div(shares);
  const p = decimal(market.signals.confidence?.[bar] ?? 1);
  const risked = p.minus(decimal(1).minus(p).div(gain.div(stop)));
  return least(most, risked.div(stop).times(sizing.share));
}

/** Distances as shares of the close, before any rounding to ticks. */
function distancesOf(policy: Policy, symbol: ReferenceSymbol, side: Sign, bar: number, close: Decimal) {
  const free = { ...symbol, market: symbol.market, rules: () => ({ ...symbol.rules(), tick: null }) };
  const { stop, targets } = levelsOf(policy, free as ReferenceSymbol, side, bar, close);
  const away = (level: Decimal) => level.minus(close).abs().div(close);
  return {
    stop: stop === null ? null : away(stop),
    targets: targets.map(({ level, share }) => ({ away: away(level), share })),
  };
}

function yearlyVolatility({ market }: ReferenceSymbol, bar: number, bars: number): Decimal | null {
  if (bar < bars) return null;
  const { close } = market.candles;
  const returns = Array.from({ length: bars }, (_, at) => {
    const to = bar - bars + 1 + at;
    return decimal(close[to])
      .div(close[to - 1])
      .ln();
  });
  const mean = returns.reduce((sum, value) => sum.plus(value), ZERO).div(bars);
  const squares = returns.reduce((sum, value) => sum.plus(value.minus(mean).pow(2)), ZERO);
  return squares
    .div(bars - 1)
    .times(decimal(YEAR).div(market.barMs!))
    .sqrt();
}
