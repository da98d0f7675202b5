import assert from 'node:assert/strict';
import test from 'node:test';
import { decideClose } from '../../strategy/decide-close.ts';
import { blocks, closedSymbol, closeInput, entered, kindsOf } from './closes.ts';

const NO_LIMITS = { risk: {} };

test('fifty candidates for one slot are one entry: the surest', () => {
  const symbols = Array.from({ length: 50 }, (_, at) =>
    closedSymbol(`S${at}`, { prediction: { confidence: 0.5 + ((at * 37) % 50) / 100 } }),
  );
  const input = closeInput(symbols, { policy: { ...NO_LIMITS, maxOpenPositions: 1 } });
  assert.deepEqual(
    entered(input).map(([symbol]) => symbol),
    ['S27'],
  );
  assert.equal(blocks(input).filter(rule => rule === 'open-positions').length, 49);
});

test('of equally sure candidates the first in the account’s order is entered', () => {
  const symbols = ['B', 'A', 'C'].map(symbol => closedSymbol(symbol));
  assert.deepEqual(entered(closeInput(symbols, { policy: { ...NO_LIMITS, maxOpenPositions: 2 } })), [
    ['B', 1_000],
    ['A', 1_000],
  ]);
});

test('a policy without rules is decided in the account’s order, whoever is surer', () => {
  const symbols = [
    closedSymbol('A', { prediction: { confidence: 0.5 } }),
    closedSymbol('B', { prediction: { confidence: 0.9 } }),
  ];
  assert.deepEqual(entered(closeInput(symbols, { policy: { maxOpenPositions: 1 } })), [['A', 1_000]]);
});

test('an entry in flight whose outcome is unknown keeps its slot, its exposure and its symbol', () => {
  const entries = [{ symbol: 'A', side: 'LONG', notional: 900, isUnknown: true } as const];
  const both = [closedSymbol('A'), closedSymbol('B')];
  assert.deepEqual(blocks(closeInput(both, { entries, policy: NO_LIMITS })), ['duplicate', null]);
  assert.deepEqual(blocks(closeInput(both, { entries, policy: { ...NO_LIMITS, maxOpenPositions: 1 } })), [
    'duplicate',
    'open-positions',
  ]);
  assert.deepEqual(entered(closeInput(both, { entries, policy: { risk: { maxGrossExposure: 0.15 } } })), [
    ['B', 600],
  ]);
});

test('exits pass every rule, and a reversal that may not enter leaves all the same', () => {
  const held = closedSymbol('A', {
    prediction: { direction: 'SHORT' },
    position: { side: 'LONG', quantity: 10 },
  });
  const input = closeInput([held], {
    positions: [{ symbol: 'A', side: 'LONG', notional: 1_000 }],
    memory: { halted: 'drawdown' },
    policy: { onOpposite: 'reverse', risk: { maxDrawdown: 0.1 } },
  });
  const [decision] = decideClose(input);
  assert.deepEqual(kindsOf(decision!.intents), ['exit']);
  assert.equal(decision!.blockedBy, 'drawdown');
  assert.equal(decision!.halt?.reason, 'drawdown');
});

test('every rule that was asked is told with its numbers, also after one has kept the entry back', () => {
  const [{ rules }] = decideClose(
    closeInput([closedSymbol('A', { prediction: { source: 'RSI_MA' } })], {
      policy: { minConfidence: 0.6, risk: { maxPosition: 0.05, maxDailyLoss: 0.02 } },
    }),
  );
  assert.deepEqual(
    rules.map(({ rule, outcome, value, limit }) => [rule, outcome, value, limit]),
    [
      ['signal', 'pass', 'LONG', null],
      ['confidence', 'pass', 0.9, 0.6],
      ['size', 'pass', 1_000, 0.1],
      ['source', 'block', 'RSI_MA', 'ML_PER_COIN_V1'],
      ['duplicate', 'pass', 0, 0],
      ['daily-loss', 'pass', 0, 0.02],
      ['open-positions', 'pass', 0, 100_000],
      ['max-position', 'pass', 0.1, 0.05],
    ],
  );
});

test('predictions of rules open nothing unless the policy says so', () => {
  const symbols = [closedSymbol('A', { prediction: { source: 'RSI_MA' } })];
  assert.deepEqual(blocks(closeInput(symbols)), ['source']);
  assert.deepEqual(blocks(closeInput(symbols, { policy: { sources: ['ML_PER_COIN_V1', 'RSI_MA'] } })), [
    null,
  ]);
});

test('a strategy of one’s own is asked the same rules', () => {
  const strategy: NonNullable<Parameters<typeof decideClose>[0]['strategy']> = () => [
    {
      kind: 'enter',
      side: 'LONG',
      quantity: 20,
      order: { kind: 'market' },
      exits: { stop: null, targets: [], trailing: null, maxBars: null },
    },
  ];
  const symbols = [closedSymbol('A'), closedSymbol('B')];
  assert.deepEqual(entered(closeInput(symbols, { strategy, policy: { risk: { maxGrossExposure: 0.3 } } })), [
    ['A', 2_000],
    ['B', 1_000],
  ]);
});
