import type { NativeLibraryName } from '../estimators/estimator.ts';
import { verifyLightgbmLibrary } from './lightgbm-check.ts';
import { verifyXgboostLibrary } from './xgboost-check.ts';

/** Proofs that a native library works, by its name: each loads it, trains a tiny model and predicts. */
const LIBRARY_CHECKS: Readonly<Record<NativeLibraryName, (path: string) => void>> = {
  lightgbm: verifyLightgbmLibrary,
  xgboost: verifyXgboostLibrary,
};

/** @throws AlphaloomError NATIVE_LIBRARY_MISSING, TRAINING_FAILED */
export function verifyLibrary(name: NativeLibraryName, path: string): void {
  LIBRARY_CHECKS[name](path);
}
