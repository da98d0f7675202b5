import assert from 'node:assert/strict';
import test from 'node:test';
import { AS_LABELLED } from '../../../contracts/policy.ts';
import { describeJoined, requireSame, type Wanted } from '../../../host/trading/joined-account.ts';

const RUNNING = {
  account: 'try',
  symbols: [
    { symbol: 'BTCUSDT', timeframe: '1m' },
    { symbol: 'ETHUSDT', timeframe: '5m' },
  ],
  policy: AS_LABELLED,
  clock: { kind: 'replay', fromTime: 5, toTime: 9 },
  iterations: 7,
} as const;
const NOTHING = { symbols: null, policy: null, iterations: null, replay: null };

test('a second start that wants the same, in whatever order, joins what runs', () => {
  requireSame(RUNNING, NOTHING);
  const symbols = RUNNING.symbols.toReversed();
  requireSame(RUNNING, { ...NOTHING, symbols, policy: './as-labelled.yaml' }, 'as-labelled');
  requireSame(RUNNING, { ...NOTHING, iterations: 7, replay: { fromTime: 5, toTime: 9 } });
});

test('a second start that wants something else is refused, and says how to change it', () => {
  const refused = (wanted: Partial<Wanted>, message: RegExp) =>
    assert.throws(() => requireSame(RUNNING, { ...NOTHING, ...wanted }, wanted.policy ?? undefined), {
      code: 'ACCOUNT_STATE',
      message,
    });
  const other = [{ symbol: 'BTCUSDT', timeframe: '5m' }] as const;
  refused({ symbols: other }, /BTCUSDT\/1m,ETHUSDT\/5m .*trade set try --symbols BTCUSDT\/5m\./);
  refused({ policy: 'bold' }, /policy as-labelled.*trade set try --policy bold\./);
  refused({ iterations: 5 }, /said at a start alone: trade stop try first/);
  refused({ replay: { fromTime: 0, toTime: 1 } }, /trade stop try first/);
});

test('of an account that runs and does not trade it is said how to go on', () => {
  const told = (state: 'halted' | 'paused' | 'flattening' | 'running') =>
    describeJoined({ account: 'try', state, stateReason: 'drawdown' });
  assert.match(told('halted'), /is halted: drawdown\..*trade resume try --acknowledge/);
  assert.match(told('paused'), /is paused: drawdown\..*trade resume try$/);
  assert.match(told('flattening'), /is flattening.*trade status try/);
  assert.match(told('running'), /trades already/);
});
