import assert from 'node:assert/strict';
import test from 'node:test';
import type { Distribution } from '../../../contracts/performance.ts';
import { measurePerformance } from '../../../evaluation/performance/measure-performance.ts';
import { resampledReturns } from '../../../evaluation/performance/resampled-returns.ts';
import { shuffledTrades } from '../../../evaluation/performance/trade-order.ts';
import numpy from '../../golden/chance.json' with { type: 'json' };
import oracle from '../../golden/sharpe.json' with { type: 'json' };
import { golden, type PackedArray, unpackFloat64 } from '../../support/golden.ts';
import { near } from '../../support/near.ts';
import { accountOf, barsOf, marketOf, setupOf } from './account.ts';

const TOLERANCE = 1e-10;
const returns = Float64Array.from(oracle.returns);

type Quantiles = Pick<Distribution, 'p05' | 'p25' | 'p50' | 'p75' | 'p95'>;

function nearQuantiles(got: Quantiles, expected: Quantiles): void {
  for (const name of ['p05', 'p25', 'p50', 'p75', 'p95'] as const) near(got[name], expected[name], TOLERANCE);
}

test('resampled returns repeat numpy’s draws of the same blocks', () => {
  const { block, draws, seed, mean, loss } = numpy.resampled;
  const { totalReturn, probabilityOfLoss } = resampledReturns(returns, block, draws, seed)!;
  nearQuantiles(totalReturn, numpy.resampled);
  near(totalReturn.mean, mean, TOLERANCE);
  assert.equal(probabilityOfLoss, loss);
});

test('drawdowns of shuffled trades repeat numpy’s orders', () => {
  const { every, times, draws, seed, own, deeper } = numpy.order;
  const gains = returns.filter((_, at) => at % every === 0).map(gain => gain * times);
  const { drawdown, ownDrawdown, shareDeeper } = shuffledTrades(gains, draws, seed)!;
  nearQuantiles(drawdown, numpy.order);
  near(ownDrawdown, own, TOLERANCE);
  assert.equal(shareDeeper, deeper);
});

test('random entries repeat numpy’s placements', () => {
  const { bars, entries, held, side, fee, draws, seed, own, mean, percentile, pValue } = numpy.entries;
  const packed = golden<Record<'open' | 'close', PackedArray>>('candles.json');
  const close = unpackFloat64(packed.close).slice(0, bars);
  const candles = { ...barsOf([...close]), open: unpackFloat64(packed.open).slice(0, bars) };
  const setup = setupOf([marketOf(candles)]);
  const positions = entries.map((from, i) => ({
    from,
    to: from + held[i] - 1,
    side: side[i] > 0 ? ('LONG' as const) : ('SHORT' as const),
  }));
  const { randomEntries } = measurePerformance(accountOf(setup, positions, fee), setup, {
    timeframe: '1h',
    draws,
    seed,
  });
  near(randomEntries!.ownReturn, own, TOLERANCE);
  nearQuantiles(randomEntries!.totalReturn, numpy.entries);
  near(randomEntries!.totalReturn.mean, mean, TOLERANCE);
  near(randomEntries!.percentile, percentile);
  near(randomEntries!.pValue, pValue);
});
