import assert from 'node:assert/strict';
import test from 'node:test';
import type { CliContext } from '../../cli/context.ts';
import { describeStatus } from '../../cli/status.ts';
import type { HomeStatus, ProcessStatus } from '../../host/status.ts';
import { capture } from '../support/command.ts';

const context = { output: capture().output, now: () => 60_000 } as unknown as CliContext;

const worker = (name: string, pid: number | null): ProcessStatus => ({
  name,
  running: pid !== null,
  pid,
  startedTime: 0,
  restarts: 0,
  lastEnd: null,
});

function shown(tradingPid: number | null, standby: number | null = 11): string {
  const status: HomeStatus = {
    home: '/home',
    running: true,
    supervisorPid: 1,
    temporal: null,
    processes: [
      worker('worker-training', 9),
      worker('worker-trading', 10),
      worker('worker-trading-standby', standby),
    ],
  };
  return describeStatus(status, context, tradingPid);
}

test('of the two trading workers it is told which one trades and which one stands by', () => {
  assert.match(shown(10), /^worker-trading +running, trades +10 /m);
  assert.match(shown(10), /^worker-trading-standby +running, stands by +11 /m);
  assert.match(shown(11), /^worker-trading +running, stands by +10 /m);
  assert.match(shown(11), /^worker-training +running +9 /m);
});

test('one that is gone, or where nobody knows who trades, has no part', () => {
  assert.match(shown(10, null), /^worker-trading-standby +not running +- /m);
  assert.doesNotMatch(shown(null), /trades|stands by/);
});
