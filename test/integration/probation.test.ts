import assert from 'node:assert/strict';
import { appendFile, chmod } from 'node:fs/promises';
import test from 'node:test';
import { SAMPLE } from '../../candles/sample/index.ts';
import { seriesId } from '../../contracts/series.ts';
import { loadRecipe } from '../../host/recipes.ts';
import { replayHistories } from '../../workers/replay.ts';
import { runCommand } from '../support/command.ts';
import { eventually } from '../support/eventually.ts';
import { fetchHistory, recordHistory } from '../support/histories.ts';
import { trainInProcess } from '../support/pipeline.ts';
import { startCluster } from '../support/temporal.ts';

const SERIES = seriesId(SAMPLE.series);
const TIMEOUT = { timeout: 180_000 };

test(
  'a champion is reviewed by itself and when asked; one that broke yields to the one before it',
  TIMEOUT,
  async t => {
    // Two seconds.
    const home = await startCluster(t, { ALPHALOOM__LIFECYCLE__REVIEW_EVERY_HOURS: '0.00056' });
    await home.startWorker('registry', 'training');
    const { rooms, orchestrator, temporal } = home;
    const { registry, artifacts } = rooms;
    for (const name of ['gbdt-boll4', 'gbdt-rsi'])
      await trainInProcess(rooms, SAMPLE.series, await loadRecipe(name, []));
    for (const version of [1, 2])
      await orchestrator.askLifecycle(SAMPLE.series, 'promote', {
        ...{ version, reason: 'test', operationId: `p${version}` },
      });

    const asked = await orchestrator.askLifecycle(SAMPLE.series, 'review', { operationId: 'asked' });
    assert.deepEqual([asked.outcome, asked.champion, asked.review?.verdict], ['kept', 2, 'too early']);
    assert.equal(asked.review?.bars, 0, 'the sample ends before the promotion');

    const { package: ref } = await registry.get(SERIES, 2);
    const model = (await artifacts.load(ref)).path('model.onnx');
    await chmod(model, 0o644);
    await appendFile(model, 'x');
    await eventually('the broken champion was rolled back by itself', async () => {
      return (await registry.champion(SERIES))?.version === 1;
    });
    const events = await registry.events(SERIES);
    const rollback = events.find(({ kind }) => kind === 'rollback');
    assert.equal(rollback?.actor, 'schedule');
    assert.match(JSON.stringify(rollback?.detail), /can’t be opened: .*model\.onnx/);
    await eventually('the review left its numbers', async () => {
      const kinds = (await registry.events(SERIES)).map(({ kind, version }) => [kind, version]);
      return kinds.filter(([kind, version]) => kind === 'probation' && version === 2).length === 2;
    });

    const told = await runCommand(home, 'models', 'review', 'BTCUSD', '1h', '--reason', 'look');
    assert.equal(told.code, 0);
    assert.match(told.stdout(), /kept: v1: it answers, and there is no champion before it/);

    const workflowId = `model/${SERIES}`;
    const history = await fetchHistory(temporal.client, workflowId);
    // Set by hand when a change to the workflow deserves a new recording beside the old ones.
    const when = process.env.ALPHALOOM_RECORD_PROBATION;
    if (when) await recordHistory(`${when}-modelLifecycle`, history);
    assert.equal(await replayHistories([{ workflowId, history }]), 1);
  },
);
