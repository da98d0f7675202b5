import type { MarketBars } from '../../contracts/candles.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { ModelCheck } from '../../contracts/model-check.ts';
import { copyWindows } from '../../features/window.ts';
import { runRows } from '../../models/onnx/row-chunks.ts';
import { warmUpOf, windowsOf } from '../answer-bars.ts';
import type { ServingModel } from '../serving-model.ts';
import type { Check, Subject } from './check.ts';
import { batchInvariance, concurrency, determinism, servedAsJudged } from './consistency.ts';
import { extremes, limits, malformed, missing } from './inputs.ts';
import { answerRates, latency } from './service.ts';

/** The checks, a line each, in the order of the table. */
const CHECKS: readonly Check[] = [
  servedAsJudged,
  missing,
  extremes,
  limits,
  malformed,
  batchInvariance,
  determinism,
  concurrency,
  latency,
  answerRates,
];

/** What a version is put to the test with. */
export interface Trial {
  readonly model: ServingModel;
  /** The same version opened once more. */
  readonly again: ServingModel;
  /** From the series' anchor on, with the model's leader joined. */
  readonly bars: MarketBars;
  /** How many of the newest bars it is asked about. */
  readonly newest: number;
  /** The window of the last bar as serving computes it, bar by bar. */
  readonly servedWindow: Float32Array;
  monotonicMs(): number;
}

/**
 * Puts a served model to the test on the newest bars of its series.
 * @throws AlphaloomError CANDLES_TOO_FEW without a bar it can answer for; PREDICTION_INVALID where it answers real bars with nonsense
 */
export async function checkModel(trial: Trial): Promise<ModelCheck[]> {
  const subject = await subjectOf(trial);
  const found: ModelCheck[] = [];
  for (const check of CHECKS) found.push(await carryOut(check, subject));
  return found;
}

async function subjectOf({ model, again, bars, newest, servedWindow, monotonicMs }: Trial): Promise<Subject> {
  const count = bars.openTime.length;
  const from = Math.max(warmUpOf(model), count - newest);
  if (from >= count) {
    throw new AlphaloomError(
      'CANDLES_TOO_FEW',
      `The series has ${count} bars; v${model.version.version} needs ${warmUpOf(model) + 1} to answer once.`,
      { bars: count, needed: warmUpOf(model) + 1 },
    );
  }
  const ends = Int32Array.from({ length: count - from }, (_, row) => from + row);
  const table = windowsOf(model, bars, ends);
  const rows = ends.length;
  const windows = new Float32Array(rows * table.steps * table.features);
  copyWindows(table, 0, rows, windows);
  const answers = await runRows(model.session, table);
  return { model, again, windows, rows, answers, servedWindow, monotonicMs };
}

async function carryOut(check: Check, subject: Subject): Promise<ModelCheck> {
  const { numbers, problem } = await check.run(subject).catch(named);
  const outcome = problem === null ? 'pass' : 'fail';
  return { check: check.name, outcome, must: check.must(subject), numbers, problem };
}

/** A check that the model does not get through has failed; a fault of the program has not been judged. */
function named(error: unknown): Pick<ModelCheck, 'numbers' | 'problem'> {
  if (!(error instanceof AlphaloomError)) throw error;
  return { numbers: {}, problem: `${error.code}: ${error.message}` };
}
