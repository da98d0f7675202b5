import koffi, { type LibraryHandle } from 'koffi';
import { AlphaloomError } from '../../contracts/errors.ts';

/** Out-parameters of a C API: koffi fills the first element. */
export type Out<T> = [T];
export type Handle = bigint;

/**
 * Loads a shared library and binds its functions. Every call of them blocks its thread.
 * @param title as people call it: LightGBM
 * @throws AlphaloomError NATIVE_LIBRARY_MISSING: no such file, something it needs is missing, another library
 */
export function loadNative<Functions>(
  title: string,
  path: string,
  bind: (library: LibraryHandle) => Functions,
): Functions {
  try {
    return bind(koffi.load(path));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const mend = why.includes('libgomp')
      ? 'Install OpenMP’s runtime (Debian and Ubuntu: apt install libgomp1).'
      : 'Run ./alphaloom setup, then ./alphaloom doctor.';
    throw new AlphaloomError(
      'NATIVE_LIBRARY_MISSING',
      `${title}’s library ${path} can’t be used: ${why}. ${mend}`,
      { path },
      { cause: error },
    );
  }
}

/** @throws AlphaloomError TRAINING_FAILED with the library's own words, if a call's code says so */
export function requireSuccess(title: string, code: number, lastError: () => string): void {
  if (code !== 0) throw new AlphaloomError('TRAINING_FAILED', `${title}: ${lastError()}`);
}

/** Frees what `work` opens, however it ends. (`using` says the same, but what checks our imports can't read it.) */
export function freeing<T>(work: (native: DisposableStack) => T): T {
  const native = new DisposableStack();
  try {
    return work(native);
  } finally {
    native.dispose();
  }
}
