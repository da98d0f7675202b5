import { AlphaloomError } from '../../contracts/errors.ts';
import { LightgbmLibrary } from './lightgbm-library.ts';

/**
 * Proves that a LightGBM library works: loads it, trains a model that must separate two halves, and predicts.
 * @returns the version of its text models, `v4`; the library itself does not say its release
 * @throws AlphaloomError NATIVE_LIBRARY_MISSING, TRAINING_FAILED
 */
export function verifyLightgbmLibrary(path: string): { version: string } {
  const { scores, modelText } = trainTinyModel(new LightgbmLibrary(path));
  const separated = LABEL.every((half, row) => scores[2 * row + half] > scores[2 * row + 1 - half]);
  const version = /^version=(\S+)$/m.exec(modelText)?.[1];
  if (separated && version) return { version };
  throw new AlphaloomError(
    'NATIVE_LIBRARY_MISSING',
    `The library at ${path} loads, but does not train as LightGBM does. Run ./alphaloom setup again.`,
    { path },
  );
}

const ROWS = 40;
const X = Float32Array.from({ length: ROWS }, (_, row) => row);
const LABEL = X.map(value => Number(value >= ROWS / 2));
const PARAMS = {
  objective: 'multiclass',
  num_class: 2,
  min_data_in_leaf: 1,
  min_data_in_bin: 1,
  num_threads: 1,
  verbosity: -1,
};

function trainTinyModel(library: LightgbmLibrary): { scores: Float64Array; modelText: string } {
  const native = new DisposableStack();
  try {
    const table = library.dataset({ x: X, label: LABEL, weight: null, featureNames: ['x'] }, PARAMS, null);
    native.use(table);
    const booster = native.use(library.booster(table, PARAMS));
    for (let round = 0; round < 10; round += 1) booster.update();
    return { scores: booster.scores(X, ROWS, 2), modelText: booster.modelText(booster.rounds()) };
  } finally {
    native.dispose();
  }
}
