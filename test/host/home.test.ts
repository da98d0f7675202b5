import assert from 'node:assert/strict';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import test from 'node:test';
import { auditFeatures, DEFAULT_AUDIT } from '../../features/audit/audit.ts';
import { loadCatalog } from '../../features/own-features.ts';
import { initProject } from '../../host/init.ts';
import { CHECKOUT, homeAt, readHomeId, resolveHome } from '../../host/paths.ts';
import { loadRecipe } from '../../host/recipes.ts';
import { loadOwnStrategy } from '../../strategy/own/own-strategy.ts';
import { goldenCandles } from '../support/candles.ts';
import { temporaryHome } from '../support/temporary-home.ts';

test('the home is .alphaloom in the checkout unless ALPHALOOM_HOME names another', () => {
  assert.equal(resolveHome({}, '/somewhere').root, join(CHECKOUT, '.alphaloom'));
  assert.equal(resolveHome({ ALPHALOOM_HOME: 'mine' }, '/somewhere').root, '/somewhere/mine');
});

test('a file where the home should be is refused', async t => {
  const folder = await temporaryHome(t);
  await writeFile(join(folder, 'file'), '');
  for (const named of ['file', 'file/below'])
    assert.throws(() => resolveHome({ ALPHALOOM_HOME: named }, folder), { code: 'CONFIG_INVALID' });
});

test('a home has one id, whoever asks for it first', async t => {
  const home = homeAt(join(await temporaryHome(t), 'new'));
  const ids = await Promise.all(Array.from({ length: 20 }, () => readHomeId(home)));
  assert.match(ids[0], /^[0-9a-f]{12}$/);
  assert.equal(new Set([...ids, await readHomeId(home)]).size, 1);
});

test('a home that may not be written says so', {
  skip: process.getuid?.() === 0 && 'root may write anywhere',
}, async t => {
  const folder = await temporaryHome(t);
  await chmod(folder, 0o500);
  await assert.rejects(readHomeId(homeAt(join(folder, 'home'))), { code: 'PERMISSION_DENIED' });
});

test('init writes a configuration and a recipe that can be used, and never overwrites', async t => {
  const folder = join(await temporaryHome(t), 'project');
  const files = await initProject(folder);
  const names = ['alphaloom.yaml', 'recipes/my-first.yaml', 'features/example.ts', 'strategies/example.ts'];
  assert.deepEqual(
    files,
    names.map(name => join(folder, name)),
  );
  const recipe = await loadRecipe('my-first', [join(folder, 'recipes')]);
  assert.equal(recipe.name, 'my-first');
  await assert.rejects(initProject(folder), { code: 'FILE_EXISTS' });
});

test('the features that init writes are sound, and a recipe finds them from the configuration’s folder', async t => {
  const folder = await temporaryHome(t);
  await initProject(folder);
  const { definitions } = await loadCatalog([join(folder, 'features/example.ts')]);
  const own = definitions.filter(({ family }) => family === 'own');
  assert.deepEqual(
    own.map(({ name }) => name),
    ['range_share_24', 'rises_in_a_row'],
  );
  assert.deepEqual(auditFeatures(goldenCandles(), own, '1h', DEFAULT_AUDIT).findings, []);

  const path = join(folder, 'recipes/my-first.yaml');
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace(/^ {2}set: .*\n/m, '').replace(/^ {2}# (names|files):/gm, '  $1:'));
  const { features } = await loadRecipe('my-first', [join(folder, 'recipes')], {}, folder);
  assert.deepEqual(features.files, [join(folder, 'features/example.ts')]);
  await assert.rejects(loadRecipe('my-first', [join(folder, 'recipes')], {}, '/elsewhere'), {
    code: 'FEATURE_INVALID',
    message: /my-first\.yaml: \/elsewhere\/features\/example\.ts: the file is not there/,
  });
});

test('the strategy that init writes is the one that is tested, and finds its types', async t => {
  const folder = await temporaryHome(t);
  await initProject(folder);
  const file = join(folder, 'strategies/example.ts');
  const strategy = await loadOwnStrategy(file);
  assert.equal(typeof strategy.decide, 'function');
  const [, types] = /from '([^']*intents\.ts)'/.exec(await readFile(file, 'utf8'))!;
  assert.equal(resolve(dirname(file), types), join(CHECKOUT, 'contracts/intents.ts'));
});

test('a wrong value of a recipe is told with where it was written: the file, or --set', async t => {
  const folder = await temporaryHome(t);
  const text = await readFile(join(CHECKOUT, 'recipes/gbdt-core15.yaml'), 'utf8');
  await writeFile(join(folder, 'mine.yaml'), text.replace('  params:\n', '  params:\n    leaves: 3\n'));
  await assert.rejects(loadRecipe('mine', [folder]), {
    code: 'RECIPE_INVALID',
    message: /mine\.yaml: train\.params\.leaves/,
  });
  for (const wrong of [
    { 'train.seed': 'many' },
    { 'train.params.leaves': 3 },
    { 'train.estimator': 'crystal-ball' },
    { features: { names: ['nope'] } },
  ])
    await assert.rejects(loadRecipe('gbdt-core15', [], wrong), {
      message: /^--set over .*gbdt-core15\.yaml: /,
    });
});
