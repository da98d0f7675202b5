import { AlphaloomError } from '../contracts/errors.ts';
import type { ModelFault } from '../contracts/probation.ts';

/** A package that is damaged or no longer fits the program: the version itself is at fault, not the market. */
export const BROKEN_PACKAGE: Readonly<Record<string, ModelFault['kind']>> = {
  ARTIFACT_CORRUPT: 'load',
  ARTIFACT_NOT_FOUND: 'load',
  MODEL_INVALID: 'load',
  SCHEMA_MISMATCH: 'schema',
};

/** In an error's details, as `fault`: the row was sound, so whatever is wrong with the answer is the model's doing. */
export const MODEL_AT_FAULT = 'model';

/** Of rows that were sound, so that whatever is wrong with the answer is the model's doing. */
const SENSELESS_ANSWER: Readonly<Record<string, ModelFault['kind']>> = { PREDICTION_INVALID: 'answers' };

/** What came of work with a model: a value, or what is wrong with the model. */
export type OrFault<T> =
  | { readonly value: T; readonly fault: null }
  | { readonly value: null; readonly fault: ModelFault };

/** @throws what the work throws that is no fault of the model */
export async function orFault<T>(work: () => Promise<T>): Promise<OrFault<T>> {
  try {
    return { value: await work(), fault: null };
  } catch (error) {
    if (!(error instanceof AlphaloomError)) throw error;
    const { code, message } = error;
    const kind = BROKEN_PACKAGE[code] ?? SENSELESS_ANSWER[code];
    if (!kind) throw error;
    return { value: null, fault: { kind, code, message } };
  }
}
