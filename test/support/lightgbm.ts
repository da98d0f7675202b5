import { nativeLibrary } from './native-library.ts';

/** LightGBM's shared library. */
export function lightgbmLibrary(): string {
  return nativeLibrary('lightgbm');
}
