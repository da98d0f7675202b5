import assert from 'node:assert/strict';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { initProject } from '../../host/init.ts';
import { CHECKOUT, homeAt, readHomeId, resolveHome } from '../../host/paths.ts';
import { loadRecipe } from '../../host/recipes.ts';
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
  assert.deepEqual(files, [join(folder, 'alphaloom.yaml'), join(folder, 'recipes/my-first.yaml')]);
  const recipe = await loadRecipe('my-first', [join(folder, 'recipes')]);
  assert.equal(recipe.name, 'my-first');
  await assert.rejects(initProject(folder), { code: 'FILE_EXISTS' });
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
