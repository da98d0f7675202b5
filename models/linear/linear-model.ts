import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Task } from '../../contracts/tasks.ts';
import type { WindowTable } from '../../features/window.ts';
import { writeFileAtomic } from '../../storage/files.ts';
import { type Scaling, scaleRows } from './scaling.ts';

const FIT_FILE = 'fit.json';

/** Scores that are sums of scaled features. */
export interface LinearModel {
  readonly scaling: Scaling;
  /** Per score a coefficient for each scaled feature. */
  readonly coefficients: readonly (readonly number[])[];
  /** Per score: its mean over the training rows. */
  readonly intercepts: readonly number[];
}

/** `fit.json`: the whole model, and how the training went. */
export interface LinearFit extends LinearModel {
  readonly task: Task;
  readonly featureNames: readonly string[];
  readonly classes: readonly string[];
  readonly losses: readonly number[];
}

export async function writeLinearFit(folder: string, fit: LinearFit): Promise<void> {
  await writeFileAtomic(join(folder, FIT_FILE), `${JSON.stringify(fit, null, 1)}\n`);
}

export async function readLinearFit(folder: string): Promise<LinearFit> {
  return JSON.parse(await readFile(join(folder, FIT_FILE), 'utf8')) as LinearFit;
}

/** `[rows, scores]` */
export function linearScores(fit: LinearModel, windows: WindowTable): Float64Array {
  const { coefficients, intercepts, scaling } = fit;
  const { features, ends } = windows;
  const scores = intercepts.length;
  const out = new Float64Array(ends.length * scores);
  const scaled = new Float64Array(features);
  for (let row = 0; row < ends.length; row += 1) {
    scaleRows(windows, scaling, row, row + 1, scaled, 1);
    for (let score = 0; score < scores; score += 1) {
      let sum = intercepts[score];
      for (let feature = 0; feature < features; feature += 1)
        sum += coefficients[score][feature] * scaled[feature];
      out[row * scores + score] = sum;
    }
  }
  return out;
}
