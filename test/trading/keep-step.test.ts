import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExitPlan } from '../../contracts/intents.ts';
import { type KeptView, keepStep } from '../../trading/keeping/keep-step.ts';
import { keptLevels, NOTHING_KEPT, trailed } from '../../trading/keeping/keeping.ts';
import { amount } from '../../trading/ledger/amounts.ts';
import type { LedgerOrder, LedgerPosition } from '../../trading/ledger/records.ts';
import { isSellable, venueQuantity } from '../../trading/orders/order-sizes.ts';
import type { Quote } from '../../trading/venue.ts';
import { MARKET } from './fake-exchange.ts';
import { MINUTE, START, SYMBOL } from './rig.ts';

const SWAP = { ...MARKET, kind: 'swap', contractSize: '0.01', lot: '1', minQuantity: '1' } as const;
const PLAN: ExitPlan = {
  stop: { unit: 'quote', value: 5 },
  targets: [{ distance: { unit: 'quote', value: 4 }, share: 0.5 }],
  trailing: null,
  maxBars: null,
};

/** A short of 0.5 at 100, in contracts of 0.01. */
const SHORT = {
  symbol: SYMBOL,
  timeframe: '1m',
  quantity: '-0.5',
  entryPrice: '100',
  signalBarTime: START,
  plan: PLAN,
} as unknown as LedgerPosition;

function short(changes: Partial<KeptView> = {}, exits: readonly LedgerOrder[] = []): KeptView {
  return {
    position: SHORT,
    keeping: NOTHING_KEPT,
    levels: keptLevels(SHORT, NOTHING_KEPT, exits, SWAP),
    exits,
    market: SWAP,
    card: { stops: 'market', stopLocksBalance: false },
    stops: 'venue',
    isFlattened: false,
    quote: priced('100'),
    isPriceAsked: false,
    now: START + 2 * MINUTE,
    failed: new Set(),
    ...changes,
  };
}

const priced = (price: string): Quote => ({ bid: price, ask: price, last: price, time: 0 });
const stopOf = (changes: Partial<LedgerOrder> = {}) =>
  ({
    leg: 'stop',
    side: 'buy',
    status: 'open',
    quantity: '50',
    filled: '0',
    stopPrice: '105',
    ...changes,
  }) as LedgerOrder;

test('a short’s stop buys above its entry, in contracts, and only reduces', () => {
  assert.deepEqual(keepStep(short()), {
    kind: 'place',
    leg: 'stop',
    terms: { side: 'buy', type: 'stop', quantity: '50', price: null, stopPrice: '105', reduceOnly: true },
  });
  assert.deepEqual(keepStep(short({}, [stopOf()])), { kind: 'done' });
});

test('a stop covers what one order may be, and one that does is right', () => {
  const market = { ...SWAP, maxQuantity: '40', maxMarketQuantity: '30' };
  const step = keepStep(short({ market }));
  assert.equal(step.kind === 'place' && step.terms.quantity, '30');
  assert.deepEqual(keepStep(short({ market }, [stopOf({ quantity: '30' })])), { kind: 'done' });
  const larger = stopOf({ quantity: '50' });
  assert.deepEqual(keepStep(short({ market }, [larger])), { kind: 'end', order: larger });
  const card = { stops: 'limit', stopLocksBalance: false } as const;
  const resting = keepStep(short({ market, card }));
  assert.equal(resting.kind === 'place' && resting.terms.quantity, '40');
});

test('a position that is far from too little leaves without asking for a price, a small one with', () => {
  const keeping = { ...NOTHING_KEPT, leaving: 'time' as const };
  const spot = { market: MARKET, quote: null, keeping };
  const large = { ...SHORT, quantity: '0.5' };
  const small = { ...SHORT, quantity: '0.09' };
  const stepOf = (position: LedgerPosition, changes: Partial<KeptView> = {}) =>
    keepStep(short({ ...spot, position, ...changes })).kind;
  assert.equal(stepOf(large), 'place');
  assert.equal(stepOf(small), 'value');
  assert.equal(stepOf(small, { isPriceAsked: true }), 'place');
  const refused = { leg: 'exit', status: 'rejected', attempt: 1, updatedTime: START } as LedgerOrder;
  assert.equal(stepOf(large, { exits: [refused] }), 'value');
});

test('what is too little by the price of now is given up as dust once nothing of it rests', () => {
  const keeping = { ...NOTHING_KEPT, leaving: 'time' as const };
  const position = { ...SHORT, quantity: '0.051' };
  const view = { market: MARKET, quote: priced('97'), keeping, position };
  assert.equal(keepStep(short(view)).kind, 'place');
  const rests = stopOf({ quantity: '0.051' });
  assert.deepEqual(keepStep(short(view, [rests])), { kind: 'done' });
});

test('a short’s target is bought where the ask is at it, beside its stop', () => {
  assert.deepEqual(keepStep(short({ quote: priced('96.01') }, [stopOf()])), { kind: 'done' });
  const step = keepStep(short({ quote: priced('96') }, [stopOf()]));
  assert.equal(step.kind === 'place' && step.leg, 'target1');
  assert.equal(step.kind === 'place' && step.terms.quantity, '25');
});

test('while a target’s outcome is unknown a stop that holds coins covers the rest alone; one that only reduces stays', () => {
  const target = { leg: 'target1', status: 'unknown', quantity: '25', filled: '0' } as LedgerOrder;
  const failed = new Set(['target1'] as const);
  const spot = { stops: 'market', stopLocksBalance: true } as const;
  const step = keepStep(short({ failed, card: spot }, [target]));
  assert.equal(step.kind === 'place' && step.terms.quantity, '25');
  assert.deepEqual(keepStep(short({ failed }, [target, stopOf()])), { kind: 'done' });
});

test('a stop of the other side, of a position before, is ended', () => {
  const other = stopOf({ side: 'sell' });
  assert.deepEqual(keepStep(short({}, [other])), { kind: 'end', order: other });
});

test('what is under way is brought to its end before anything new', () => {
  const exit = { leg: 'exit', status: 'unknown', filled: '0' } as LedgerOrder;
  assert.deepEqual(keepStep(short({}, [exit])), { kind: 'settle', order: exit });
  const planned = { ...exit, status: 'planned' } as LedgerOrder;
  assert.deepEqual(keepStep(short({}, [planned])), { kind: 'send', order: planned });
});

test('a second stop is ended', () => {
  const second = stopOf({ clientOrderId: 'second' });
  assert.deepEqual(keepStep(short({}, [stopOf(), second])), { kind: 'end', order: second });
});

test('a short’s trailing stop follows its lows', () => {
  const position = { ...SHORT, plan: { ...PLAN, trailing: { distance: 2, after: 3 } } };
  const bar = (barTime: number, low: number) => ({ symbol: SYMBOL, barTime, high: 101, low });
  const after = (...bars: ReturnType<typeof bar>[]) =>
    trailed(position, NOTHING_KEPT, bars, null, SWAP).trail;
  assert.equal(after(bar(START + MINUTE, 97.5)), null);
  assert.equal(after(bar(START + MINUTE, 96)), 98);
  assert.equal(after(bar(START + MINUTE, 96), bar(START + 2 * MINUTE, 97)), 98);
  assert.equal(after(bar(START, 90)), null, 'the deciding bar does not count');
});

test('quantities are floored to whole lots, in contracts', () => {
  assert.equal(venueQuantity(amount('0.509'), SWAP), '50');
  assert.equal(venueQuantity(amount('0.123456789'), MARKET), '0.12345');
  assert.equal(isSellable(amount('0.049'), '100', MARKET), false);
  assert.equal(isSellable(amount('0.05'), '100', MARKET), true);
});
