import { isDeepStrictEqual } from 'node:util';
import { type DecisionRule, decideClasses, decidedProbabilities } from '../contracts/decision.ts';
import type { Comparison, Estimate, RuleResult } from '../contracts/evidence.ts';
import type { GateSpec, LabelSpec } from '../contracts/recipe.ts';
import { DECIDED_CLASSES, type Task } from '../contracts/tasks.ts';
import { decimals, interval } from '../contracts/wording.ts';
import { bootstrapIntervals, MIN_BLOCKS } from '../statistics/bootstrap.ts';
import { confusionCounts, matthewsCorrelation } from '../statistics/confusion.ts';
import { checkProbabilities } from '../statistics/probabilities.ts';
import { pairedDifference } from '../statistics/resampled.ts';
import { mccStatistic } from '../statistics/resampled-classification.ts';
import { bootstrapSpec } from './score.ts';

export interface ComparedModel {
  readonly version: number;
  readonly tradable: boolean;
  /** Open time of the bar at which its last training or validation label was decided. */
  readonly trainedThroughTime: number;
  readonly labels: LabelSpec;
  readonly task: Task;
  readonly decision: DecisionRule;
  /** Row-major `[rows, outputs]`, on the same rows as the other model's. */
  readonly answers: Float32Array;
}

export interface ComparisonInput {
  readonly series: string;
  readonly candidate: ComparedModel;
  readonly champion: ComparedModel;
  /** Open time of each row's bar, ascending. Rows that a model has seen may be among them; they are left out. */
  readonly openTime: Float64Array;
  /** The decided class that was right by the candidate's labels; −1 where it is not known: such rows are left out. */
  readonly label: Int8Array;
  /** Of the candidate's recipe. */
  readonly gate: GateSpec;
}

/**
 * Candidate against champion on bars after both models' last training and validation label: the difference of their MCC
 * with a paired moving-block interval. Passes if the interval lies above 0 and no tradable champion would yield to a
 * candidate that is not; fails if it lies below 0; else nothing is shown. Whatever does not pass keeps the champion.
 * @throws AlphaloomError PREDICTION_INVALID where a model's probabilities are none
 */
export function compareModels(input: ComparisonInput): Comparison {
  const { candidate, champion, openTime } = input;
  const classes = Math.max(...[candidate, champion].map(({ task }) => DECIDED_CLASSES[task].length));
  const rows = unseenRows(input);
  const label = Int8Array.from(rows, row => input.label[row]!);
  const candidateAnswers = answersOn(rows, candidate, input);
  const championAnswers = answersOn(rows, champion, input);
  const { mcc } = bootstrapIntervals(
    pairedDifference(
      mccStatistic(label, candidateAnswers, classes),
      mccStatistic(label, championAnswers, classes),
    ),
    bootstrapSpec(rows.length, candidate.labels, input.gate),
  );
  const facts: Omit<Comparison, 'rule'> = {
    series: input.series,
    candidate: candidate.version,
    champion: champion.version,
    bars: rows.length,
    fromTime: openTime[rows[0] ?? -1] ?? null,
    toTime: openTime[rows.at(-1) ?? -1] ?? null,
    candidateMcc: mccOf(label, candidateAnswers, classes),
    championMcc: mccOf(label, championAnswers, classes),
    difference: rows.length > 0 ? mcc : NOTHING,
  };
  return { ...facts, rule: judge(facts, input) };
}

/** What a model's answers are right or wrong about. */
function questionOf({ labels, decision }: ComparedModel) {
  return { labels, breakEven: decision.returns?.breakEven };
}

const NOTHING: Estimate = { value: null, low: null, high: null };

function unseenRows({ candidate, champion, openTime, label }: ComparisonInput): Int32Array {
  const seenThrough = Math.max(candidate.trainedThroughTime, champion.trainedThroughTime);
  return Int32Array.from(openTime.keys()).filter(row => openTime[row]! > seenThrough && label[row]! >= 0);
}

function answersOn(rows: Int32Array, model: ComparedModel, input: ComparisonInput): Int8Array {
  const { task, decision } = model;
  const probabilities = decidedProbabilities(task, model.answers, decision);
  checkProbabilities(probabilities, input.openTime.length, DECIDED_CLASSES[task].length);
  const answers = decideClasses(task, probabilities, decision);
  return Int8Array.from(rows, row => answers[row]!);
}

function mccOf(label: Int8Array, answers: Int8Array, classes: number): number | null {
  return label.length ? matthewsCorrelation(confusionCounts(label, answers, classes), classes) : null;
}

function judge(facts: Omit<Comparison, 'rule'>, { candidate, champion, gate }: ComparisonInput): RuleResult {
  const { difference, bars, candidateMcc, championMcc } = facts;
  return {
    rule: 'against-champion',
    required: true,
    threshold: `low(candidate mcc − champion mcc) > 0 on at least ${gate.minComparisonBars} bars that neither has seen; a tradable champion yields only to a tradable candidate`,
    numbers: {
      bars,
      candidateMcc,
      championMcc,
      difference: difference.value,
      differenceLow: difference.low,
      differenceHigh: difference.high,
      candidateTradable: Number(candidate.tradable),
      championTradable: Number(champion.tradable),
    },
    ...verdict(),
  };

  function verdict(): Pick<RuleResult, 'outcome' | 'reason'> {
    const names = `v${facts.candidate} against v${facts.champion}`;
    const shown = `MCC ${decimals(candidateMcc)} against ${decimals(championMcc)}, difference ${interval(difference, decimals)}, on ${bars} bars`;
    if (champion.tradable && !candidate.tradable) {
      return {
        outcome: 'fail',
        reason: `The champion v${facts.champion} is tradable and v${facts.candidate} is not, so it does not yield.`,
      };
    }
    if (!isDeepStrictEqual(questionOf(candidate), questionOf(champion))) {
      return {
        outcome: 'inconclusive',
        reason: `${names}: their labels differ, so they answer different questions and an operator has to choose.`,
      };
    }
    const asked = Math.max(gate.minComparisonBars, MIN_BLOCKS * 2 * candidate.labels.horizonBars);
    if (bars < asked || difference.low === null || difference.high === null) {
      return {
        outcome: 'inconclusive',
        reason: `${names}: ${bars === 1 ? '1 bar that neither has seen is' : `${bars} bars that neither has seen are`} too few to tell (${asked} are asked).`,
      };
    }
    if (difference.low > 0) return { outcome: 'pass', reason: `${names}: it is better (${shown}).` };
    if (difference.high < 0) return { outcome: 'fail', reason: `${names}: it is worse (${shown}).` };
    return { outcome: 'inconclusive', reason: `${names}: no difference is shown (${shown}).` };
  }
}
