import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { resolveHome } from '../../host/paths.ts';
import { toolsFolders } from '../../host/tools/tools-folder.ts';
import { LIGHTGBM_VERSION } from '../../models/trees/lightgbm-library.ts';

const FILE = process.platform === 'darwin' ? 'lib_lightgbm.dylib' : 'lib_lightgbm.so';

/** LightGBM's shared library: ALPHALOOM_TEST_LIGHTGBM, or the one that set-up put among the tools. */
export function lightgbmLibrary(): string {
  const given = process.env.ALPHALOOM_TEST_LIGHTGBM;
  if (given) return given;
  const folders = toolsFolders(process.env, resolveHome({}, '/'));
  const found = folders.map(folder => join(folder, 'lightgbm', LIGHTGBM_VERSION, FILE)).find(existsSync);
  if (found) return found;
  throw new Error(
    `These tests need LightGBM's library: run ./alphaloom setup (looked in ${folders.join(', ')}), ` +
      `or name its ${FILE} in ALPHALOOM_TEST_LIGHTGBM.`,
  );
}
