import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { CloseInput, EntryInFlight, Exposure } from '../../contracts/close-decision.ts';
import { decideClose } from '../../strategy/decide-close.ts';
import { closedSymbol, closeInput, EQUITY } from './closes.ts';

const SYMBOLS = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];
const SLACK = 1e-6;
const side = fc.constantFrom('LONG' as const, 'SHORT' as const);

/** What one symbol is at a close: flat, held, or being entered; with a signal either way, of its own confidence. */
const drawnSymbol = fc.record({
  state: fc.constantFrom('flat', 'flat', 'flat', 'held', 'entering', 'unknown', 'absent'),
  side,
  notional: fc.integer({ min: 100, max: 3_000 }),
  direction: fc.constantFrom('LONG' as const, 'LONG' as const, 'SHORT' as const, 'NO_TRADE' as const),
  confidence: fc.integer({ min: 0, max: 1_000_000 }),
  lot: fc.constantFrom(null, 0.1, 3),
  /** How its closes go with those of the first symbol. */
  alike: fc.boolean(),
});

const limits = fc.record(
  {
    maxPosition: fc.constantFrom(0.05, 0.2),
    maxGrossExposure: fc.constantFrom(0.3, 0.6, 1),
    maxNetExposure: fc.constantFrom(0.1, 0.4),
    correlated: fc.record({
      maxExposure: fc.constantFrom(0.15, 0.5),
      correlation: fc.constant(0.7),
      bars: fc.constant(20),
    }),
    minNotional: fc.constantFrom(50, 500),
    maxTradesPerDay: fc.constant(1),
    cooldownMinutes: fc.constant(60),
    maxDailyLoss: fc.constant(0.1),
    maxDrawdown: fc.constant(0.2),
    hours: fc.constant([{ from: '12:00', to: '13:00' }]),
  },
  { requiredKeys: [] },
);

const drawnClose = fc.record({
  symbols: fc.array(drawnSymbol, { minLength: 1, maxLength: SYMBOLS.length }),
  risk: limits,
  maxOpenPositions: fc.integer({ min: 1, max: 8 }),
  fraction: fc.constantFrom(0.1, 0.35, 1),
  onOpposite: fc.constantFrom('hold' as const, 'close' as const, 'reverse' as const),
  isHalted: fc.integer({ min: 0, max: 9 }).map(draw => draw === 0),
});
type DrawnClose = typeof drawnClose extends fc.Arbitrary<infer Drawn> ? Drawn : never;

test('no entry that is taken exceeds a limit, counted with all that is held, in flight and taken before it', () => {
  let entries = 0;
  fc.assert(
    fc.property(drawnClose, drawn => {
      const input = inputOf(drawn);
      const { risk } = drawn;
      const exposures = exposuresOf(input);
      for (const { symbol, side, notional } of entriesOf(input)) {
        entries++;
        const sign = side === 'LONG' ? 1 : -1;
        const others = [...exposures].filter(([other]) => other !== symbol);
        const sum = (of: (exposure: number) => number, list = others) =>
          list.reduce((total, [, exposure]) => total + of(exposure), notional);
        const within = (value: number, limit: number | undefined, what: string) =>
          assert.ok(
            limit === undefined || value <= limit * EQUITY * (1 + SLACK),
            `${what} ${value} over ${limit}`,
          );
        const alike = others.filter(([other]) => goTogether(drawn, symbol, other));
        within(notional, risk.maxPosition, 'position');
        within(sum(Math.abs), risk.maxGrossExposure, 'gross');
        within(
          sum(exposure => sign * exposure),
          risk.maxNetExposure,
          'net',
        );
        within(sum(Math.abs, alike), risk.correlated?.maxExposure, 'what goes together');
        assert.ok(others.length < drawn.maxOpenPositions, 'slots');
        assert.ok(notional >= (risk.minNotional ?? 0) * (1 - SLACK), 'minimum');
        assert.ok(!drawn.isHalted, 'halted');
        const held = exposures.get(symbol) ?? 0;
        exposures.set(symbol, Math.abs(held) > notional ? held : sign * notional);
      }
    }),
    { numRuns: 1_000 },
  );
  assert.ok(entries > 300, `${entries} entries`);
});

test('exits and withdrawals are the same whatever the limits', () => {
  let exits = 0;
  fc.assert(
    fc.property(drawnClose, drawn => {
      const leaving = (input: CloseInput) =>
        decideClose(input).map(({ intents }) =>
          intents.filter(({ kind }) => kind !== 'enter').map(({ kind }) => kind),
        );
      const bound = leaving(inputOf(drawn));
      exits += bound.flat().length;
      assert.deepEqual(
        bound,
        leaving(inputOf({ ...drawn, risk: {}, isHalted: false, maxOpenPositions: 100 })),
      );
    }),
    { numRuns: 1_000 },
  );
  assert.ok(exits > 100, `${exits} exits`);
});

test('the order of the symbols changes nothing where none are equally sure', () => {
  fc.assert(
    fc.property(drawnClose, fc.infiniteStream(fc.nat()), (drawn, dice) => {
      const { symbols, ...input } = inputOf(drawn);
      if (new Set(symbols.map(({ prediction }) => prediction.confidence)).size < symbols.length) return;
      const shuffled = symbols
        .map(symbol => [dice.next().value!, symbol] as const)
        .sort((a, b) => a[0] - b[0]);
      const bySymbol = (list: CloseInput['symbols']) =>
        decideClose({ ...input, symbols: list }).sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
      assert.deepEqual(bySymbol(shuffled.map(([, symbol]) => symbol)), bySymbol(symbols));
    }),
    { numRuns: 500 },
  );
});

test('where slots alone are short, nobody is entered before a surer one', () => {
  fc.assert(
    fc.property(drawnClose, drawn => {
      const decided = decideClose(inputOf({ ...drawn, risk: {}, isHalted: false }));
      const sure = (symbol: string) => drawn.symbols[SYMBOLS.indexOf(symbol)]!.confidence;
      const taken = decided.filter(({ intents }) => intents.some(({ kind }) => kind === 'enter'));
      const kept = decided.filter(({ blockedBy }) => blockedBy === 'open-positions');
      // A symbol that turns has its slot already.
      const fresh = taken.filter(({ intents }) => intents.length === 1);
      for (const { symbol } of fresh) for (const other of kept) assert.ok(sure(symbol) >= sure(other.symbol));
    }),
    { numRuns: 1_000 },
  );
});

function inputOf({
  symbols,
  risk,
  maxOpenPositions,
  fraction,
  onOpposite,
  isHalted,
}: DrawnClose): CloseInput {
  const named = symbols.map((drawn, at) => ({ ...drawn, symbol: SYMBOLS[at]! }));
  const exposure = ({ symbol, side, notional }: (typeof named)[number]): Exposure => ({
    symbol,
    side,
    notional,
  });
  const entries: EntryInFlight[] = named
    .filter(({ state }) => state === 'entering' || state === 'unknown')
    .map(drawn => ({ ...exposure(drawn), isUnknown: drawn.state === 'unknown' }));
  const positions = named.filter(({ state }) => state === 'held' || state === 'absent').map(exposure);
  const closed = named
    .filter(({ state }) => state !== 'absent')
    .map(({ symbol, state, side, notional, direction, confidence, lot }) =>
      closedSymbol(symbol, {
        prediction: { direction, confidence: confidence / 1_000_000 },
        position: state === 'held' ? { side, quantity: notional / 100 } : null,
        pendingEntry: state === 'entering' ? { side, quantity: notional / 100, limitPrice: 100 } : null,
        rules: { tick: null, lot, minQuantity: null, minNotional: null },
      }),
    );
  return closeInput(closed, {
    positions,
    entries,
    memory: isHalted ? { halted: 'drawdown', peakEquity: 2 * EQUITY } : {},
    closes: Object.fromEntries(named.map(({ symbol, alike }) => [symbol, closesOf(symbol, alike)])),
    policy: { sizing: { kind: 'fraction', fraction }, maxOpenPositions, onOpposite, risk },
  });
}

/** Those that are alike go with one wave, each other with one of its own. */
function closesOf(symbol: string, isAlike: boolean): number[] {
  const own = 1 + SYMBOLS.indexOf(symbol);
  return Array.from({ length: 30 }, (_, at) => 100 + Math.sin(isAlike ? at : (at * at * own) / 3));
}

function goTogether({ symbols }: DrawnClose, one: string, other: string): boolean {
  const isAlike = (symbol: string) => symbols[SYMBOLS.indexOf(symbol)]!.alike;
  return isAlike(one) && isAlike(other);
}

interface Taken extends Exposure {
  readonly confidence: number;
}

/** In the order in which they were taken. */
function entriesOf(input: CloseInput): Taken[] {
  return decideClose(input)
    .flatMap(({ symbol, intents }, at) =>
      intents.flatMap(intent =>
        intent.kind === 'enter'
          ? [
              {
                symbol,
                side: intent.side,
                notional: intent.quantity * 100,
                confidence: input.symbols[at]!.prediction.confidence,
              },
            ]
          : [],
      ),
    )
    .sort((a, b) => b.confidence - a.confidence);
}

/** Signed, by symbol, once all that is withdrawn is gone. */
function exposuresOf(input: CloseInput): Map<string, number> {
  const withdrawn = new Set(
    decideClose(input)
      .filter(({ intents }) => intents.some(({ kind }) => kind === 'cancel-entry'))
      .map(({ symbol }) => symbol),
  );
  const { positions, entries } = input.portfolio;
  const stays = entries.filter(({ symbol }) => !withdrawn.has(symbol));
  return new Map(
    [...positions, ...stays].map(({ symbol, side, notional }) => [
      symbol,
      side === 'LONG' ? notional : -notional,
    ]),
  );
}
