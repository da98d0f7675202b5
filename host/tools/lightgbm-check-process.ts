import { verifyLightgbmLibrary } from '../../models/trees/lightgbm-check.ts';

// A process of its own: a broken shared library ends the process that loads it.
try {
  verifyLightgbmLibrary(process.argv[2]);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
