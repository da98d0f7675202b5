import assert from 'node:assert/strict';
import test from 'node:test';
import type { ExitPlan } from '../../contracts/intents.ts';
import { positionShare } from '../../strategy/sizing.ts';
import { near } from '../support/near.ts';
import { BAR_MS, policyOf } from './bars.ts';
import { closedSymbol } from './closes.ts';

const EXITS: ExitPlan = {
  stop: { unit: 'quote', value: 2 },
  targets: [{ distance: { unit: 'percent', value: 4 }, share: 1 }],
  trailing: null,
  maxBars: null,
};

function shareOf(
  policy: object,
  changes: Parameters<typeof closedSymbol>[1] = {},
  exits = EXITS,
  confidence = 0.6,
) {
  return positionShare(policyOf(policy), { bar: closedSymbol('A', changes).bar, confidence, exits });
}

test('a fraction is the share, a symbol’s own before all others', () => {
  assert.equal(shareOf({ sizing: { kind: 'fraction', fraction: 0.3 } }), 0.3);
  const own = { sizing: { kind: 'fraction', fraction: 0.3 }, symbols: { A: { fraction: 0.1 } } };
  assert.equal(shareOf(own), 0.1);
});

test('a volatility target is divided by the symbol’s deviation of a year', () => {
  // Returns of ±ln 1.01 by turns: the sample deviation of ten of them is ln 1.01 × √(10 / 9).
  const closes = Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? 100 : 101));
  const yearly = Math.log(1.01) * Math.sqrt(10 / 9) * Math.sqrt((365 * 86_400_000) / BAR_MS);
  const sizing = { kind: 'volatility-target', annualVolatility: 0.4, lookbackBars: 10 };
  near(shareOf({ sizing }, { closes, close: 100 }), 0.4 / yearly, 1e-12);
  assert.equal(shareOf({ sizing: { ...sizing, fraction: 0.2 } }, { closes, close: 100 }), 0.2);
  assert.ok(Number.isNaN(shareOf({ sizing }, { closes: closes.slice(1), close: 100 })));
});

test('Kelly’s stake is what may be lost at the stop', () => {
  // p = .6, b = 4 / 2: f* = .6 − .4 / 2 = .4 of the equity at risk, 2 % of the notional at the stop.
  const sizing = { kind: 'kelly', share: 0.01, fraction: 1 };
  near(shareOf({ sizing }), (0.01 * 0.4) / 0.02, 1e-12);
  assert.equal(shareOf({ sizing: { ...sizing, share: 0.5, fraction: 0.25 } }), 0.25);
  assert.ok(shareOf({ sizing }, {}, EXITS, 0.3) < 0, 'a bet that loses is none');
  assert.ok(Number.isNaN(shareOf({ sizing }, {}, { ...EXITS, stop: null })));
  assert.ok(Number.isNaN(shareOf({ sizing }, {}, { ...EXITS, targets: [] })));
});

test('the stake that Kelly names grows fastest: no other does better on average', () => {
  const [p, gain, loss] = [0.6, 0.04, 0.02];
  const growth = (share: number) => p * Math.log(1 + share * gain) + (1 - p) * Math.log(1 - share * loss);
  const best = shareOf({ maxLeverage: 100, sizing: { kind: 'kelly', share: 1, fraction: 100 } });
  for (const other of [0.9, 0.99, 1.01, 1.1]) assert.ok(growth(best) > growth(other * best));
});
