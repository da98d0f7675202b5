import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import test from 'node:test';
import { AS_LABELLED, tradingSources } from '../../contracts/policy.ts';
import { type LoadedConfig, loadConfig } from '../../host/config.ts';
import { DEFAULT_POLICY, loadPolicy, POLICY_FILES } from '../../host/policies.ts';
import { checkLeverage } from '../../strategy/setup-check.ts';
import { temporaryHome } from '../support/temporary-home.ts';

async function configIn(folder: string): Promise<LoadedConfig> {
  await writeFile(join(folder, 'alphaloom.yaml'), '{}\n');
  return await loadConfig({ environment: {}, cwd: folder, homeRoot: folder });
}

test('every built-in policy is sound, is called as its file, and is in the table of the README', async t => {
  const loaded = await configIn(await temporaryHome(t));
  const files = (await readdir(POLICY_FILES.builtIn)).filter(file => file.endsWith('.yaml'));
  const readme = await readFile(join(POLICY_FILES.builtIn, 'README.md'), 'utf8');
  assert.ok(files.length >= 5);
  for (const file of files) {
    const name = basename(file, '.yaml');
    const policy = await loadPolicy(loaded, name);
    assert.equal(policy.name, name);
    assert.notEqual(policy.description, '', name);
    assert.ok(readme.includes(`| \`${name}\` |`), name);
  }
});

test('the profiles of an account bind every entry, on spot and on swaps, the more cautious the tighter', async t => {
  const loaded = await configIn(await temporaryHome(t));
  const [cautious, balanced, aggressive] = await Promise.all(
    ['cautious', 'balanced', 'aggressive'].map(name => loadPolicy(loaded, name)),
  );
  assert.deepEqual([balanced.risk?.maxTradesPerDay, balanced.risk?.cooldownMinutes], [4, 60]);
  for (const [tighter, wider] of [
    [cautious, balanced],
    [balanced, aggressive],
  ]) {
    checkLeverage(tighter, 'spot');
    assert.equal(tradingSources(tighter).join(), 'ML_PER_COIN_V1');
    for (const name of ['maxTradesPerDay', 'maxPosition', 'maxGrossExposure', 'maxNetExposure'] as const)
      assert.ok(tighter.risk![name]! < wider.risk![name]!, name);
    for (const name of ['maxDailyLoss', 'maxDrawdown', 'maxSpreadBps', 'priceBandBps'] as const)
      assert.ok(tighter.risk![name]! < wider.risk![name]!, name);
    assert.ok(tighter.risk!.cooldownMinutes! > wider.risk!.cooldownMinutes!);
    assert.ok(tighter.minConfidence > wider.minConfidence);
  }
});

test('a policy that leaves the rules out is stored as it always was', () => {
  assert.equal(
    JSON.stringify(AS_LABELLED),
    '{"name":"as-labelled","description":"","minConfidence":0,"entry":{"order":"market"},"sizing":{"kind":"fraction","fraction":1},"maxLeverage":1,"maxOpenPositions":100000,"exits":{"stop":{"kind":"recipe"},"target":{"kind":"recipe"},"targetShares":{"tp1":0,"tp2":1,"tp3":0},"maxBars":"recipe"}}',
  );
});

test('the default policy trades what evidence was made by', async t => {
  const loaded = await configIn(await temporaryHome(t));
  const { description: _, ...policy } = await loadPolicy(loaded, DEFAULT_POLICY);
  const { description: __, ...expected } = AS_LABELLED;
  assert.deepEqual(policy, expected);
});

test('a policy of one’s own wins over a built-in one; a path may name any file', async t => {
  const folder = await temporaryHome(t);
  const loaded = await configIn(folder);
  await mkdir(join(folder, 'policies'));
  const own = join(folder, 'policies', 'as-labelled.yaml');
  await writeFile(own, 'name: as-labelled\nminConfidence: 0.7\n');
  assert.equal((await loadPolicy(loaded, 'as-labelled')).minConfidence, 0.7);
  assert.equal((await loadPolicy(loaded, own)).minConfidence, 0.7);
});

test('what is no policy is refused, with what would be', async t => {
  const folder = await temporaryHome(t);
  const loaded = await configIn(folder);
  await assert.rejects(loadPolicy(loaded, 'nosuch'), {
    code: 'POLICY_NOT_FOUND',
    message: /no policy "nosuch"\. Known: .*as-labelled.*ladder-trailing/,
  });
  const refused = [
    ['name: a\nsizing: {kind: fraction, fraction: -1}\n', /sizing\.fraction/],
    ['name: a\nsizing: {kind: fraction, fraction: 3}\n', /3 × equity exceeds maxLeverage 1/],
    ['name: a\nmaxLeverage: 1000000000\n', /maxLeverage/],
    ['name: a\nexits: {targetShares: {tp1: 0.9, tp2: 0.9}}\n', /must not exceed 1/],
    ['name: a\nstops: 3\n', /stops/],
    ['name: a\nrisk: {maxTradesPerDay: 0}\n', /risk\.maxTradesPerDay/],
    ['name: a\nrisk: {maxDrawdown: 1.5}\n', /risk\.maxDrawdown/],
    ['name: a\nrisk: {hours: [{from: "20:00", to: "08:00"}]}\n', /hours over midnight/],
    ['name: a\nrisk: {maxTrades: 3}\n', /maxTrades/],
    ['name: a\nsources: [ORACLE]\n', /sources/],
    ['name: a\nsymbols: {BTCUSDT: {fraction: 2}}\n', /symbols\.BTCUSDT\.fraction/],
    ['name: a\nsizing: {kind: kelly, share: 2}\n', /sizing\.share/],
    ['name: a\nconfirmation: {timeframe: 7h, require: same}\n', /confirmation\.timeframe/],
    ['- a list\n', /must be a map of settings/],
    ['name: [\n', /is not YAML/],
  ] as const;
  for (const [text, message] of refused) {
    const path = join(folder, 'mine.yaml');
    await writeFile(path, text);
    await assert.rejects(loadPolicy(loaded, path), { code: 'POLICY_INVALID', message }, text);
  }
});
