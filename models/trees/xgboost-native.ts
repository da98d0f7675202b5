import type { LibraryHandle } from 'koffi';
import { loadNative, requireSuccess } from './native-library.ts';

export type XgboostNative = ReturnType<typeof bind>;

/**
 * XGBoost's C API, as far as it is used.
 * @throws AlphaloomError NATIVE_LIBRARY_MISSING
 */
export function loadXgboost(path: string): XgboostNative {
  return loadNative('XGBoost', path, bind);
}

/** @throws AlphaloomError TRAINING_FAILED with XGBoost's own words, if a call's code says so */
export function requireXgboost(native: XgboostNative, code: number): void {
  // What follows the first line is the place in XGBoost's source and a stack.
  requireSuccess(
    'XGBoost',
    code,
    () =>
      native
        .lastError()
        .replace(/^\[[^\]]*\] \S+: /, '')
        .split('\nStack trace')[0],
  );
}

/** Signatures from XGBoost's c_api.h. */
function bind(library: LibraryHandle) {
  return {
    lastError: library.func('const char* XGBGetLastError()'),
    version: library.func('void XGBoostVersion(_Out_ int* major, _Out_ int* minor, _Out_ int* patch)'),
    setGlobalConfig: library.func('int XGBSetGlobalConfig(const char* json)'),
    matrixCreate: library.func(
      'int XGDMatrixCreateFromDense(const char* arrayInterface, const char* config, _Out_ void** out)',
    ),
    matrixSetFloats: library.func(
      'int XGDMatrixSetFloatInfo(void* matrix, const char* field, const void* data, uint64_t count)',
    ),
    matrixFree: library.func('int XGDMatrixFree(void* matrix)'),
    boosterCreate: library.func(
      'int XGBoosterCreate(const void** matrices, uint64_t count, _Out_ void** out)',
    ),
    boosterFree: library.func('int XGBoosterFree(void* booster)'),
    boosterSetParam: library.func(
      'int XGBoosterSetParam(void* booster, const char* name, const char* value)',
    ),
    boosterSetNames: library.func(
      'int XGBoosterSetStrFeatureInfo(void* booster, const char* field, const char** names, uint64_t count)',
    ),
    boosterUpdate: library.func('int XGBoosterUpdateOneIter(void* booster, int round, void* train)'),
    boosterEval: library.func(
      'int XGBoosterEvalOneIter(void* booster, int round, const void** matrices, const char** names, uint64_t count, _Out_ const char** out)',
    ),
    boosterRounds: library.func('int XGBoosterBoostedRounds(void* booster, _Out_ int* out)'),
    boosterSlice: library.func(
      'int XGBoosterSlice(void* booster, int begin, int end, int step, _Out_ void** out)',
    ),
    boosterSave: library.func(
      'int XGBoosterSaveModelToBuffer(void* booster, const char* config, _Out_ uint64_t* length, _Out_ void** out)',
    ),
    boosterLoad: library.func(
      'int XGBoosterLoadModelFromBuffer(void* booster, const void* text, uint64_t length)',
    ),
    boosterPredict: library.func(
      'int XGBoosterPredictFromDMatrix(void* booster, void* matrix, const char* config, _Out_ void** shape, _Out_ uint64_t* dims, _Out_ void** values)',
    ),
  };
}
