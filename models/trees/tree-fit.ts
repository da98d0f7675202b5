import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Task } from '../../contracts/tasks.ts';
import { writeFileAtomic } from '../../storage/files.ts';
import type { TreeLearner } from './learners.ts';
import type { TreeModel } from './tree-model.ts';

const FIT_FILE = 'fit.json';

/** `fit.json`: how the training went; nothing in it depends on time or machine. */
export interface TreeFit {
  readonly task: Task;
  readonly featureNames: readonly string[];
  readonly classes: readonly string[];
  /** What the model's answer is multiplied by: the unit in which a number was learnt, else 1. */
  readonly unit: number;
  readonly keptRound: number;
  /** Validation loss of each round. */
  readonly losses: readonly number[];
  /** Gain per feature. */
  readonly gains: readonly number[];
}

/** Writes the fit and its model, in the library's own format, which that library reads too. */
export async function writeTreeFit(
  folder: string,
  { modelFile }: TreeLearner,
  modelText: string,
  fit: TreeFit,
): Promise<void> {
  await writeFileAtomic(join(folder, modelFile), modelText);
  await writeFileAtomic(join(folder, FIT_FILE), `${JSON.stringify(fit, null, 1)}\n`);
}

export async function readTreeFit(folder: string): Promise<TreeFit> {
  return JSON.parse(await readFile(join(folder, FIT_FILE), 'utf8')) as TreeFit;
}

export async function readModelText(folder: string, { modelFile }: TreeLearner): Promise<string> {
  return await readFile(join(folder, modelFile), 'utf8');
}

/** The model whose leaves are in the target's own unit. Units are powers of two: nothing is rounded. */
export function inTargetUnit(model: TreeModel, unit: number): TreeModel {
  if (unit === 1) return model;
  const trees = model.trees.map(tree => ({
    ...tree,
    leafValue: tree.leafValue.map(value => value * unit),
  }));
  return { ...model, trees };
}
