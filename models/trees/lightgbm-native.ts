import type { LibraryHandle } from 'koffi';
import { loadNative, requireSuccess } from './native-library.ts';

export type LightgbmNative = ReturnType<typeof bind>;

/**
 * LightGBM's C API, as far as it is used.
 * @throws AlphaloomError NATIVE_LIBRARY_MISSING
 */
export function loadLightgbm(path: string): LightgbmNative {
  return loadNative('LightGBM', path, bind);
}

/** @throws AlphaloomError TRAINING_FAILED with LightGBM's own words, if a call's code says so */
export function requireLightgbm(native: LightgbmNative, code: number): void {
  requireSuccess('LightGBM', code, native.lastError);
}

/** Signatures from LightGBM's c_api.h. */
function bind(library: LibraryHandle) {
  return {
    lastError: library.func('const char* LGBM_GetLastError()'),
    datasetCreate: library.func(
      'int LGBM_DatasetCreateFromMat(const void* data, int type, int32_t rows, int32_t columns, int rowMajor, const char* params, void* reference, _Out_ void** out)',
    ),
    datasetSetFeatureNames: library.func(
      'int LGBM_DatasetSetFeatureNames(void* dataset, const char** names, int count)',
    ),
    datasetSetField: library.func(
      'int LGBM_DatasetSetField(void* dataset, const char* field, const void* data, int count, int type)',
    ),
    datasetFree: library.func('int LGBM_DatasetFree(void* dataset)'),
    boosterCreate: library.func('int LGBM_BoosterCreate(void* train, const char* params, _Out_ void** out)'),
    boosterLoad: library.func(
      'int LGBM_BoosterLoadModelFromString(const char* text, _Out_ int* iterations, _Out_ void** out)',
    ),
    boosterFree: library.func('int LGBM_BoosterFree(void* booster)'),
    boosterAddValidation: library.func('int LGBM_BoosterAddValidData(void* booster, void* dataset)'),
    boosterUpdate: library.func('int LGBM_BoosterUpdateOneIter(void* booster, _Out_ int* finished)'),
    boosterRounds: library.func('int LGBM_BoosterGetCurrentIteration(void* booster, _Out_ int* out)'),
    boosterEval: library.func(
      'int LGBM_BoosterGetEval(void* booster, int dataset, _Out_ int* count, void* values)',
    ),
    boosterSave: library.func(
      'int LGBM_BoosterSaveModelToString(void* booster, int start, int rounds, int importance, int64_t size, _Out_ int64_t* length, void* text)',
    ),
    boosterImportance: library.func(
      'int LGBM_BoosterFeatureImportance(void* booster, int rounds, int kind, void* values)',
    ),
    boosterPredict: library.func(
      'int LGBM_BoosterPredictForMat(void* booster, const void* data, int type, int32_t rows, int32_t columns, int rowMajor, int kind, int start, int rounds, const char* params, _Out_ int64_t* count, void* values)',
    ),
  };
}
