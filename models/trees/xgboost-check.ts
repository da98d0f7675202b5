import { AlphaloomError } from '../../contracts/errors.ts';
import { XGBOOST_VERSION, XgboostLibrary } from './xgboost-library.ts';

/**
 * Proves that an XGBoost library works: loads it, asks its release, trains a model that must separate two halves, and predicts.
 * @throws AlphaloomError NATIVE_LIBRARY_MISSING, TRAINING_FAILED
 */
export function verifyXgboostLibrary(path: string): { version: string } {
  const library = new XgboostLibrary(path);
  const version = library.version();
  if (version !== XGBOOST_VERSION) {
    throw new AlphaloomError(
      'NATIVE_LIBRARY_MISSING',
      `The library at ${path} is XGBoost ${version}, expected ${XGBOOST_VERSION}. Run ./alphaloom setup.`,
      { path, version },
    );
  }
  const scores = tinyModelScores(library);
  if (TARGET.every((half, row) => scores[row] > 0 === half > 0)) return { version };
  throw new AlphaloomError(
    'NATIVE_LIBRARY_MISSING',
    `The library at ${path} loads, but does not train as XGBoost does. Run ./alphaloom setup again.`,
    { path },
  );
}

const ROWS = 40;
const X = Float32Array.from({ length: ROWS }, (_, row) => row);
const TARGET = X.map(value => Number(value >= ROWS / 2));

function tinyModelScores(library: XgboostLibrary): Float32Array {
  const native = new DisposableStack();
  try {
    const input = { x: X, rows: ROWS, target: TARGET, weight: null };
    const table = native.use(library.table(input, 1));
    const params = { objective: 'binary:logistic', tree_method: 'hist', nthread: 1 };
    const booster = native.use(library.booster(table, table, params));
    for (let round = 0; round < 10; round += 1) booster.update();
    return library.scores(booster.modelText(10, ['x']), X, ROWS);
  } finally {
    native.dispose();
  }
}
