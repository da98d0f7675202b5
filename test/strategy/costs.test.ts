import assert from 'node:assert/strict';
import test from 'node:test';
import { costsPerSideBps, grossReturn, netReturn } from '../../strategy/costs.ts';
import { near } from '../support/near.ts';
import { USUAL_COSTS } from './bars.ts';

test('the usual costs are 13 bp per side, 26 bp round trip at an unchanged price', () => {
  assert.equal(costsPerSideBps(USUAL_COSTS), 13);
  near(netReturn('LONG', 100, 100, 13), -0.0026);
  near(netReturn('SHORT', 100, 100, 13), -0.0026);
});

test('a long gains and a short loses what the price gains, on the entry price', () => {
  near(grossReturn('LONG', 200, 210), 0.05);
  near(grossReturn('SHORT', 200, 210), -0.05);
});

test('the exit pays on its own notional', () => {
  near(netReturn('LONG', 100, 200, 10), 1 - 0.001 - 0.002);
  near(netReturn('SHORT', 100, 50, 10), 0.5 - 0.001 - 0.0005);
});
