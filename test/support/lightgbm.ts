import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const TOOLS = join(import.meta.dirname, '../../.alphaloom/tools/lightgbm');
const FILE = process.platform === 'darwin' ? 'lib_lightgbm.dylib' : 'lib_lightgbm.so';

/** LightGBM's shared library: ALPHALOOM_TEST_LIGHTGBM, or the one that set-up put into the checkout's home. */
export function lightgbmLibrary(): string {
  const given = process.env.ALPHALOOM_TEST_LIGHTGBM;
  if (given) return given;
  const releases = existsSync(TOOLS) ? readdirSync(TOOLS).sort().reverse() : [];
  const found = releases.map(release => join(TOOLS, release, FILE)).find(path => existsSync(path));
  if (found) return found;
  throw new Error(
    `These tests need LightGBM's library: run ./alphaloom setup (looked in ${TOOLS}), ` +
      `or name its ${FILE} in ALPHALOOM_TEST_LIGHTGBM.`,
  );
}
