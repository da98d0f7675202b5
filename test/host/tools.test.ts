import assert from 'node:assert/strict';
import { chmod, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename, dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { type Home, homeAt } from '../../host/paths.ts';
import { downloadArchive } from '../../host/tools/download.ts';
import {
  checkNativeLibrary,
  ensureNativeLibrary,
  findNativeLibrary,
} from '../../host/tools/native-library.ts';
import {
  compareVersions,
  ensureTemporalBinary,
  findTemporalBinary,
} from '../../host/tools/temporal-binary.ts';
import { type InstallWay, installTool, toolsFolders } from '../../host/tools/tools-folder.ts';
import { WHEEL_LIBRARIES } from '../../host/tools/wheel-libraries.ts';
import { NATIVE_LIBRARIES } from '../../models/estimators/estimator.ts';
import { nativeLibrary } from '../support/native-library.ts';
import { temporaryHome } from '../support/temporary-home.ts';

async function createHome(t: TestContext): Promise<Home> {
  return homeAt(await temporaryHome(t));
}

function way(name: string, fill: InstallWay['fill']): InstallWay {
  return { name, fill };
}

const fills = (content: string) => async (folder: string) => writeFile(join(folder, 'tool'), content);

function request(folder: string, ways: readonly InstallWay[]) {
  return {
    folders: [folder],
    name: 'thing/1.0',
    file: 'tool',
    ways,
    verify: async (path: string) => {
      if ((await readFile(path, 'utf8')) !== 'good') throw new Error('it does not work');
    },
    onProgress: () => {},
  };
}

test('a tool comes by the first way that works, and what does not work is not kept', async t => {
  const folder = await temporaryHome(t);
  const ways = [
    way('unreachable', () => Promise.reject(new Error('no such host'))),
    way('broken', fills('bad')),
    way('good', fills('good')),
  ];
  assert.deepEqual(await installTool(request(folder, ways)), {
    path: join(folder, 'thing/1.0/tool'),
    way: 'good',
  });
  assert.deepEqual((await readdir(join(folder, 'thing'))).sort(), ['1.0', '1.0.lock']);
  assert.equal((await installTool(request(folder, []))).way, 'already installed');
});

test('where no way works, each is listed with its error', async t => {
  const folder = await temporaryHome(t);
  const ways = [way('first', () => Promise.reject(new Error('no such host'))), way('second', fills('bad'))];
  await assert.rejects(installTool(request(folder, ways)), {
    code: 'TOOL_INSTALL_FAILED',
    message: /first: no such host\n {2}second: it does not work/,
  });
  assert.deepEqual(await readdir(join(folder, 'thing')), ['1.0.lock']);
});

test('of two installations at once the second waits and finds the tool', async t => {
  const folder = await temporaryHome(t);
  let fillings = 0;
  const slow = way('slow', async target => {
    fillings += 1;
    await sleep(150);
    await fills('good')(target);
  });
  const both = await Promise.all([
    installTool(request(folder, [slow])),
    installTool(request(folder, [slow])),
  ]);
  assert.equal(fillings, 1);
  assert.deepEqual(both.map(({ way: name }) => name).sort(), ['already installed', 'slow']);
});

test('what a killed installation left is removed by the next', async t => {
  const folder = await temporaryHome(t);
  await mkdir(join(folder, 'thing/1.0.123.abc.tmp'), { recursive: true });
  await installTool(request(folder, [way('good', fills('good'))]));
  assert.deepEqual((await readdir(join(folder, 'thing'))).sort(), ['1.0', '1.0.lock']);
});

test('tools are kept in the user’s cache, or where ALPHALOOM_TOOLS says', () => {
  const home = homeAt('/h');
  assert.deepEqual(toolsFolders({ HOME: '/u' }, home), ['/h/tools', '/u/.cache/alphaloom/tools']);
  assert.deepEqual(toolsFolders({ HOME: '/u', XDG_CACHE_HOME: '/c' }, home), [
    '/h/tools',
    '/c/alphaloom/tools',
  ]);
  assert.deepEqual(
    toolsFolders({ HOME: '/u', XDG_CACHE_HOME: 'relative' }, home)[1],
    '/u/.cache/alphaloom/tools',
  );
  assert.deepEqual(toolsFolders({ ALPHALOOM_TOOLS: '/t' }, home), ['/t']);
});

async function fakeTemporal(folder: string, server: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'temporal');
  await writeFile(path, `#!/bin/sh\necho "temporal version 1.2.3 (Server ${server}, UI 2.0.0)"\n`);
  await chmod(path, 0o755);
  return path;
}

test('the temporal on PATH is taken only if its server is new enough', async t => {
  const home = await createHome(t);
  const old = dirname(await fakeTemporal(join(home.root, 'old'), '1.28.5'));
  const fresh = dirname(await fakeTemporal(join(home.root, 'fresh'), '1.30.0'));
  const environment = { PATH: `${old}:${fresh}`, ALPHALOOM_TOOLS: join(home.root, 'tools') };
  const found = await findTemporalBinary(environment, home, null);
  assert.deepEqual(found, { path: join(fresh, 'temporal'), serverVersion: '1.30.0', origin: 'PATH' });
  assert.equal(await findTemporalBinary({ ...environment, PATH: old }, home, null), null);
});

test('a database takes the server it was made by, and no other', async t => {
  const home = await createHome(t);
  const PATH = dirname(await fakeTemporal(join(home.root, 'fresh'), '1.30.0'));
  const tools = join(home.root, 'tools');
  await fakeTemporal(join(tools, 'temporal/1.5.1'), '1.29.1');
  const environment = { PATH, ALPHALOOM_TOOLS: tools };
  assert.equal((await findTemporalBinary(environment, home, '1.29.1'))?.origin, 'tools');
  assert.equal((await findTemporalBinary(environment, home, '1.30.0'))?.origin, 'PATH');
  await assert.rejects(
    ensureTemporalBinary(environment, home, '1.31.0', () => {}),
    {
      code: 'TEMPORAL_VERSION',
      message: /made by Temporal server 1\.31\.0/,
    },
  );
});

test('a temporal that does not run, or says nothing of its server, is passed over', async t => {
  const home = await createHome(t);
  const path = join(home.root, 'temporal');
  for (const content of ['not a program', '#!/bin/sh\nexit 1\n', '#!/bin/sh\necho hello\n']) {
    await writeFile(path, content);
    await chmod(path, 0o755);
    assert.equal(await findTemporalBinary({ ALPHALOOM_TEMPORAL: path }, home, null), null);
  }
});

test('versions are compared by number', () => {
  assert.ok(compareVersions('1.9.0', '1.29.1') < 0);
  assert.ok(compareVersions('1.30.0', '1.29.1') > 0);
  assert.equal(compareVersions('1.29.1', '1.29.1'), 0);
});

for (const name of NATIVE_LIBRARIES) {
  const { title, file, variable } = WHEEL_LIBRARIES[name];

  test(`${title}: a library that loads and trains is accepted; one that is none says so without ending this process`, async t => {
    const home = await createHome(t);
    await checkNativeLibrary(name, nativeLibrary(name));
    const broken = join(home.root, basename(file));
    await writeFile(broken, 'not a library');
    await assert.rejects(checkNativeLibrary(name, broken), { code: 'NATIVE_LIBRARY_MISSING' });
    await writeFile(broken, (await readFile(nativeLibrary(name))).subarray(0, 100_000));
    await assert.rejects(checkNativeLibrary(name, broken), { code: 'NATIVE_LIBRARY_MISSING' });
  });

  test(`${title}: a missing library says what to run`, async t => {
    const home = await createHome(t);
    const environment = { ALPHALOOM_TOOLS: join(home.root, 'tools') };
    await assert.rejects(findNativeLibrary(name, environment, home), { message: /Run .*setup/ });
    await assert.rejects(findNativeLibrary(name, { [variable]: '/nowhere' }, home), {
      code: 'NATIVE_LIBRARY_MISSING',
      message: new RegExp(`${variable} names /nowhere`),
    });
  });
}

test('a library comes out of the Python package that is there, with what it brings along', async t => {
  const home = await createHome(t);
  const packages = join(home.root, 'site-packages');
  await fakePackage(packages, 'xgboost-cpu', WHEEL_LIBRARIES.xgboost.version);
  const environment = { ...process.env, PYTHONPATH: packages, ALPHALOOM_TOOLS: join(home.root, 'tools') };
  const library = await ensureNativeLibrary('xgboost', environment, home, () => {});
  assert.equal(library.origin, 'Python’s xgboost-cpu package');
  assert.equal(library.path, await findNativeLibrary('xgboost', environment, home));
  await checkNativeLibrary('xgboost', library.path);
});

test('a Python package of another release is left; where pip has no wheel either, both ways are told', async t => {
  const home = await createHome(t);
  const packages = join(home.root, 'site-packages');
  await fakePackage(packages, 'xgboost-cpu', '0.1.0');
  const environment = {
    ...process.env,
    ...{ PYTHONPATH: packages, PIP_NO_INDEX: '1', ALPHALOOM_TOOLS: join(home.root, 'tools') },
  };
  await assert.rejects(
    ensureNativeLibrary('xgboost', environment, home, () => {}),
    { code: 'TOOL_INSTALL_FAILED', message: /package: another release\n.*pip download: / },
  );
});

/** What Python takes for an installed package, around the real library. */
async function fakePackage(packages: string, distribution: string, version: string): Promise<void> {
  const tool = nativeLibrary('xgboost').slice(0, -WHEEL_LIBRARIES.xgboost.file.length);
  await cp(tool, packages, { recursive: true });
  await writeFile(join(packages, 'xgboost/__init__.py'), '');
  const info = join(packages, `${distribution.replace('-', '_')}-${version}.dist-info`);
  await mkdir(info);
  await writeFile(
    join(info, 'METADATA'),
    `Metadata-Version: 2.1\nName: ${distribution}\nVersion: ${version}\n`,
  );
}

test('an archive is downloaded and unpacked; an error page and a cut archive are refused', async t => {
  const folder = await temporaryHome(t);
  await writeFile(join(folder, 'tool'), 'good');
  await execa('tar', ['-czf', join(folder, 'archive'), '-C', folder, 'tool']);
  const archive = await readFile(join(folder, 'archive'));
  const server = createServer((request, response) => {
    if (request.url === '/gone') response.writeHead(404).end();
    else response.end(request.url === '/cut' ? archive.subarray(0, 20) : archive);
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await new Promise(resolve => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const target = join(folder, 'target');
  await mkdir(target);
  await downloadArchive(`${url}/archive`, target, () => {});
  assert.deepEqual(await readdir(target), ['tool']);
  await assert.rejects(
    downloadArchive(`${url}/gone`, target, () => {}),
    /404/,
  );
  await assert.rejects(downloadArchive(`${url}/cut`, target, () => {}));
  await assert.rejects(downloadArchive('http://127.0.0.1:9', target, () => {}));
});
