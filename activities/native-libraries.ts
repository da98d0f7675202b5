import type { Estimator, Libraries, NativeLibraryName } from '../models/estimators/estimator.ts';
import type { Rooms } from './rooms.ts';

/**
 * Paths of the native libraries that an estimator needs, and their bytes' hashes: what it learns depends on the build,
 * whatever release that calls itself.
 * @throws AlphaloomError NATIVE_LIBRARY_MISSING
 */
export async function estimatorLibraries(
  { nativeLibrary }: Rooms,
  { needs }: Pick<Estimator, 'needs'>,
): Promise<{ libraries: Libraries; builds: Partial<Record<NativeLibraryName, string>> }> {
  const found = await Promise.all(needs.map(async name => [name, await nativeLibrary(name)] as const));
  return {
    libraries: Object.fromEntries(found.map(([name, { path }]) => [name, path])),
    builds: Object.fromEntries(found.map(([name, { sha256 }]) => [name, sha256])),
  };
}
