import assert from 'node:assert/strict';
import test from 'node:test';
import { renderDecision } from '../../../cli/trade/decision-text.ts';
import { renderStarted } from '../../../cli/trade/start.ts';
import { renderAccounts, type ShownAccount } from '../../../cli/trade/status-text.ts';
import type { Prediction } from '../../../contracts/prediction.ts';
import type { DecisionView } from '../../../host/trading/decision-view.ts';
import type { StartedAccount } from '../../../host/trading/start-account.ts';
import { capture } from '../../support/command.ts';

const { paint } = capture().output;
const NOON = Date.parse('2026-03-01T12:00:00Z');

const WORKFLOW = {
  account: 'paper',
  closeTime: NOON + 900_000,
  step: 'waiting',
  closes: 7,
  failure: null,
  undecided: [],
} as const;

const account = (changes: Partial<ShownAccount> = {}): ShownAccount => ({
  account: 'paper',
  mode: 'paper',
  venue: 'binance',
  isReplay: false,
  quote: 'USDT',
  policy: 'balanced',
  state: 'running',
  stateReason: '',
  stateTime: NOON,
  pausedUntil: null,
  capital: '10000',
  cash: '9000.123456789012',
  equity: 10_050.5,
  lastCloseTime: NOON,
  closes: 7,
  iterations: null,
  symbols: [
    {
      symbol: 'BTCUSDT',
      timeframe: '15m',
      position: { quantity: '0.02', entryPrice: '50000', openedTime: NOON, openPnl: -12.345, mend: null },
      lastPrice: 49_382.75,
      decision: { barTime: NOON, outcome: 'blocked: COOLDOWN' },
      orders: [
        {
          clientOrderId: 'deadbeef'.padEnd(32, '0'),
          leg: 'stop',
          side: 'sell',
          status: 'unknown',
          quantity: '0.02',
          filled: '0',
          price: null,
          stopPrice: '49000',
        },
      ],
      failedOrder: null,
    },
    {
      symbol: 'ETHUSDT',
      timeframe: '5m',
      pausedUntil: null,
      position: null,
      lastPrice: null,
      decision: null,
      orders: [],
      failedOrder: null,
    },
  ],
  blocked: null,
  workflow: WORKFLOW,
  ...changes,
});

test('the table shows what an account holds, waits for and decided last', () => {
  const text = renderAccounts([account()], NOON + 890_000, paint);
  assert.match(text, /paper \(paper, binance, policy balanced\) {2}running/);
  assert.match(text, /cash 9000\.12346 USDT, equity about 10050\.5, capital 10000/);
  assert.match(
    text,
    /7 closes, last close 2026-03-01 12:00 UTC; waiting, close 2026-03-01 12:15 UTC \(in 10 s\)/,
  );
  assert.match(
    text,
    /BTCUSDT +15m +49382\.75 +0\.02 +50000 +-12\.3[45] +03-01 12:00 blocked: COOLDOWN\n {2}stop sell 0\.02 at 49000 unknown deadbeef\n/,
  );
  assert.match(text, /ETHUSDT +5m .*\n {2}paused$/m);
});

test('an account that was started and takes no entries says why, and what lets it', () => {
  const started = (state: string) =>
    renderStarted({
      workflowId: 'trade/real',
      record: { account: 'real', state, stateReason: 'keys refused' } as StartedAccount['record'],
    });
  assert.equal(started('running'), 'real trades (trade/real). Look: trade status real');
  assert.match(
    started('paused'),
    /^real is looked after .*\nIt takes no entries: it is paused \(keys refused\)\. To let it: trade resume real$/,
  );
  assert.match(started('halted'), /trade resume real --acknowledge$/);
});

test('bars of a second are told by the second', () => {
  const [row] = account().symbols;
  const symbols = [{ ...row, timeframe: '1s' as const }];
  const text = renderAccounts([account({ symbols })], NOON, paint);
  assert.match(text, /last close 2026-03-01 12:00:00 UTC; waiting, close 2026-03-01 12:15:00 UTC/);
  assert.match(text, /03-01 12:00:00 blocked: COOLDOWN/);
});

test('without Temporal only an account that holds something is to be closed from here', () => {
  const flat = account({
    workflow: 'unreachable',
    state: 'halted',
    symbols: account().symbols.map(row => ({ ...row, position: null, orders: [] })),
  });
  const text = renderAccounts([flat], NOON, paint);
  assert.match(text, /Temporal does not answer, so nobody trades it: up$/m);
});

test('what an operator is to do about a position stands below it', () => {
  const [row] = account().symbols;
  const position = { ...row.position!, mend: '0.3 of the position are not at the venue' };
  const text = renderAccounts([account({ symbols: [{ ...row, position }] })], NOON, paint);
  assert.match(text, /\n {2}0\.3 of the position are not at the venue\n/);
});

test('the table fits a terminal of 80 columns', () => {
  const [row] = account().symbols;
  const long = { ...row.position!, quantity: '0.1888079797318798', entryPrice: '10297.480000000001' };
  const text = renderAccounts([account({ symbols: [{ ...row, position: long }] })], NOON, paint);
  for (const line of text.split('\n').slice(-3)) assert.ok(line.length <= 80, line);
});

test('a replay speaks of its bars’ time, not of how long ago they were', () => {
  const text = renderAccounts([account({ isReplay: true })], NOON + 86_400_000, paint);
  assert.match(text, /paper \(paper, replay of binance/);
  assert.match(text, /waiting, close 2026-03-01 12:15 UTC$/m);
});

test('a workflow that does not answer is told from one that is not there', () => {
  assert.match(
    renderAccounts([account({ workflow: 'silent' })], NOON, paint),
    /its workflow does not answer/,
  );
  const unreachable = { workflow: 'unreachable' } as const;
  assert.match(
    renderAccounts([account(unreachable)], NOON, paint),
    /Temporal does not answer, so nobody trades it: up; or close it from here: trade flatten paper --direct$/m,
  );
  assert.match(
    renderAccounts([account({ ...unreachable, state: 'stopped' })], NOON, paint),
    /no workflow runs$/m,
  );
});

test('why closes fail is said with code, message and time', () => {
  const failing = account({
    workflow: {
      ...WORKFLOW,
      failure: { code: 'LIVE_NOT_ALLOWED', message: 'ALPHALOOM_LIVE is not "yes".', time: NOON + 60_000 },
      undecided: [
        { symbol: 'ETHUSDT', code: 'SYMBOL_UNKNOWN', message: 'binance lists it\u001b[2J no more.' },
      ],
    },
  });
  const text = renderAccounts([failing], NOON, paint);
  assert.match(text, /^failed 2026-03-01 12:01 UTC: LIVE_NOT_ALLOWED: ALPHALOOM_LIVE is not "yes"\.$/m);
  assert.match(text, /^nothing decided about ETHUSDT: SYMBOL_UNKNOWN: binance lists it \[2J no more\.$/m);
});

test('what a flattening waits for, why a symbol is paused and what became of the last order are said', () => {
  const [btc, eth] = account().symbols;
  const text = renderAccounts(
    [
      account({
        state: 'flattening',
        blocked: { time: NOON, text: 'BTCUSDT: VENUE_UNREACHABLE: binance did not answer.' },
        symbols: [
          {
            ...btc,
            failedOrder: {
              clientOrderId: 'cafe0000'.padEnd(32, '0'),
              leg: 'entry',
              side: 'buy',
              quantity: '0.02',
              status: 'rejected',
              time: NOON,
              because: 'the free balance does not allow it',
              venueCode: '-2010',
            },
          },
          { ...eth, pausedReason: 'it was delisted' },
        ],
      }),
    ],
    NOON,
    paint,
  );
  assert.match(
    text,
    /^not closed yet \(2026-03-01 12:00 UTC\): BTCUSDT: VENUE_UNREACHABLE: binance did not answer\.$/m,
  );
  assert.match(
    text,
    /^ {2}entry buy 0\.02 rejected 2026-03-01 12:00 UTC cafe0000: the free balance does not allow it; the venue’s code -2010$/m,
  );
  assert.match(text, /^ {2}paused: it was delisted$/m);
});

test('prices of eight decimals are shown in digits', () => {
  const [row] = account().symbols;
  const tiny = { ...row, lastPrice: 0.00000012, position: { ...row.position!, entryPrice: '0.00000011' } };
  const text = renderAccounts([account({ symbols: [tiny] })], NOON, paint);
  assert.match(text, /BTCUSDT +15m +0\.00000012 +0\.02 +0\.00000011/);
});

test('an account without a workflow, with an unknown price and a halt says so', () => {
  const halted = account({
    workflow: null,
    equity: null,
    state: 'halted',
    stateReason: 'drawdown 12 %\u001b[2J',
  });
  const text = renderAccounts([halted], NOON, paint);
  assert.match(text, /halted: drawdown 12 % \[2J/);
  assert.match(text, /equity unknown/);
  assert.match(text, /no workflow runs/);
  assert.ok(!text.includes('\u001b'));
});

test('without an account it says how to start one', () => {
  assert.match(renderAccounts([], NOON, paint), /trade start paper/);
});

const prediction = {
  symbol: 'BTCUSDT',
  venue: 'binance',
  timeframe: '15m',
  direction: 'LONG',
  confidence: 0.61,
  probabilities: { LONG: 0.61, SHORT: 0.2, NO_TRADE: 0.19 },
  source: 'ML_PER_COIN_V1',
  reasons: ['x'],
  model_version: 'v7',
  tradable: true,
  entry: 50_000,
  stop_loss: 49_000,
  take_profits: { tp1: 50_500, tp2: 51_000, tp3: 51_500 },
  levels_side: 'LONG',
  bar_time: '2026-03-01T12:00:00.000Z',
  stale: false,
} as unknown as Prediction;

const decision = (changes: Partial<DecisionView> = {}): DecisionView => ({
  account: 'paper',
  symbol: 'BTCUSDT',
  timeframe: '15m',
  barTime: NOON,
  time: NOON + 900_100,
  outcome: 'enter LONG',
  prediction,
  rules: [
    {
      rule: 'confidence',
      code: 'CONFIDENCE_LOW',
      outcome: 'pass',
      value: 0.61,
      limit: 0.55,
      sentence: 'sure enough',
    },
    {
      rule: 'cooldown',
      code: 'COOLDOWN',
      outcome: 'block',
      value: 1_200_000,
      limit: 3_600_000,
      sentence: 'traded 20 min ago',
    },
  ],
  orders: [
    {
      clientOrderId: 'deadbeef'.padEnd(32, '0'),
      leg: 'entry',
      side: 'buy',
      status: 'withdrawn',
      quantity: '0.02',
      filled: '0',
      type: 'market',
      price: null,
      stopPrice: null,
      decisionPrice: '50000',
      averagePrice: null,
      validUntil: NOON,
      plannedTime: NOON,
      sentAt: null,
      reason: 'llm-rejected',
      because: 'the language model rejected it',
      venueCode: null,
      validation: { verdict: 'reject', confidence: 0.7, reasons: ['thin book'], model: 'm', latencyMs: 80 },
    },
  ],
  holding: [],
  ...changes,
});

test('why shows the prediction, every rule with its numbers, and what became of the orders', () => {
  const text = renderDecision(decision(), paint);
  assert.match(
    text,
    /^enter LONG: paper BTCUSDT\/15m, bar of 2026-03-01 12:00:00, decided 2026-03-01 12:15:00/,
  );
  assert.match(text, /LONG 61\.0 %, SHORT 20\.0 %, NO_TRADE 19\.0 %/);
  assert.match(text, /confidence +pass +0\.61 +0\.55 +sure enough/);
  assert.match(text, /cooldown +BLOCK +1200000 +3600000 +COOLDOWN: traded 20 min ago/);
  assert.match(text, /entry buy 0\.02 market at market: withdrawn \(the language model rejected it\)/);
  assert.match(text, /never sent/);
  assert.match(text, /language model: reject \(70 %\) by m, 80 ms: thin book/);
});

test('what keeps entries away now is said below the decision', () => {
  const holding = ['BTCUSDT is paused: news. It takes no entries.'];
  assert.match(
    renderDecision(decision({ holding }), paint),
    /\n\nBTCUSDT is paused: news\. It takes no entries\.$/,
  );
});

test('a price of eight decimals is explained in digits', () => {
  const tiny = { ...prediction, entry: 0.000000123, stop_loss: 0.00000012 };
  assert.match(
    renderDecision(decision({ prediction: tiny }), paint),
    /entry 0\.000000123, stop 0\.00000012, /,
  );
});

test('a decision without rules and orders says so', () => {
  const text = renderDecision(decision({ outcome: 'nothing', rules: [], orders: [] }), paint);
  assert.match(text, /No rule was asked\./);
  assert.match(text, /No orders\./);
});
