import { AlphaloomError } from '../../contracts/errors.ts';
import type { Recipe, TrainSpec } from '../../contracts/recipe.ts';
import { parseEnsembleParams } from '../ensembles/params.ts';
import { cnnLstm } from './cnn-lstm.ts';
import { ensembleOf } from './ensemble.ts';
import type { Estimator } from './estimator.ts';
import { gru } from './gru.ts';
import { imported } from './imported.ts';
import { lightgbm } from './lightgbm.ts';
import { logistic } from './logistic.ts';
import { lstm } from './lstm.ts';
import { mlp } from './mlp.ts';
import { ppo } from './ppo.ts';
import { randomForest } from './random-forest.ts';
import { temporalConv } from './temporal-conv.ts';
import { xgboost } from './xgboost.ts';

/** Every estimator by the name recipes call it; an ensemble is made of them. */
const ESTIMATORS: Readonly<Record<string, Estimator>> = Object.fromEntries(
  [lightgbm, xgboost, randomForest, logistic, cnnLstm, gru, lstm, mlp, temporalConv, ppo, imported].map(
    estimator => [estimator.name, estimator],
  ),
);

const ENSEMBLE = 'ensemble';
/** Those that a recipe can train, and those of them that can be mixed: a policy's answers are no probabilities of what comes. */
const TRAINABLE = Object.keys(ESTIMATORS).filter(name => name !== imported.name);
const MEMBERS = TRAINABLE.filter(name => ESTIMATORS[name].calibrates);

/** @throws AlphaloomError RECIPE_INVALID */
export function findEstimator(name: string): Estimator {
  return find(name, Object.keys(ESTIMATORS), 'train.members.estimator');
}

/**
 * What learns as a recipe's section `train` says.
 * @throws AlphaloomError RECIPE_INVALID
 */
export function estimatorOf(train: TrainSpec): Estimator {
  if (train.estimator === ENSEMBLE) return ensembleOf(membersOf(train));
  if (train.estimator === imported.name) return imported;
  return find(train.estimator, [...TRAINABLE, ENSEMBLE], 'train.estimator');
}

/**
 * A recipe's section `train` with the defaults of its estimator's parameters filled in.
 * @throws AlphaloomError RECIPE_INVALID naming each path, its value and what is allowed
 */
export function parseTrain({ train, task }: Pick<Recipe, 'train' | 'task'>): TrainSpec {
  const { tasks } = estimatorOf(train);
  if (!tasks.includes(task))
    throw wrong('task', `${train.estimator} can learn ${tasks.join(', ')} (got ${JSON.stringify(task)})`);
  if (train.estimator !== ENSEMBLE) {
    if (train.members) throw wrong('train.members', 'only the estimator ensemble has members; leave it out');
    return { ...train, params: estimatorOf(train).parseParams(train.params) };
  }
  const members = membersOf(train).map(({ estimator, train: own }, at) => {
    try {
      return { ...train.members![at], params: estimator.parseParams(own.params) };
    } catch (error) {
      throw atMember(error, at);
    }
  });
  return { ...train, params: parseEnsembleParams(train.params), members };
}

function membersOf(train: TrainSpec) {
  const { members } = train;
  if (!members) throw wrong('train.members', 'an ensemble needs two to ten members, each with its estimator');
  return members.map(({ estimator: name, seed = train.seed, params }, at) => ({
    estimator: find(name, MEMBERS, `train.members.${at}.estimator`),
    train: { ...train, estimator: name, seed, params, members: undefined },
  }));
}

function find(name: string, allowed: readonly string[], path: string): Estimator {
  if (allowed.includes(name) && Object.hasOwn(ESTIMATORS, name)) return ESTIMATORS[name];
  throw new AlphaloomError(
    'RECIPE_INVALID',
    `${path} must be one of ${allowed.join(', ')} (got ${JSON.stringify(name)}).`,
    { problems: [{ path, value: name, allowed }] },
  );
}

function wrong(path: string, what: string): AlphaloomError {
  return new AlphaloomError('RECIPE_INVALID', `${path}: ${what}.`, { problems: [{ path, allowed: what }] });
}

/** The same problem, at the member's place in the recipe. */
function atMember(error: unknown, at: number): unknown {
  if (!(error instanceof AlphaloomError)) return error;
  const message = error.message.replaceAll('train.params.', `train.members.${at}.params.`);
  return new AlphaloomError(error.code, message, error.details, { cause: error });
}
