import assert from 'node:assert/strict';
import test from 'node:test';
import type { RuleLine, RuleName } from '../../contracts/risk.ts';
import { decideClose } from '../../strategy/decide-close.ts';
import {
  initialMemory,
  markMemory,
  rememberEntry,
  rememberExit,
  resumeMemory,
} from '../../strategy/risk/memory.ts';
import { BAR_MS } from './bars.ts';
import { blocks, CLOSE_TIME, closedSymbol, closeInput, EQUITY, entered } from './closes.ts';

const DAY = 86_400_000;
const MIDNIGHT = Math.floor(CLOSE_TIME / DAY) * DAY;
const flat = [closedSymbol('A')];

/** What a rule said of the first symbol. */
function line(input: Parameters<typeof decideClose>[0], rule: RuleName): RuleLine | undefined {
  return decideClose(input)[0]!.rules.find(asked => asked.rule === rule);
}

test('trades of a symbol are counted by the UTC day of the close that decided them', () => {
  const policy = { risk: { maxTradesPerDay: 2 } };
  const at = (...times: number[]) =>
    times.reduce((memory, time) => rememberEntry(memory, 'A', time), initialMemory(EQUITY));
  const blocked = (memory: ReturnType<typeof at>) => blocks(closeInput(flat, { policy, memory }));
  assert.deepEqual(blocked(at(MIDNIGHT)), [null]);
  assert.deepEqual(blocked(at(MIDNIGHT, MIDNIGHT + BAR_MS)), ['trades-per-day']);
  assert.deepEqual(blocked(at(MIDNIGHT - BAR_MS, MIDNIGHT + BAR_MS)), [null]);
  const told = line(closeInput(flat, { policy, memory: at(MIDNIGHT, MIDNIGHT + BAR_MS) }), 'trades-per-day');
  assert.deepEqual([told!.code, told!.value, told!.limit], ['TRADES_PER_DAY', 2, 2]);
});

test('a symbol rests from the close of the bar in which its trade ended', () => {
  const policy = { risk: { cooldownMinutes: 120 } };
  const after = (bars: number) =>
    blocks(
      closeInput(flat, {
        policy,
        memory: rememberExit(initialMemory(EQUITY), 'A', CLOSE_TIME - bars * BAR_MS),
      }),
    );
  assert.deepEqual([after(0), after(1), after(2)], [['cooldown'], ['cooldown'], [null]]);
  const leaving = [closedSymbol('A', { position: { leaving: true, side: 'SHORT' } })];
  const positions = [{ symbol: 'A', side: 'SHORT', notional: 100 } as const];
  const turning = { positions, policy: { ...policy, onOpposite: 'reverse' } };
  assert.deepEqual(blocks(closeInput(leaving, turning)), ['cooldown']);
});

test('a day’s loss counts from the equity at midnight, or at the last close before it', () => {
  const policy = { risk: { maxDailyLoss: 0.05 } };
  const marked = [
    [MIDNIGHT - BAR_MS, 12_000],
    [MIDNIGHT, 10_400],
    [MIDNIGHT + BAR_MS, 10_300],
  ] as const;
  const memoryOf = (marks: readonly (readonly [number, number])[]) =>
    marks.reduce(
      (memory, [time, equity]) => markMemory(memory, policy.risk, time, equity),
      initialMemory(11_000),
    );
  const lossOf = (marks: readonly (readonly [number, number])[], equity = EQUITY) =>
    line(closeInput(flat, { policy, equity, memory: memoryOf(marks) }), 'daily-loss')!;
  assert.deepEqual(lossOf(marked).value, 1 - EQUITY / 10_400);
  assert.equal(lossOf(marked).outcome, 'pass');
  assert.equal(lossOf(marked, 0.95 * 10_400).outcome, 'block');
  assert.equal(lossOf([marked[0], marked[2]]).value, 1 - EQUITY / 12_000);
  assert.equal(lossOf([]).value, 1 - EQUITY / 11_000);
});

test('a drawdown halts the account, and it stays halted until it is resumed', () => {
  const policy = { risk: { maxDrawdown: 0.2 } };
  const fallen = markMemory(initialMemory(EQUITY), policy.risk, CLOSE_TIME - BAR_MS, 8_000);
  assert.equal(fallen.halted, 'drawdown');
  const recovered = closeInput(flat, { policy, memory: fallen, equity: 9_900 });
  assert.deepEqual(blocks(recovered), ['drawdown']);
  assert.equal(decideClose(recovered)[0]!.halt?.reason, 'drawdown');
  const resumed = resumeMemory(markMemory(fallen, policy.risk, CLOSE_TIME, 9_900));
  const later = { policy, memory: resumed, equity: 9_000, closeTime: CLOSE_TIME + BAR_MS };
  assert.deepEqual(
    [blocks(closeInput(flat, later)), decideClose(closeInput(flat, later))[0]!.halt],
    [[null], null],
  );
});

test('a halt is told of in every decision of the close, also where nobody wishes to enter', () => {
  const quiet = ['A', 'B'].map(symbol => closedSymbol(symbol, { prediction: { direction: 'NO_TRADE' } }));
  const input = closeInput(quiet, { policy: { risk: { maxDrawdown: 0.1 } }, memory: { peakEquity: 12_000 } });
  assert.deepEqual(
    decideClose(input).map(({ halt }) => halt?.reason),
    ['drawdown', 'drawdown'],
  );
});

test('entries come at every n-th close of the grid from the epoch on, also past a bar that is missing', () => {
  const policy = { everyBars: 4 };
  const at = (closeTime: number) => blocks(closeInput(flat, { policy, closeTime }));
  assert.deepEqual(at(MIDNIGHT + 4 * BAR_MS), [null]);
  for (const bars of [1, 2, 3, 5]) assert.deepEqual(at(MIDNIGHT + bars * BAR_MS), ['every-bars']);
});

test('entries come within the hours of trading, by the close that decides', () => {
  const policy = { risk: { hours: [{ days: ['wed', 'thu'], from: '08:00', to: '12:30' }] } };
  const at = (text: string) => blocks(closeInput(flat, { policy, closeTime: Date.parse(text) }));
  assert.deepEqual(at('2024-01-03T08:00Z'), [null]);
  assert.deepEqual(at('2024-01-03T12:29Z'), [null]);
  assert.deepEqual(at('2024-01-03T12:30Z'), ['hours']);
  assert.deepEqual(at('2024-01-05T09:00Z'), ['hours']);
});

test('another timeframe must say the same, or at least not the opposite; nobody’s word confirms nothing', () => {
  const by = (require: string, confirmation: Parameters<typeof closedSymbol>[1]) =>
    blocks(
      closeInput([closedSymbol('A', confirmation)], {
        policy: { confirmation: { timeframe: '4h', require } },
      }),
    )[0];
  const says = (direction: 'LONG' | 'SHORT' | 'NO_TRADE', source?: 'RSI_MA') => ({
    confirmation: { direction, confidence: 0.5, ...(source && { source }) },
  });
  assert.equal(by('same', says('LONG')), null);
  assert.equal(by('same', says('NO_TRADE')), 'confirmation');
  assert.equal(by('not-opposite', says('NO_TRADE')), null);
  assert.equal(by('not-opposite', says('SHORT')), 'confirmation');
  assert.equal(by('same', says('LONG', 'RSI_MA')), 'confirmation');
  assert.equal(by('same', { confirmation: null }), 'confirmation');
});

test('facts of the market: known ones are compared, unknown ones block live and pass where nobody can know them', () => {
  const risk = { maxDataAgeBars: 0.5, priceBandBps: 50, maxSpreadBps: 10 };
  const by = (facts: Parameters<typeof closedSymbol>[1], changes = {}) =>
    blocks(closeInput([closedSymbol('A', facts)], { policy: { risk: { ...risk, ...changes } } }))[0];
  assert.equal(by({ facts: {} }), null);
  assert.equal(by({ facts: { dataAgeMs: 0.6 * BAR_MS } }), 'stale-data');
  assert.equal(by({ facts: { lastTradePrice: 100.6 } }), 'price-band');
  assert.equal(by({ facts: { lastTradePrice: 99.4 } }), 'price-band');
  assert.equal(by({ facts: { spreadBps: 11 } }), 'spread');
  assert.equal(by({ facts: { spreadBps: null } }), 'spread');
  assert.equal(by({ facts: { spreadBps: null } }, { unknownFacts: 'pass' }), null);
  const unknown = line(closeInput(flat, { policy: { risk } }), 'spread');
  assert.equal(unknown!.outcome, 'unknown');
});

test('caps cut an entry to what is left, floored to the lot, and block it where that is nothing', () => {
  const lot = closedSymbol('A', { rules: { tick: null, lot: 3, minQuantity: null, minNotional: null } });
  assert.deepEqual(entered(closeInput([lot], { policy: { risk: { maxPosition: 0.05 } } })), [['A', 300]]);
  assert.deepEqual(blocks(closeInput([lot], { policy: { risk: { maxPosition: 0.02 } } })), ['max-position']);
  const positions = [{ symbol: 'B', side: 'SHORT', notional: 2_000 } as const];
  const limited = (risk: object) => entered(closeInput(flat, { positions, policy: { risk } }));
  assert.deepEqual(limited({ maxGrossExposure: 0.25 }), [['A', 500]]);
  assert.deepEqual(limited({ maxGrossExposure: 0.2 }), []);
  assert.deepEqual(limited({ maxNetExposure: 0.05 }), [['A', 1_000]]);
  assert.deepEqual(
    entered(
      closeInput(flat, {
        positions: [{ symbol: 'B', side: 'LONG', notional: 300 }],
        policy: { risk: { maxNetExposure: 0.05 } },
      }),
    ),
    [['A', 200]],
  );
});

test('an entry is cut to the venue’s largest order at market, whatever the policy', () => {
  const rules = { tick: null, lot: 0.3, minQuantity: null, minNotional: null, maxQuantity: 4 };
  const beyond = closedSymbol('A', { rules });
  const within = closedSymbol('B', { rules, close: 400 });
  for (const policy of [{}, { risk: {} }, { risk: { maxPosition: 0.1 } }])
    assert.deepEqual(entered(closeInput([beyond, within], { policy })), [
      ['A', 390],
      ['B', 240],
    ]);
  const { outcome, value, limit, sentence } = line(closeInput([beyond]), 'max-order')!;
  assert.deepEqual([outcome, value, limit], ['pass', 9.9, 4]);
  assert.equal(sentence, 'Cut from 9.9 to 3.9 by 4, the venue’s largest order at market.');
  const small = closedSymbol('A', { rules: { ...rules, maxQuantity: 0.2 } });
  assert.deepEqual(blocks(closeInput([small])), ['max-order']);
  assert.equal(line(closeInput(flat), 'max-order'), undefined);
  const own = closeInput([beyond], {
    strategy: () => [
      {
        kind: 'enter',
        side: 'LONG',
        quantity: 50,
        order: { kind: 'market' },
        exits: { stop: null, targets: [], trailing: null, maxBars: null },
      },
    ],
  });
  assert.deepEqual(entered(own), [['A', 390]]);
});

test('exposure of symbols that go together is limited; unrelated ones leave room; the unknown count', () => {
  const wave = (by: (at: number) => number) => Array.from({ length: 30 }, (_, at) => 100 + Math.sin(by(at)));
  const closes = { A: wave(at => at), B: wave(at => at), C: wave(at => (at * at) / 3), D: [100, 101] };
  const held = (symbol: string) =>
    entered(
      closeInput(flat, {
        closes,
        positions: [{ symbol, side: 'LONG', notional: 1_200 }],
        policy: { risk: { correlated: { maxExposure: 0.15, correlation: 0.7, bars: 20 } } },
      }),
    );
  assert.deepEqual(held('B'), [['A', 300]]);
  assert.deepEqual(held('C'), [['A', 1_000]]);
  assert.deepEqual(held('D'), [['A', 300]]);
});

test('an entry under a minimum is kept back, the venue’s and the account’s', () => {
  const venue = { tick: null, lot: null, minQuantity: null, minNotional: 1_500 };
  assert.deepEqual(blocks(closeInput([closedSymbol('A', { rules: venue })], { policy: { risk: {} } })), [
    'min-notional',
  ]);
  assert.deepEqual(blocks(closeInput(flat, { policy: { risk: { minNotional: 1_000.01 } } })), [
    'min-notional',
  ]);
  assert.deepEqual(blocks(closeInput(flat, { policy: { risk: { minNotional: 1_000 } } })), [null]);
});

test('memory is plain data and takes note of a close once', () => {
  const memory = markMemory(initialMemory(EQUITY), undefined, CLOSE_TIME, 11_000);
  assert.deepEqual(JSON.parse(JSON.stringify(memory)), memory);
  assert.equal(markMemory(memory, undefined, CLOSE_TIME, 5_000), memory);
});
