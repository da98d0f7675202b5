import { decideClasses, decidedProbabilities } from '../contracts/decision.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { asDirection } from './approval.ts';
import type { MarketView } from './market-view.ts';
import { MODEL_AT_FAULT } from './model-faults.ts';
import { decisionOf } from './package.ts';
import type { ModelAnswer } from './prediction-json.ts';
import type { ServingModel } from './serving-model.ts';

const DAY_MS = 86_400_000;

/** @throws AlphaloomError MODEL_EXPIRED */
export function requireYoung(model: ServingModel, view: MarketView): void {
  const error = tooOld(model, view);
  if (error) throw error;
}

/** What is to be said of a model whose data ends longer ago than its recipe allows; null of others. */
export function tooOld({ meta, version }: ServingModel, { barTime }: MarketView): AlphaloomError | null {
  const ageDays = (barTime - meta.dataset.lastTime) / DAY_MS;
  if (ageDays <= meta.recipe.maxModelAgeDays) return null;
  return new AlphaloomError(
    'MODEL_EXPIRED',
    `its data ends ${Math.floor(ageDays)} days before this bar; its recipe allows ${meta.recipe.maxModelAgeDays}`,
    { version: version.version, ageDays },
  );
}

/** @throws AlphaloomError what keeps its input from being computed, or its answer from being one */
export async function askModel(model: ServingModel, view: MarketView): Promise<ModelAnswer> {
  const { meta } = model;
  const window = await view.window(model);
  const rule = decisionOf(meta);
  const probabilities = decidedProbabilities(
    meta.task,
    await model.session.run(window, 1).catch(blameModel),
    rule,
  );
  const [answered] = decideClasses(meta.task, probabilities, rule);
  if (meta.task !== 'approve2')
    return { model, window, answered, probabilities, decided: answered, approval: null };
  return { model, window, answered, ...asDirection(probabilities, answered, view.signalSide(model)) };
}

/** The row was sound, so whatever is wrong with the answer is the model's doing, not the market's. */
function blameModel(error: unknown): never {
  if (!(error instanceof AlphaloomError)) throw error;
  const { code, message, details } = error;
  throw new AlphaloomError(code, message, { ...details, fault: MODEL_AT_FAULT }, { cause: error });
}
