import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { EventRequest, Registry } from '../../registry/registry.ts';
import { move, registerVersions, registration, SERIES } from './fixtures.ts';

/** Makes an empty registry that is closed after the test. */
export type OpenRegistry = (t: TestContext, now: () => number) => Promise<Registry>;

/** What every registry store must do. */
export function registryContract(store: string, open: OpenRegistry): void {
  const check = (what: string, body: (t: TestContext) => Promise<void>) => test(`${store}: ${what}`, body);
  const openWith = async (t: TestContext, versions: number, now: () => number = () => 50_000) => {
    const registry = await open(t, now);
    await registerVersions(registry, versions);
    return registry;
  };
  const champion = async (registry: Registry) => (await registry.champion(SERIES))?.version ?? null;

  check('a version is numbered per series and read back as it was registered', async t => {
    const registry = await openWith(t, 0);
    const { version, cached } = await registry.register(SERIES, registration('a'));
    assert.equal(cached, false);
    assert.deepEqual(version, { series: SERIES, version: 1, registeredAt: 50_000, ...registration('a') });
    assert.deepEqual(await registry.get(SERIES, 1), version);
    assert.equal((await registry.register(SERIES, registration('b'))).version.version, 2);
    assert.equal((await registry.register('binance:ETHUSDT/5m', registration('a'))).version.version, 1);
    assert.deepEqual(await registry.listSeries(), ['binance:ETHUSDT/5m', SERIES]);
    assert.deepEqual(
      (await registry.list(SERIES)).map(record => record.packageId),
      ['package a', 'package b'],
    );
    assert.equal((await registry.list()).length, 3);
  });

  check('events of all series are read on from where one was, in the order of writing', async t => {
    const registry = await open(t, () => 50_000);
    assert.equal(await registry.latestEventId(), 0);
    await registry.register(SERIES, registration('a'));
    const seen = await registry.latestEventId();
    await registry.register('binance:ETHUSDT/5m', registration('a'));
    await registry.moveChampion(move('promote', 1));
    const after = await registry.eventsAfter(seen, 10);
    assert.deepEqual(
      after.map(({ series, kind }) => [series, kind]),
      [
        ['binance:ETHUSDT/5m', 'registered'],
        [SERIES, 'promote'],
      ],
    );
    assert.deepEqual(await registry.eventsAfter(seen, 1), after.slice(0, 1));
    assert.equal(await registry.latestEventId(), after[1].id);
    assert.deepEqual(await registry.eventsAfter(after[1].id, 10), []);
  });

  check(
    'a package is registered once per series; a rebuilt one with other bytes is another version',
    async t => {
      const registry = await openWith(t, 0);
      const first = await registry.register(SERIES, registration('a'));
      const again = await registry.register(SERIES, registration('a', { actor: 'somebody else' }));
      assert.deepEqual(again, { version: first.version, cached: true });
      const { package: ref } = registration('a');
      const rebuilt = registration('a', { package: { ...ref, sha256: '0'.repeat(64) } });
      assert.equal((await registry.register(SERIES, rebuilt)).version.version, 2);
      assert.deepEqual(
        (await registry.events(SERIES)).map(({ kind, version }) => [kind, version]),
        [
          ['registered', 1],
          ['registered', 2],
        ],
      );
    },
  );

  check('trials are kept apart from the history of the champion, once per operation', async t => {
    const registry = await openWith(t, 1);
    const trial = (operationId: string, value: number): EventRequest => ({
      operationId,
      series: SERIES,
      version: null,
      kind: 'trial',
      actor: 'test',
      detail: { value },
    });
    await registry.append(trial('one', 1));
    assert.equal((await registry.append(trial('one', 1))).repeated, true);
    await registry.append(trial('two', 2));
    await registry.append({ ...trial('other', 3), series: 'coinbase:ETHUSD/1h' });
    assert.deepEqual(
      (await registry.trials(SERIES)).map(({ kind, detail }) => [kind, detail]),
      [
        ['trial', { value: 1 }],
        ['trial', { value: 2 }],
      ],
    );
    assert.deepEqual(
      (await registry.events(SERIES, { limit: 1 })).map(({ kind }) => kind),
      ['registered'],
    );
    assert.deepEqual((await registry.check(SERIES)).problems, []);
  });

  check('registering at once leaves no gap and no double', async t => {
    const registry = await openWith(t, 0);
    const names = Array.from({ length: 20 }, (_, n) => String(n % 10));
    const results = await Promise.all(names.map(name => registry.register(SERIES, registration(name))));
    assert.equal(results.filter(({ cached }) => !cached).length, 10);
    assert.deepEqual(
      (await registry.list(SERIES)).map(({ version }) => version),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    );
  });

  check('a series without versions is empty, not an error', async t => {
    const registry = await openWith(t, 0);
    assert.equal(await registry.champion(SERIES), null);
    assert.equal(await registry.championAt(SERIES, 1e15), null);
    assert.deepEqual([await registry.list(SERIES), await registry.events(SERIES)], [[], []]);
    assert.equal(await registry.isPaused(SERIES), false);
    assert.deepEqual(await registry.check(SERIES), { champion: null, versions: 0, moves: 0, problems: [] });
    await assert.rejects(registry.get(SERIES, 1), { code: 'VERSION_NOT_FOUND' });
  });

  check('a promotion moves the champion, and says from where', async t => {
    const registry = await openWith(t, 2);
    const request = move('promote', 1, { from: null, detail: { rule: 'skill' } });
    const { operationId } = request;
    const expected = {
      operationId,
      series: SERIES,
      kind: 'promote',
      from: null,
      to: 1,
      at: 50_000,
      repeated: false,
    };
    assert.deepEqual(await registry.moveChampion(request), expected);
    assert.equal((await registry.moveChampion(move('promote', 2, { from: 1 }))).from, 1);
    assert.equal(await champion(registry), 2);
    const event = (await registry.events(SERIES)).find(({ kind }) => kind === 'promote');
    assert.deepEqual(event?.detail, {
      move: 'promote',
      requested: 1,
      from: null,
      to: 1,
      reason: 'because',
      detail: { rule: 'skill' },
    });
    assert.deepEqual([event?.actor, event?.operationId, event?.version], ['test', operationId, 1]);
  });

  check('a move decided against another champion is refused, with what it is now', async t => {
    const registry = await openWith(t, 3);
    await registry.moveChampion(move('promote', 1));
    for (const from of [null, 2]) {
      await assert.rejects(registry.moveChampion(move('promote', 3, { from })), {
        code: 'CHAMPION_CONFLICT',
        details: { series: SERIES, champion: 1, from, to: 3 },
      });
    }
    assert.equal(await champion(registry), 1);
    assert.equal((await registry.check(SERIES)).moves, 1);
  });

  check('of promotions decided against the same champion, one is carried out', async t => {
    const registry = await openWith(t, 6);
    await registry.moveChampion(move('promote', 1));
    const results = await Promise.allSettled(
      [2, 3, 4, 5, 6].map(to => registry.moveChampion(move('promote', to, { from: 1 }))),
    );
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.equal((await registry.check(SERIES)).moves, 2);
  });

  check('an operation asked for again answers as before and moves nothing', async t => {
    const registry = await openWith(t, 3);
    for (const to of [1, 2, 3]) await registry.moveChampion(move('promote', to));
    const request = move('rollback', 'previous');
    const first = await registry.moveChampion(request);
    assert.deepEqual([first.from, first.to], [3, 2]);
    assert.deepEqual(await registry.moveChampion(request), { ...first, repeated: true });
    await registry.moveChampion(move('promote', 3));
    assert.deepEqual(await registry.moveChampion({ ...request, from: 3 }), { ...first, repeated: true });
    assert.equal(await champion(registry), 3);
    assert.deepEqual((await registry.operation(request.operationId))?.kind, 'rollback');
  });

  check('an operation id stands for one request, over all series and kinds', async t => {
    const registry = await openWith(t, 2);
    await registerVersions(registry, 2, 'binance:ETHUSDT/5m');
    const request = move('promote', 1);
    await registry.moveChampion(request);
    const { operationId } = request;
    for (const other of [
      { ...request, to: 2 },
      { ...request, to: 'previous' as const },
      { ...request, kind: 'rollback' as const },
      { ...request, series: 'binance:ETHUSDT/5m' },
    ]) {
      await assert.rejects(registry.moveChampion(other), { code: 'OPERATION_REUSED' });
    }
    const event: EventRequest = { operationId, series: SERIES, version: 1, kind: 'verdict', actor: 'test' };
    await assert.rejects(registry.append(event), { code: 'OPERATION_REUSED' });
    await registry.append({ ...event, operationId: 'verdict of v1' });
    await assert.rejects(registry.moveChampion({ ...request, operationId: 'verdict of v1' }), {
      code: 'OPERATION_REUSED',
    });
    assert.equal((await registry.check(SERIES)).moves, 1);
  });

  check('a refused move leaves its operation id free', async t => {
    const registry = await openWith(t, 2);
    const request = move('promote', 1, { from: 2 });
    await assert.rejects(registry.moveChampion(request), { code: 'CHAMPION_CONFLICT' });
    assert.equal((await registry.moveChampion({ ...request, from: null })).repeated, false);
  });

  check('promoting the champion changes nothing, and is answered the same later', async t => {
    const registry = await openWith(t, 2);
    await registry.moveChampion(move('promote', 1));
    const request = move('promote', 1, { from: 1 });
    const first = await registry.moveChampion(request);
    assert.deepEqual([first.from, first.to, first.repeated], [1, 1, false]);
    await registry.moveChampion(move('promote', 2));
    assert.deepEqual(await registry.moveChampion(request), { ...first, repeated: true });
    assert.equal(await champion(registry), 2);
    assert.equal((await registry.check(SERIES)).moves, 2);
    assert.equal((await registry.moveChampion(move('rollback', 'previous'))).to, 1);
  });

  check('rollbacks go back step by step and end at the first champion', async t => {
    const registry = await openWith(t, 3);
    await assert.rejects(registry.moveChampion(move('rollback', 'previous')), { code: 'CHAMPION_NONE' });
    await assert.rejects(registry.moveChampion(move('rollback', 1)), { code: 'CHAMPION_NONE' });
    for (const to of [1, 2, 3]) await registry.moveChampion(move('promote', to));
    assert.equal((await registry.previousChampion(SERIES))?.version, 2);
    assert.equal((await registry.moveChampion(move('rollback', 'previous'))).to, 2);
    assert.equal((await registry.moveChampion(move('rollback', 'previous'))).to, 1);
    await assert.rejects(registry.moveChampion(move('rollback', 'previous')), {
      code: 'CHAMPION_PREVIOUS_NONE',
    });
    assert.equal(await champion(registry), 1);
    assert.equal(await registry.previousChampion(SERIES), null);
    assert.deepEqual(await Promise.all([1, 2, 3].map(version => registry.wasRolledBack(SERIES, version))), [
      false,
      true,
      true,
    ]);
  });

  check('a rollback to a named version may skip champions, and leads only where one was', async t => {
    const registry = await openWith(t, 4);
    for (const to of [1, 2, 3]) await registry.moveChampion(move('promote', to));
    assert.equal((await registry.moveChampion(move('rollback', 1))).to, 1);
    await registry.moveChampion(move('promote', 2));
    await assert.rejects(registry.moveChampion(move('rollback', 4, { from: 2 })), { code: 'CHAMPION_NEVER' });
    assert.equal(await champion(registry), 2);
    assert.equal((await registry.moveChampion(move('rollback', 'previous'))).to, 1);
  });

  check('a version that does not exist can’t become champion', async t => {
    const registry = await openWith(t, 1);
    await assert.rejects(registry.moveChampion(move('promote', 2)), { code: 'VERSION_NOT_FOUND' });
    const event: EventRequest = {
      operationId: 'o',
      series: SERIES,
      version: 9,
      kind: 'verdict',
      actor: 'test',
    };
    await assert.rejects(registry.append(event), { code: 'VERSION_NOT_FOUND' });
    assert.equal((await registry.events(SERIES)).length, 1);
  });

  check('who was champion at a time', async t => {
    let time = 100;
    const registry = await openWith(t, 3, () => time);
    for (const to of [1, 2, 3]) {
      time += 100;
      await registry.moveChampion(move('promote', to));
    }
    const at = async (when: number) => (await registry.championAt(SERIES, when))?.version ?? null;
    assert.deepEqual(
      [await at(0), await at(199), await at(200), await at(299), await at(300), await at(1e15)],
      [null, null, 1, 1, 2, 3],
    );
  });

  check('time never goes back within a series, even if the clock does', async t => {
    const clock = [5_000, 3_000, 4_000.7, 9_000.7];
    const registry = await open(t, () => clock.shift() ?? 1);
    await registerVersions(registry, 1);
    for (let n = 0; n < 4; n++) {
      const event = {
        operationId: `retrain ${n}`,
        series: SERIES,
        version: 1,
        kind: 'retrain',
        actor: 'test',
      } as const;
      await registry.append(event);
    }
    const times = (await registry.events(SERIES)).map(({ at }) => at);
    assert.deepEqual(times, [5_000, 5_000, 5_000, 9_000, 9_000]);
  });

  check('events are kept with their detail; a repeated one is not added', async t => {
    const registry = await openWith(t, 1);
    const request: EventRequest = {
      operationId: 'verdict 1',
      series: SERIES,
      version: 1,
      kind: 'verdict',
      actor: 'gate',
      detail: { rules: [{ rule: 'skill', low: -0.01 }], note: null, absent: undefined },
    };
    const first = await registry.append(request);
    assert.equal(first.repeated, false);
    assert.deepEqual(first.event.detail, { rules: [{ rule: 'skill', low: -0.01 }], note: null });
    const again = await registry.append({ ...request, detail: { measured: 2 } });
    assert.deepEqual(again, { event: first.event, repeated: true });
    assert.deepEqual((await registry.events(SERIES)).at(-1), first.event);
    assert.deepEqual(await registry.operation('verdict 1'), first.event);
    assert.equal(await registry.operation('unknown'), null);
    await assert.rejects(registry.append({ ...request, kind: 'retrain' }), { code: 'OPERATION_REUSED' });
  });

  check('a limit gives the latest events, oldest first', async t => {
    const registry = await openWith(t, 5);
    const versions = (await registry.events(SERIES, { limit: 2 })).map(({ version }) => version);
    assert.deepEqual(versions, [4, 5]);
  });

  check('a series is paused until it is resumed', async t => {
    const registry = await openWith(t, 0);
    const say = (kind: 'paused' | 'resumed') =>
      registry.append({ operationId: kind, series: SERIES, version: null, kind, actor: 'test' });
    assert.deepEqual(await registry.listPaused(), []);
    await say('paused');
    assert.equal(await registry.isPaused(SERIES), true);
    assert.equal(await registry.isPaused('binance:ETHUSDT/5m'), false);
    assert.deepEqual(
      (await registry.listPaused()).map(({ series, kind, actor }) => [series, kind, actor]),
      [[SERIES, 'paused', 'test']],
    );
    await say('resumed');
    assert.equal(await registry.isPaused(SERIES), false);
    assert.deepEqual(await registry.listPaused(), []);
  });

  check('what is malformed is refused and changes nothing', async t => {
    const registry = await openWith(t, 1);
    const attempts: [string, () => Promise<unknown>][] = [
      ['SERIES_INVALID', () => registry.register('nonsense', registration('x'))],
      ['SERIES_INVALID', () => registry.register('coinbase:BTC/USD/1h', registration('x'))],
      ['VENUE_INVALID', () => registry.champion('BTCUSD/1h')],
      ['TIMEFRAME_INVALID', () => registry.events('coinbase:BTCUSD/7m')],
      ['INTERNAL', () => registry.register(SERIES, registration('x', { dataToTime: Number.NaN }))],
      ['INTERNAL', () => registry.register(SERIES, registration('x', { recipe: '' }))],
      ['INTERNAL', () => registry.register(SERIES, { ...registration('x'), extra: 1 } as never)],
      ['INTERNAL', () => registry.moveChampion(move('promote', 1, { reason: '' }))],
      ['INTERNAL', () => registry.moveChampion(move('promote', 1, { operationId: '' }))],
      ['INTERNAL', () => registry.moveChampion(move('promote', 0))],
      ['INTERNAL', () => registry.moveChampion(move('promote', 1, { detail: { mcc: Number.NaN } }))],
      ['INTERNAL', () => registry.moveChampion(move('demote' as never, 1))],
      ['INTERNAL', () => registry.append({ ...move('promote', 1), kind: 'promote' } as never)],
      ['VERSION_NOT_FOUND', () => registry.get(SERIES, 1.5)],
    ];
    for (const [code, attempt] of attempts) await assert.rejects(attempt, { code }, attempt.toString());
    assert.deepEqual(await registry.check(SERIES), { champion: null, versions: 1, moves: 0, problems: [] });
    assert.equal((await registry.events(SERIES)).length, 1);
  });
}
