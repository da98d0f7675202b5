import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { resolveHome } from '../../host/paths.ts';
import { toolsFolders } from '../../host/tools/tools-folder.ts';
import { WHEEL_LIBRARIES } from '../../host/tools/wheel-libraries.ts';
import type { NativeLibraryName } from '../../models/estimators/estimator.ts';

/** A native library: ALPHALOOM_TEST_LIGHTGBM or its like, or the one that set-up put among the tools. */
export function nativeLibrary(name: NativeLibraryName): string {
  const { title, version, file } = WHEEL_LIBRARIES[name];
  const variable = `ALPHALOOM_TEST_${name.toUpperCase()}`;
  const given = process.env[variable];
  if (given) return given;
  const folders = toolsFolders(process.env, resolveHome({}, '/'));
  const found = folders.map(folder => join(folder, name, version, file)).find(existsSync);
  if (found) return found;
  throw new Error(
    `These tests need ${title}'s library: run ./alphaloom setup (looked in ${folders.join(', ')}), ` +
      `or name its ${file} in ${variable}.`,
  );
}
