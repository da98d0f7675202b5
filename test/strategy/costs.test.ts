import assert from 'node:assert/strict';
import test from 'node:test';
import { breakEvenLogReturn, costsPerSideBps, grossReturn, TradeCosts } from '../../strategy/costs.ts';
import { near } from '../support/near.ts';
import { LONG, NO_COSTS, play, SHORT, still, USUAL_COSTS } from './bars.ts';

test('the usual costs are 13 bp per side', () => {
  assert.equal(costsPerSideBps(USUAL_COSTS), 13);
  near(breakEvenLogReturn(USUAL_COSTS), Math.log(1.0013 / 0.9987));
});

test('a long gains and a short loses what the price gains, on the entry price', () => {
  near(grossReturn('LONG', 200, 210), 0.05);
  near(grossReturn('SHORT', 200, 210), -0.05);
});

test('a round trip pays spread and slippage on the shown price and the fee on what is paid', () => {
  const costs = new TradeCosts(USUAL_COSTS, 'swap');
  near(costs.netReturn('LONG', 100, 100, false), -0.0006 - 0.001 * (1.0003 + 0.9997));
  near(costs.netReturn('SHORT', 100, 100, false), -0.0006 - 0.001 * (1.0003 + 0.9997));
});

test('the exit pays on its own notional, a target the maker fee alone', () => {
  const costs = new TradeCosts({ ...USUAL_COSTS, makerFeeBps: 4 }, 'swap');
  near(costs.netReturn('LONG', 100, 200, true), 1 - 0.0003 - 0.001 * 1.0003 - 0.0004 * 2);
  near(costs.netReturn('SHORT', 100, 50, true), 0.5 - 0.0003 - 0.001 * 0.9997 - 0.0004 * 0.5);
});

test('what a round trip costs is what the backtest charges', () => {
  const labels = { kind: 'fixed-horizon', horizonBars: 2, thresholdLogReturn: 0.1 } as const;
  for (const costs of [NO_COSTS, USUAL_COSTS, { ...USUAL_COSTS, feeCurrency: 'received' as const }]) {
    for (const kind of ['spot', 'swap'] as const) {
      for (const signal of kind === 'spot' ? [LONG] : [LONG, SHORT]) {
        const side = signal === LONG ? 'LONG' : 'SHORT';
        const bars = [still(90), still(100), still(110)];
        const { trades, equity } = play(bars, { 0: signal }, { costs, market: { kind, labels } });
        const alone = new TradeCosts(costs, kind);
        near(trades[0].netReturn, alone.netReturn(side, 100, 110, false));
        near(equity[2], 1_000 * (1 + alone.entryShare(side, 90, 100) * trades[0].netReturn), 1e-11);
      }
    }
  }
});
