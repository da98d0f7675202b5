import type { NativeLibraryName } from '../../models/estimators/estimator.ts';
import { verifyLibrary } from '../../models/trees/library-checks.ts';

// A process of its own: a broken shared library ends the process that loads it.
try {
  verifyLibrary(process.argv[2] as NativeLibraryName, process.argv[3]);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
