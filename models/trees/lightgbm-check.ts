import { AlphaloomError } from '../../contracts/errors.ts';
import { LightgbmLibrary } from './lightgbm-library.ts';

/**
 * Proves that a LightGBM library works: loads it, trains a model that must separate two halves, and predicts.
 * @returns the version of its text models, `v4`; the library itself does not say its release
 * @throws AlphaloomError NATIVE_LIBRARY_MISSING, TRAINING_FAILED
 */
export function verifyLightgbmLibrary(path: string): { version: string } {
  const rows = 40;
  const x = Float32Array.from({ length: rows }, (_, row) => row);
  const label = Float32Array.from(x, value => Number(value >= rows / 2));
  const params = {
    objective: 'multiclass',
    num_class: 2,
    min_data_in_leaf: 1,
    min_data_in_bin: 1,
    num_threads: 1,
    verbosity: -1,
  };
  const library = new LightgbmLibrary(path);
  using table = library.dataset({ x, label, weight: null, featureNames: ['x'] }, params, null);
  using booster = library.booster(table, params);
  for (let round = 0; round < 10; round += 1) booster.update();
  const probabilities = booster.predict(x, rows, 2);
  const separated = label.every((half, row) => probabilities[2 * row + half] > 0.5);
  const version = /^version=(\S+)$/m.exec(booster.modelText(booster.rounds()))?.[1];
  if (separated && version) return { version };
  throw new AlphaloomError(
    'NATIVE_LIBRARY_MISSING',
    `The library at ${path} loads, but does not train as LightGBM does. Run ./alphaloom setup again.`,
    { path },
  );
}
