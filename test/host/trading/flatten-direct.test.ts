import assert from 'node:assert/strict';
import test from 'node:test';
import { pino } from 'pino';
import { composeRooms } from '../../../host/compose.ts';
import { loadConfig } from '../../../host/config.ts';
import { homeAt } from '../../../host/paths.ts';
import { flattenDirect } from '../../../host/trading/flatten-direct.ts';
import { temporaryHome } from '../../support/temporary-home.ts';
import { ACCOUNT, START, settings, startAccount } from '../../trading/ledger/fixtures.ts';

test('who may not send real orders takes the ledger from nobody', async t => {
  const root = await temporaryHome(t);
  const loaded = await loadConfig({ environment: {}, cwd: root, homeRoot: root });
  const rooms = await composeRooms({ home: homeAt(root), environment: {}, loaded, client: null });
  t.after(() => rooms.close());
  const worker = await (await rooms.ledger()).takeLease({ owner: 'worker', now: START, takeOver: false });
  await startAccount(await rooms.ledger(), worker, settings());
  await assert.rejects(
    flattenDirect(
      { rooms, loaded, environment: {}, log: pino({ level: 'silent' }) },
      {
        account: ACCOUNT,
        symbols: null,
        actor: 'operator',
        operationId: 'flatten',
        signal: new AbortController().signal,
      },
    ),
    { code: 'LIVE_NOT_ALLOWED' },
  );
  await worker.renew(START + 1_000);
  assert.equal((await rooms.ledger()).account(ACCOUNT).state, 'running');
});
