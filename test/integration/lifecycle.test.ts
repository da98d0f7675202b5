import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { SAMPLE } from '../../candles/sample/index.ts';
import { seriesId } from '../../contracts/series.ts';
import { loadRecipe } from '../../host/recipes.ts';
import { runScript } from '../support/child-process.ts';
import { trainInProcess } from '../support/pipeline.ts';
import { startCluster } from '../support/temporal.ts';

const SERIES = seriesId(SAMPLE.series);
const SCRIPT = join(import.meta.dirname, 'lifecycle-process.ts');
const TIMEOUT = { timeout: 180_000 };

test(
  '100 messages of four processes at once, some asked twice: one line of champions, no step twice, over a continued run',
  TIMEOUT,
  async t => {
    const home = await startCluster(t);
    await home.startWorker('registry', 'training');
    const { rooms, temporal } = home;
    for (const name of ['gbdt-boll4', 'gbdt-rsi'])
      await trainInProcess(rooms, SAMPLE.series, await loadRecipe(name, []));

    const ranges = [0, 25, 50, 75].map(first => [String(first), String(first + 25)]);
    const answers = (
      await Promise.all(ranges.map(range => runScript(SCRIPT, range, home.environment)))
    ).flat() as {
      operationId: string;
      outcome?: string;
    }[];
    const asked = new Set(answers.map(({ operationId }) => operationId));
    assert.equal(asked.size, 100);

    const { problems, champion, moves } = await rooms.registry.check(SERIES);
    assert.deepEqual(problems, []);
    assert.equal((await rooms.registry.champion(SERIES))?.version, champion);
    const events = await rooms.registry.events(SERIES);
    const moved = events.filter(({ kind }) => kind === 'promote' || kind === 'rollback');
    assert.equal(moved.length, moves);
    assert.equal(new Set(moved.map(({ operationId }) => operationId)).size, moves);
    for (const { operationId, outcome } of answers) {
      if (outcome === 'promoted' || outcome === 'rolled back') {
        assert.ok(
          moved.some(event => event.operationId === operationId),
          operationId,
        );
      }
    }

    // So many messages end a run of the workflow and begin the next, which goes on where it stood.
    const runs = [];
    for await (const { runId } of temporal.client.workflow.list({ query: `WorkflowId = "model/${SERIES}"` }))
      runs.push(runId);
    assert.ok(runs.length > 1, `${runs.length} run`);
    const again = await home.orchestrator.askLifecycle(SAMPLE.series, 'promote', {
      version: 1,
      reason: 'race',
      operationId: 'operation 0',
    });
    assert.equal(again.operationId, 'operation 0');
    assert.equal(
      (await rooms.registry.check(SERIES)).moves,
      moves,
      'asked again in a later run, it is not done again',
    );
  },
);
