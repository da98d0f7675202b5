import assert from 'node:assert/strict';
import test from 'node:test';
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { AlphaloomError } from '../../../contracts/errors.ts';
import type { LoadedConfig } from '../../../host/config.ts';
import { tellLedger } from '../../../host/trading/tell-ledger.ts';
import { createTradingCalls } from '../../../host/trading/trading-calls.ts';
import { capture } from '../../support/command.ts';
import { ACCOUNT, desk, START } from '../../trading/ledger/fixtures.ts';

test('of an account without a workflow a flatten is refused, and its other way is named once', async t => {
  const { ledger } = await desk(t);
  const payload = { operationId: 'once', actor: 'operator' };
  const calls = createTradingCalls(clientWithoutWorkflows(), 'home');
  const stopped = await calls.askTrading(ACCOUNT, 'flatten', payload).catch(error => error);
  assert.equal(stopped.code, 'ACCOUNT_STOPPED');
  const operation = { message: 'flatten', account: ACCOUNT, ...payload, payload } as const;
  const wiring = {
    ledger,
    loaded: {} as LoadedConfig,
    now: START,
    askVenue: async () => false,
    requireListed: async () => {},
  };
  const refusal: AlphaloomError = await tellLedger(wiring, operation, stopped).catch(error => error);
  const { output, stderr } = capture();
  output.error(refusal);
  assert.match(stderr(), /Start it: trade start main\. .*trade flatten main --direct/);
  assert.equal(stderr().split('--direct').length - 1, 1, stderr());
});

function clientWithoutWorkflows(): Client {
  const missing = async (): Promise<never> => {
    throw new WorkflowNotFoundError('There is none.', 'trade/main', undefined);
  };
  return {
    workflow: { getHandle: () => ({ describe: missing, executeUpdate: missing }) },
  } as unknown as Client;
}
