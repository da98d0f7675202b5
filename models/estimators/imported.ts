import { z } from 'zod';
import { AlphaloomError } from '../../contracts/errors.ts';
import { foreignScores } from '../import/foreign-scores.ts';
import { readImportedFit } from '../import/import-files.ts';
import { importedGraph } from '../import/imported-graph.ts';
import type { Estimator } from './estimator.ts';
import { checkParams } from './params.ts';

/** Bars per window of the file. */
const schema = z.strictObject({ steps: z.int().min(1).max(10_000).default(1) });

/**
 * A model that was trained elsewhere and imported as ONNX. Its own graph, as it was given, answers for the estimator, so
 * that parity compares the file before and after it was rewritten.
 */
export const imported: Estimator = {
  name: 'imported',
  tasks: ['direction3', 'approve2', 'return'],
  library: 'imported',
  needs: [],
  parityTolerance: 1e-5,
  calibrates: true,
  parseParams: params => checkParams(schema, params),
  steps: ({ params }) => checkParams(schema, params).steps,
  fit: () => {
    throw new AlphaloomError(
      'MODEL_UNSUPPORTED',
      'A model that was imported is not trained here. Train it where it was made, and import it again: models import.',
    );
  },
  async scores(folder, windows, _libraries, signal) {
    const { foreign, featureNames } = await readImportedFit(folder);
    return await foreignScores(foreign, featureNames, windows, signal);
  },
  async scoreGraph(folder, contract) {
    const { foreign } = await readImportedFit(folder);
    return await importedGraph(foreign, contract.featureNames);
  },
  // The file does not say what its training gained by each feature.
  importance: async () => null,
};
