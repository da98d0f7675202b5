import type { NativeLibraryName } from '../../models/estimators/estimator.ts';
import { LIGHTGBM_VERSION } from '../../models/trees/lightgbm-library.ts';
import { XGBOOST_VERSION } from '../../models/trees/xgboost-library.ts';

/** A shared library that a Python package carries, and where. */
export interface WheelLibrary {
  readonly title: string;
  readonly version: string;
  /** The package on PyPI, and what it is imported as. */
  readonly distribution: string;
  readonly module: string;
  /** Where the library is put under `<name>/<version>/` in the tools folder. */
  readonly file: string;
  /** A folder beside the module with libraries that this one looks for by its relative path; it is put there likewise. */
  readonly bundled: string | null;
  readonly download: string;
  /** Names a library of the user's own. */
  readonly variable: string;
}

const isMac = process.platform === 'darwin';

/** Native libraries by the name that estimators ask for them by. Another is a line here, and one in `LIBRARY_CHECKS`. */
export const WHEEL_LIBRARIES: Readonly<Record<NativeLibraryName, WheelLibrary>> = {
  lightgbm: {
    title: 'LightGBM',
    version: LIGHTGBM_VERSION,
    distribution: 'lightgbm',
    module: 'lightgbm',
    file: isMac ? 'lib_lightgbm.dylib' : 'lib_lightgbm.so',
    bundled: null,
    download: '4 MB',
    variable: 'ALPHALOOM_LIGHTGBM',
  },
  xgboost: {
    title: 'XGBoost',
    version: XGBOOST_VERSION,
    // Without CUDA, which makes 230 MB of the other; on macOS there is only the other, and it has none.
    distribution: isMac ? 'xgboost' : 'xgboost-cpu',
    module: 'xgboost',
    file: isMac ? 'xgboost/lib/libxgboost.dylib' : 'xgboost/lib/libxgboost.so',
    bundled: 'xgboost_cpu.libs',
    download: '6 MB',
    variable: 'ALPHALOOM_XGBOOST',
  },
};
