import type { Evidence } from '../../contracts/evidence.ts';
import { explainerOf } from '../../models/explain/explainer.ts';
import { runRows } from '../../models/onnx/row-chunks.ts';
import { openSession } from '../../models/onnx/session.ts';
import { summarizeAttributions } from './attributions.ts';
import { type PermutationInput, permutationImportance } from './permutation.ts';

export interface ExplainInput extends PermutationInput {
  /** Bytes of the file that would serve. */
  readonly model: Uint8Array;
  /** Means of the training rows, in the model's order. */
  readonly baseline: readonly (number | null)[];
}

/** A mean over rows may be rougher than what is told of a single answer. */
const MOST_SEGMENTS = 32;

/**
 * What a served model leans on over the test block: permutation importance, and mean absolute contributions to its answers.
 * @throws AlphaloomError MODEL_INVALID, PREDICTION_INVALID
 */
export async function explainModel(
  input: ExplainInput,
): Promise<Pick<Evidence, 'permutationImportance' | 'attributions'>> {
  const session = await openSession(input.model);
  try {
    return {
      permutationImportance: await permutationImportance(windows => runRows(session, windows), input),
      attributions: await summarizeAttributions(
        explainerOf(input.model, session, input.baseline, MOST_SEGMENTS),
        input,
      ),
    };
  } finally {
    await session.dispose();
  }
}
