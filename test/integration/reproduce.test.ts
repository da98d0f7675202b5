import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { SAMPLE } from '../../candles/sample/index.ts';
import { loadRecipe } from '../../host/recipes.ts';
import { replayHistories } from '../../workers/replay.ts';
import { runCommand } from '../support/command.ts';
import { eventually } from '../support/eventually.ts';
import { fetchHistory, recordHistory } from '../support/histories.ts';
import { trainInProcess } from '../support/pipeline.ts';
import { startCluster } from '../support/temporal.ts';

const TIMEOUT = { timeout: 240_000 };

test(
  'a reproduction whose worker is killed goes on at the next one and ends in the same bytes',
  TIMEOUT,
  async t => {
    const home = await startCluster(t);
    const { rooms, orchestrator, temporal } = home;
    const slow = { 'train.params.rounds': 600, 'train.params.patience': 600 };
    await trainInProcess(rooms, SAMPLE.series, await loadRecipe('gbdt-core15', [], slow));
    const worker = await home.startWorker('registry', 'training');
    const { workflowId } = await orchestrator.startReproduction({ series: SAMPLE.series, version: 1 });
    const handle = temporal.client.workflow.getHandle(workflowId);
    await eventually('it told of a fit under way', async () => {
      const { raw } = await handle.describe();
      return Boolean(raw.pendingActivities?.[0]?.heartbeatDetails?.payloads?.length);
    });
    worker.kill('SIGKILL');
    await once(worker, 'exit');
    await home.startWorker('registry', 'training');
    const reproduction = await orchestrator.awaitReproduction(workflowId);
    assert.equal(reproduction.identical, true);
    assert.equal((await rooms.registry.list()).length, 1, 'nothing was registered');

    const told = await runCommand(home, 'models', 'reproduce', 'BTCUSD', '1h', 'v1', '--json');
    assert.equal(told.code, 0);
    const { identical, version, differences } = JSON.parse(told.stdout());
    assert.deepEqual([identical, version, differences], [true, 1, []]);

    const history = await fetchHistory(temporal.client, workflowId);
    // Set by hand when a change to the workflow deserves a new recording beside the old ones.
    const when = process.env.ALPHALOOM_RECORD_REPRODUCTION;
    if (when) await recordHistory(`${when}-reproduceVersion`, history);
    assert.equal(await replayHistories([{ workflowId, history }]), 1);
  },
);
