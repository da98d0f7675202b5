import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const TOOLS = join(import.meta.dirname, '../../.alphaloom/tools/lightgbm');

/** LightGBM's shared library: ALPHALOOM_TEST_LIGHTGBM, or the one that set-up put into the checkout's home. */
export function lightgbmLibrary(): string {
  const given = process.env.ALPHALOOM_TEST_LIGHTGBM;
  if (given) return given;
  const releases = existsSync(TOOLS) ? readdirSync(TOOLS).sort().reverse() : [];
  const found = releases
    .map(release => join(TOOLS, release, 'lib_lightgbm.so'))
    .find(path => existsSync(path));
  if (found) return found;
  throw new Error(
    `These tests need LightGBM's library: run ./alphaloom setup (looked in ${TOOLS}), ` +
      'or name a lib_lightgbm.so in ALPHALOOM_TEST_LIGHTGBM.',
  );
}
