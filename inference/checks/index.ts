import type { MarketBars } from '../../contracts/candles.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { ModelCheck } from '../../contracts/model-check.ts';
import type { ModelFault } from '../../contracts/probation.ts';
import { copyWindows, windowTable } from '../../features/window.ts';
import { runRows } from '../../models/onnx/row-chunks.ts';
import { featureColumns, warmUpOf } from '../answer-bars.ts';
import { knownRows } from '../known-rows.ts';
import { orFault } from '../model-faults.ts';
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
 * Puts a served model to the test on the newest bars of its series that serving would ask it about. One that answers these with
 * nonsense has failed the only check that is left.
 * @throws AlphaloomError CANDLES_TOO_FEW without a bar it can answer for
 */
export async function checkModel(trial: Trial): Promise<ModelCheck[]> {
  const { value: subject, fault } = await orFault(() => subjectOf(trial));
  if (fault) return [senseless(fault)];
  const found: ModelCheck[] = [];
  for (const check of CHECKS) found.push(await carryOut(check, subject));
  return found;
}

async function subjectOf({ model, again, bars, newest, servedWindow, monotonicMs }: Trial): Promise<Subject> {
  const count = bars.openTime.length;
  const needed = warmUpOf(model) + 1;
  const from = Math.max(needed - 1, count - newest);
  const columns = featureColumns(model, bars);
  const isKnown = knownRows(model.meta, columns, bars);
  const ends = Int32Array.from(bars.openTime.keys()).filter(bar => bar >= from && isKnown[bar] === 1);
  if (ends.length === 0) {
    throw new AlphaloomError(
      'CANDLES_TOO_FEW',
      `The series has ${count} bars; v${model.version.version} needs ${needed} to answer once, and inputs without gaps.`,
      { bars: count, needed },
    );
  }
  const table = windowTable(columns, ends, model.meta.steps);
  const rows = ends.length;
  const windows = new Float32Array(rows * table.steps * table.features);
  copyWindows(table, 0, rows, windows);
  const answers = await runRows(model.session, table);
  return { model, again, windows, rows, answers, servedWindow, monotonicMs };
}

function senseless({ code, message }: ModelFault): ModelCheck {
  const must = 'the newest bars are answered with what its task asks for';
  return { check: 'answers', outcome: 'fail', must, numbers: {}, problem: `${code}: ${message}` };
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
