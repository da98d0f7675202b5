import { AlphaloomError } from '../../contracts/errors.ts';
import type { Task } from '../../contracts/tasks.ts';
import type { ModelContract } from '../onnx/contract.ts';

/** What a fit was made for. */
export interface Fitted {
  readonly task: Task;
  readonly featureNames: readonly string[];
  readonly classes: readonly string[];
}

/**
 * A graph is asked for under the contract that was fitted.
 * @throws AlphaloomError MODEL_UNSUPPORTED
 */
export function requireFitted(contract: ModelContract, fitted: Fitted, steps: number): void {
  requireSame('the task', [contract.task], [fitted.task]);
  requireSame('the features', contract.featureNames, fitted.featureNames);
  requireSame('the classes', contract.classes, fitted.classes);
  requireSame('windows of so many bars:', [contract.steps], [steps]);
}

function requireSame(what: string, asked: readonly unknown[], fitted: readonly unknown[]): void {
  if (JSON.stringify(asked) === JSON.stringify(fitted)) return;
  throw new AlphaloomError(
    'MODEL_UNSUPPORTED',
    `The model was asked for with ${what} ${asked.join(', ')}, and was fitted with ${fitted.join(', ')}.`,
    { what, asked, fitted },
  );
}
