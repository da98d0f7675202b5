import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import test from 'node:test';
import type { ChampionMove, Registry } from '../../registry/registry.ts';
import { openSqliteRegistry } from '../../registry/sqlite-registry.ts';
import { runScript, startScript } from '../support/child-process.ts';
import { temporaryHome } from '../support/temporary-home.ts';
import { registerVersions, SERIES } from './fixtures.ts';

const SCRIPT = join(import.meta.dirname, 'moving-process.ts');
type Answer = ChampionMove | { readonly operationId: string; readonly refused: string };
const isMove = (answer: Answer): answer is ChampionMove => 'to' in answer;

async function assertSingleLine(registry: Registry): Promise<void> {
  const { problems, champion, moves } = await registry.check(SERIES);
  assert.deepEqual(problems, []);
  const events = (await registry.events(SERIES)).filter(
    ({ kind }) => kind === 'promote' || kind === 'rollback',
  );
  assert.equal(events.length, moves);
  assert.equal(events.at(-1)?.version ?? null, champion);
  assert.equal((await registry.champion(SERIES))?.version ?? null, champion);
}

test('100 promotions and rollbacks of five processes, some asked for again by others, are a single line', async t => {
  const path = join(await temporaryHome(t), 'registry.sqlite');
  const registry = await openSqliteRegistry(path, { now: Date.now });
  t.after(() => registry.close());
  await registerVersions(registry, 7);

  // Each operation of 0-99 is done by one process; those of 10-29 and 50-69 by two at once.
  const ranges = [
    [0, 30],
    [10, 50],
    [50, 70],
    [50, 85],
    [85, 100],
  ];
  const outputs = await Promise.all(ranges.map(range => runScript(SCRIPT, [path, ...range.map(String)])));
  const answers = outputs.flat() as Answer[];
  await assertSingleLine(registry);

  const events = await registry.events(SERIES);
  const recorded = new Map(events.map(event => [event.operationId, event]));
  for (let n = 0; n < 100; n++) {
    const operationId = `operation ${n}`;
    const calls = answers.filter(answer => answer.operationId === operationId);
    const moves = calls.filter(isMove);
    const refusals = calls.flatMap(answer => ('refused' in answer ? [answer.refused] : []));
    assert.ok(calls.length > 0, `${operationId} is lost`);
    for (const refused of refusals) assert.match(refused, /^CHAMPION_(NONE|PREVIOUS_NONE|NEVER)$/);
    assert.equal(
      moves.filter(({ repeated }) => !repeated).length,
      recorded.has(operationId) ? 1 : 0,
      operationId,
    );
    for (const { repeated: _, ...answer } of moves) {
      const { repeated: __, ...first } = moves[0];
      assert.deepEqual(answer, first, 'all calls of an operation are answered alike');
      assert.equal(recorded.get(operationId)?.version, answer.to);
    }
  }
  const { moves } = await registry.check(SERIES);
  assert.ok(moves > 50, `${moves} moves`);
});

test('processes killed in the middle of moves lose nothing they were told', async t => {
  const path = join(await temporaryHome(t), 'registry.sqlite');
  const registry = await openSqliteRegistry(path, { now: Date.now });
  await registerVersions(registry, 7);
  const told: string[] = [];
  for (let round = 0; round < 3; round++) {
    const children = [0, 1].map(() => startScript(SCRIPT, [path, '0', '0', 'endless']));
    await Promise.all(
      children.map(async child => {
        let text = '';
        child.stdout?.on('data', chunk => {
          text += chunk;
        });
        const closed = once(child, 'close');
        await once(child.stdout!, 'data');
        await new Promise(resolve => setTimeout(resolve, 40 + 60 * Math.random()));
        child.kill('SIGKILL');
        await closed;
        told.push(...text.split('\n').slice(0, -1));
      }),
    );
    await assertSingleLine(registry);
  }
  registry.close();

  const reopened = await openSqliteRegistry(path, { now: Date.now });
  await assertSingleLine(reopened);
  const answers = told.map(line => JSON.parse(line) as Answer).filter(isMove);
  assert.ok(answers.length > 10);
  for (const { operationId, to } of answers) {
    assert.equal((await reopened.operation(operationId))?.version, to, operationId);
  }
  reopened.close();
});
