import type { TrainingSession } from '../training-session.ts';
import { BatchLoader, type NetRows } from './net-rows.ts';
import type { Objective } from './objective.ts';

/**
 * Scores `[rows, outputs]` of all rows in their order, gathered part by part.
 * @param rowsPerRun of the session's evaluation
 */
export async function scoreRows(
  session: TrainingSession,
  rows: NetRows,
  outputs: number,
  rowsPerRun: number,
): Promise<Float32Array> {
  const count = rows.windows.ends.length;
  const scores = new Float32Array(count * outputs);
  const loader = new BatchLoader(rows, rowsPerRun);
  const all = Int32Array.from({ length: count }, (_, row) => row);
  for (let from = 0; from < count; from += rowsPerRun) {
    const part = all.subarray(from, from + rowsPerRun);
    scores.set(await session.evaluate(loader.load(part), part.length), from * outputs);
  }
  return scores;
}

/** Mean loss of scored rows, each by its own weight × its class's. */
export function meanLoss(scores: Float32Array, outputs: number, rows: NetRows, objective: Objective): number {
  let total = 0;
  let weights = 0;
  for (let row = 0; row < rows.label.length; row++) {
    const weight = (rows.weight?.[row] ?? 1) * objective.classWeight(rows.label[row]);
    // A class that no training row has weighs nothing, and its loss may be infinite.
    if (weight === 0) continue;
    total += weight * objective.rowLoss(scores, row * outputs, rows, row);
    weights += weight;
  }
  return total / weights;
}
