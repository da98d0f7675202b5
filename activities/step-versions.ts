import type { ArtifactStep } from '../contracts/artifact.ts';

/**
 * Part of every artifact's input hash. Raise a step's number when its code gives other bytes for the same inputs;
 * everything after it is then made anew.
 */
export const STEP_VERSIONS: Readonly<Record<ArtifactStep, number>> = {
  snapshot: 1,
  audit: 1,
  dataset: 2,
  import: 1,
  fit: 3,
  model: 3,
  evidence: 5,
  package: 6,
  comparison: 4,
  fold: 2,
  trial: 2,
  search: 2,
  evaluation: 1,
  seeds: 1,
};
