import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { verifyLightgbmLibrary } from '../../models/trees/lightgbm-check.ts';
import { lightgbmLibrary } from '../support/lightgbm.ts';
import { temporaryHome } from '../support/temporary-home.ts';

test('a library that trains as LightGBM does is accepted', () => {
  assert.deepEqual(verifyLightgbmLibrary(lightgbmLibrary()), { version: 'v4' });
});

test('a file that is no library is refused with its path and the mend', async t => {
  const path = join(await temporaryHome(t), 'lib_lightgbm.so');
  await writeFile(path, 'half a download');
  assert.throws(() => verifyLightgbmLibrary(path), {
    code: 'NATIVE_LIBRARY_MISSING',
    message: /lib_lightgbm\.so.*setup/,
  });
});

test('another library is refused', () => {
  const other = process.platform === 'linux' ? 'libc.so.6' : '/usr/lib/libSystem.B.dylib';
  assert.throws(() => verifyLightgbmLibrary(other), { code: 'NATIVE_LIBRARY_MISSING' });
});
