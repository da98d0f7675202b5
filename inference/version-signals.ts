import type { Signals } from '../contracts/backtest.ts';
import type { SignalCounts } from '../contracts/backtest-document.ts';
import type { MarketBars } from '../contracts/candles.ts';
import { decideClasses, decidedProbabilities } from '../contracts/decision.ts';
import type { PackageMeta } from '../contracts/package.ts';
import { DECIDED_CLASSES, LONG, NO_TRADE, SHORT } from '../contracts/tasks.ts';
import { reversionSides } from '../datasets/labels/sigma-reversion.ts';
import { volatilityOf, volatilityPerBar } from '../datasets/labels/volatility.ts';
import { type AnsweringModel, answerRows, featureColumns } from './answer-bars.ts';
import { asDirection } from './approval.ts';
import { knownRows } from './known-rows.ts';
import { decisionOf } from './package.ts';

const DAY_MS = 86_400_000;

export interface SignalRequest {
  /** From the series' anchor on, with the model's leader joined. */
  readonly bars: MarketBars;
  /** Bars [fromBar, toBar) are asked about. */
  readonly fromBar: number;
  readonly toBar: number;
  /** Whether a model that is older than its recipe allows answers all the same; serving would hold. */
  readonly ignoreAge: boolean;
}

/** Columns as long as the bars. */
export interface VersionSignals {
  readonly signals: Signals;
  readonly counts: SignalCounts;
}

/**
 * What a version says at the close of each bar, as `predict` would have said then: by the package's decision rule, nothing
 * where an input is missing that never was in training, where its leader has no bar, or where its age has passed. A model
 * that approves takes the signals that its labels judge, each in its own direction.
 * @throws AlphaloomError FEATURE_INPUT_MISSING; PREDICTION_INVALID where the model answers with no probabilities
 */
export async function versionSignals(
  model: AnsweringModel,
  { bars, fromBar, toBar, ignoreAge }: SignalRequest,
): Promise<VersionSignals> {
  const { meta } = model;
  const { labels } = meta.recipe;
  const lastAnswered = ignoreAge ? Number.POSITIVE_INFINITY : expiryTime(meta);
  const columns = featureColumns(model, bars);
  const isKnown = knownRows(meta, columns, bars);
  const asked: number[] = [];
  let expired = 0;
  for (let bar = fromBar; bar < toBar; bar++) {
    if (bars.openTime[bar] > lastAnswered) expired++;
    else if (isKnown[bar]) asked.push(bar);
  }
  const rows = Int32Array.from(asked);
  const answers = await answerRows(model, columns, rows);
  const { direction, confidence } = decideRows(meta, answers, rows, bars);
  return {
    signals: { direction, confidence, volatility: volatilityPerBar(bars, volatilityOf(labels)) },
    counts: countSignals(direction, fromBar, toBar, expired),
  };
}

/** Open time of the last bar that a package may be asked about: as the predictor counts its age. */
export function expiryTime({ dataset, recipe }: Pick<PackageMeta, 'dataset' | 'recipe'>): number {
  return dataset.lastTime + recipe.maxModelAgeDays * DAY_MS;
}

function decideRows(
  meta: PackageMeta,
  answers: Float32Array,
  rows: Int32Array,
  bars: MarketBars,
): { direction: Int8Array; confidence: Float32Array } {
  const { task, recipe } = meta;
  const rule = decisionOf(meta);
  const probabilities = decidedProbabilities(task, answers, rule);
  const decided = decideClasses(task, probabilities, rule);
  const width = DECIDED_CLASSES[task].length;
  const sides = recipe.labels.kind === 'sigma-reversion' ? reversionSides(bars, recipe.labels) : null;
  const direction = new Int8Array(bars.openTime.length).fill(-1);
  const confidence = new Float32Array(direction.length);
  for (let row = 0; row < rows.length; row++) {
    const bar = rows[row];
    const answer = probabilities.subarray(row * width, (row + 1) * width);
    const taken =
      sides === null
        ? { decided: decided[row], probabilities: answer }
        : asDirection(answer, decided[row], sides[bar]);
    direction[bar] = taken.decided;
    confidence[bar] = taken.probabilities[taken.decided];
  }
  return { direction, confidence };
}

function countSignals(direction: Int8Array, fromBar: number, toBar: number, expired: number): SignalCounts {
  const counts = new Map<number, number>();
  for (const decided of direction.subarray(fromBar, toBar))
    counts.set(decided, (counts.get(decided) ?? 0) + 1);
  const count = (decided: number) => counts.get(decided) ?? 0;
  return {
    long: count(LONG),
    short: count(SHORT),
    noTrade: count(NO_TRADE),
    unanswered: count(-1) - expired,
    expired,
  };
}
