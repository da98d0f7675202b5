import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readCandleFile } from '../../candles/import/index.ts';
import { SAMPLE } from '../../candles/sample/index.ts';
import { seriesId } from '../../contracts/series.ts';
import { composeRooms } from '../../host/compose.ts';
import { loadConfig } from '../../host/config.ts';
import { CHECKOUT, homeAt } from '../../host/paths.ts';
import { loadRecipe } from '../../host/recipes.ts';
import { move } from '../registry/fixtures.ts';
import { runCommand } from '../support/command.ts';
import { trainInProcess } from '../support/pipeline.ts';

const QUICK = ['--cuts', '3', '--bars', '600'];

describe('alphaloom audit on a trained champion', () => {
  let root: string;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'alphaloom-test-'));
    const home = homeAt(root);
    const loaded = await loadConfig({ environment: {}, cwd: root, homeRoot: root });
    const rooms = await composeRooms({ home, environment: process.env, loaded, client: null });
    try {
      await rooms.candles.append(SAMPLE.series, await readCandleFile(SAMPLE.path), {
        kind: SAMPLE.kind,
        source: 'sample',
      });
      const recipe = await loadRecipe('gbdt-core15', [], { 'train.params.rounds': 30 });
      const { registered } = await trainInProcess(rooms, SAMPLE.series, recipe);
      await rooms.registry.moveChampion(
        move('promote', registered.version, { series: seriesId(SAMPLE.series) }),
      );
    } finally {
      await rooms.close();
    }
  });
  after(() => rm(root, { recursive: true, force: true, maxRetries: 5 }));

  const audit = async (...words: string[]) => {
    const place = { home: { root }, environment: {} };
    const { code, stdout } = await runCommand(place, 'audit', 'BTCUSD', '1h', ...words);
    return { code, text: stdout() };
  };
  const strategy = async (source: string) => {
    const file = join(root, 'strategy.js');
    await writeFile(file, source);
    return file;
  };

  test('nothing of it looks ahead: exit 0, and the same document for the same seed', async () => {
    const first = await audit(...QUICK, '--seed', '5', '--json');
    assert.equal(first.code, 0);
    const { fault, version, findings, compared } = JSON.parse(first.text);
    assert.deepEqual([fault, version, findings], [null, 1, []]);
    assert.ok(compared.features > 15 * 20_000 && compared.decisions > 600);
    assert.equal((await audit(...QUICK, '--seed', '5', '--json')).text, first.text);
  });

  test('the table names each part of the chain', async () => {
    const { code, text } = await audit(...QUICK, '--version', 'v1');
    assert.equal(code, 0);
    for (const part of ['features', 'answers', 'decisions'])
      assert.match(text, new RegExp(`^${part} +[\\d,]+ +no$`, 'm'));
    assert.match(text, /Nothing looks ahead/);
  });

  test('a strategy that acts by chance ends with 1, and says at which bar', async () => {
    const file = await strategy(
      `export const decide = (_, { position }, policy, bar) => position || Math.random() < 0.5 ? [] : [{ kind: 'enter',
        side: 'LONG', quantity: 0.01, order: { kind: 'market' },
        exits: { stop: null, targets: [], trailing: null, maxBars: 3 } }];`,
    );
    const { code, text } = await audit(...QUICK, '--strategy', file);
    assert.equal(code, 1);
    assert.match(text, /^decisions +[\d,]+ +YES$/m);
    assert.match(text, /the decision at bar \d+ of 2019-/);
    assert.match(text, /STRATEGY_LEAKS/);
  });

  test('a recipe with a planted leak is caught before anything is trained on it', async () => {
    const recipe = async (name: string, column: string) => {
      const features = join(root, `${name}.ts`);
      const entry = `{ name: 'mine', lookBack: 3, unit: 'ratio', source: 'test', inputs: ['close'], kernel: { column: ({ close }) => ${column} } }`;
      await writeFile(features, `export default [${entry}];`);
      const file = join(root, `${name}.yaml`);
      const built = await readFile(join(CHECKOUT, 'recipes/gbdt-core15.yaml'), 'utf8');
      const own = built.replace('set: core15', `names: [rsi_14, mine]\n  files: [${features}]`);
      await writeFile(file, own.replace('name: gbdt-core15', `name: ${name}`));
      return file;
    };
    const ahead = await recipe('ahead', 'close.map((price, i) => (close[i + 3] ?? price) / price - 1)');
    const { code, text } = await audit(...QUICK, '--recipe', ahead);
    assert.equal(code, 1, text);
    assert.match(text, /^features +[\d,]+ +YES$/m);
    assert.match(text, /feature mine at bar \d+ of 201\d-.* was .*, and is /);
    assert.match(text, /FEATURE_LEAKS/);
    const behind = await recipe('behind', 'close.map((price, i) => price / close[Math.max(0, i - 3)] - 1)');
    const sound = await audit(...QUICK, '--recipe', behind, '--json');
    assert.equal(sound.code, 0, sound.text);
    assert.partialDeepStrictEqual(JSON.parse(sound.text), { version: null, recipe: 'behind', fault: null });
  });

  test('wrong use is refused with a code', async () => {
    const codeOf = async (...words: string[]) => {
      const { code, text } = await audit(...words, '--json');
      return [code, JSON.parse(text).error?.code];
    };
    assert.deepEqual(await codeOf('--version', 'v9'), [2, 'VERSION_NOT_FOUND']);
    assert.deepEqual(await codeOf('--version', 'newest'), [2, 'USAGE']);
    assert.deepEqual(await codeOf('--policy', 'nobodys'), [2, 'POLICY_NOT_FOUND']);
    assert.deepEqual(await codeOf('--strategy', 'nowhere.ts'), [2, 'STRATEGY_INVALID']);
    assert.deepEqual(await codeOf('--cuts', '0'), [2, 'USAGE']);
    assert.deepEqual(await codeOf('--version', 'v1', '--recipe', 'gbdt-core15'), [2, 'USAGE']);
    assert.deepEqual(await codeOf('--recipe', 'nobodys'), [2, 'RECIPE_NOT_FOUND']);
  });
});
