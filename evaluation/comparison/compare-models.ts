import { isDeepStrictEqual } from 'node:util';
import type { Candles } from '../../contracts/candles.ts';
import type { Advantage, Comparison, Look, LookPlan, Measure } from '../../contracts/comparison.ts';
import { type DecisionRule, decideClasses, decidedProbabilities } from '../../contracts/decision.ts';
import type { CostSpec, GateSpec, LabelSpec } from '../../contracts/recipe.ts';
import type { MarketKind } from '../../contracts/series.ts';
import { DECIDED_CLASSES, type Task } from '../../contracts/tasks.ts';
import { type BootstrapSpec, MIN_BLOCKS } from '../../statistics/bootstrap.ts';
import { confusionCounts, matthewsCorrelation } from '../../statistics/confusion.ts';
import { checkProbabilities } from '../../statistics/probabilities.ts';
import { expandedTail } from '../../statistics/student.ts';
import { playBlock } from '../play-block.ts';
import { aucAdvantage, mccAdvantage, returnAdvantage } from './advantages.ts';
import { countFresh, drawsFor, lookBlockRows } from './looks.ts';
import { hindrance, type Standing, verdict } from './verdict.ts';

/** What a model answers on the rows, and how that becomes decisions. */
export interface Answers {
  readonly decision: DecisionRule;
  /** Row-major `[rows, outputs]`, on the same rows as every other model's. */
  readonly answers: Float32Array;
}

export interface ComparedModel extends Answers {
  readonly version: number;
  readonly tradable: boolean;
  /** Open time of the bar at which its last training or validation label was decided. */
  readonly trainedThroughTime: number;
  /** Open time of the newest bar of its data. */
  readonly dataToTime: number;
  readonly labels: LabelSpec;
  readonly task: Task;
}

export interface ComparisonInput {
  readonly series: string;
  readonly candidate: ComparedModel;
  /** Null: there is none, and the constant baseline stands in. */
  readonly champion: ComparedModel | null;
  /** The candidate's training with other seeds; null where they were not trained. */
  readonly otherSeeds: readonly (Answers & { readonly seed: number })[] | null;
  /** Open time of each row's bar, ascending. Rows that a model has seen may be among them; they are left out. */
  readonly openTime: Float64Array;
  /** Bar of each row in `candles`. */
  readonly bar: Int32Array;
  /** The decided class that was right by the candidate's labels; −1 where it is not known: such rows are left out. */
  readonly label: Int8Array;
  readonly candles: Candles;
  /** Per bar, the volatility that the labels' barriers are counted in. */
  readonly atr: Float64Array;
  readonly signalSides: Int8Array | null;
  readonly costs: CostSpec;
  readonly market: MarketKind;
  /** Of the candidate's recipe. */
  readonly gate: GateSpec;
  readonly plan: LookPlan;
}

/**
 * Judges a candidate on bars after both models' last training and validation label, at the level of its look. Against a
 * champion by the paired difference of net returns per bar where the champion is tradable, else of MCC; without one by MCC
 * above 0 and directional AUC above ½, or by what its recipe's gate requires instead. It passes where the candidate and the mean over its seeds are ahead, fails where
 * it is shown to be behind; whatever does not pass keeps things as they are.
 * @throws AlphaloomError PREDICTION_INVALID where a model's probabilities are none
 */
export function compareModels(input: ComparisonInput): Comparison {
  const { candidate, champion } = input;
  const rows = unseenRows(input);
  const openTime = Float64Array.from(rows, row => input.openTime[row]!);
  const label = Int8Array.from(rows, row => input.label[row]!);
  const decided = [candidate, ...(input.otherSeeds ?? [])].map(model =>
    decideRows(rows, candidate.task, model, input),
  );
  const rival = champion && decideRows(rows, champion.task, champion, input);
  const classes = Math.max(...[candidate, champion ?? candidate].map(({ task }) => classesOf(task).length));
  const standing = standingOf(input, openTime);
  const hindered = hindrance(standing);
  const look = hindered ? null : lookOf(standing, openTime);
  const mccs = decided.map(({ predicted }) => mccOf(label, predicted, classes));
  const facts = {
    series: input.series,
    candidate: candidate.version,
    champion: champion?.version ?? null,
    bars: rows.length,
    fromTime: openTime[0] ?? null,
    toTime: openTime.at(-1) ?? null,
    candidateMcc: mccs[0]!,
    championMcc: rival && mccOf(label, rival.predicted, classes),
    otherSeeds: (input.otherSeeds ?? []).map(({ seed }, at) => ({ seed, mcc: mccs[at + 1]! })),
    advantages: look ? measureAdvantages({ input, look, rows, label, classes, decided, rival }) : NOTHING,
    decidedBy: standing.decidedBy,
    look,
  };
  return { ...facts, rule: hindered ?? verdict(facts, standing) };
}

function standingOf(input: ComparisonInput, openTime: Float64Array): Standing {
  const { candidate, champion, gate, plan } = input;
  const bars = openTime.length;
  const blocks = Math.floor(bars / lookBlockRows(bars, candidate.labels.horizonBars));
  const tail = blocks > 1 ? expandedTail(plan.level, blocks) : plan.level;
  return {
    candidate,
    champion,
    bars,
    freshBars: countFresh(openTime, plan.used),
    leastBars: leastBars(input),
    tail,
    draws: drawsFor(tail, gate.bootstrapDraws),
    seedsMissing: input.otherSeeds === null,
    sameQuestion: champion === null || isDeepStrictEqual(questionOf(candidate), questionOf(champion)),
    decidedBy: measuresOf(input),
    gate,
    plan,
  };
}

/** Of what nothing hinders. */
function lookOf({ plan, bars, freshBars, tail, draws }: Standing, openTime: Float64Array): Look {
  const { number, level } = plan;
  const [fromTime, toTime] = [openTime[0]!, openTime.at(-1)!];
  return { number, level, fromTime, toTime, bars, freshBars, tail, draws: draws! };
}

/** What a model's answers are right or wrong about. */
function questionOf({ labels, decision }: ComparedModel) {
  return { labels, breakEven: decision.returns?.breakEven };
}

const NOTHING: Comparison['advantages'] = { mcc: null, netReturnPerBar: null, directionalAuc: null };

function unseenRows({ candidate, champion, openTime, label }: ComparisonInput): Int32Array {
  const seenThrough = Math.max(candidate.trainedThroughTime, champion?.trainedThroughTime ?? 0);
  return Int32Array.from(openTime.keys()).filter(row => openTime[row]! > seenThrough && label[row]! >= 0);
}

interface Decided {
  readonly predicted: Int8Array;
  /** Row-major `[rows, decided classes]`. */
  readonly probabilities: Float32Array;
}

function decideRows(rows: Int32Array, task: Task, model: Answers, { openTime }: ComparisonInput): Decided {
  const width = classesOf(task).length;
  const all = decidedProbabilities(task, model.answers, model.decision);
  checkProbabilities(all, openTime.length, width);
  const probabilities = new Float32Array(rows.length * width);
  for (const [at, row] of rows.entries())
    probabilities.set(all.subarray(row * width, (row + 1) * width), at * width);
  return { probabilities, predicted: decideClasses(task, probabilities, model.decision) };
}

function classesOf(task: Task): readonly string[] {
  return DECIDED_CLASSES[task];
}

function leastBars({ candidate, champion, gate }: ComparisonInput): number {
  const asked = champion === null ? gate.minTestRows : gate.minComparisonBars;
  return Math.max(asked, MIN_BLOCKS * 2 * candidate.labels.horizonBars);
}

const SKILL: readonly Measure[] = ['mcc', 'directionalAuc'];
const EARNINGS: readonly Measure[] = ['netReturnPerBar'];

/**
 * Net returns decide where the champion is tradable: it must not yield to what earns less. A first champion must show what
 * its recipe's gate requires, skill unless that says otherwise.
 */
function measuresOf({ champion, gate: { rules } }: ComparisonInput): readonly Measure[] {
  if (champion !== null) return champion.tradable ? EARNINGS : ['mcc'];
  const earns = rules.edge === 'required';
  if (rules.skill === 'reported' && earns) return EARNINGS;
  return earns ? [...SKILL, ...EARNINGS] : SKILL;
}

interface Measured {
  readonly input: ComparisonInput;
  readonly look: Look;
  readonly rows: Int32Array;
  readonly label: Int8Array;
  readonly classes: number;
  readonly decided: readonly Decided[];
  readonly rival: Decided | null;
}

function measureAdvantages(measured: Measured): Comparison['advantages'] {
  const { input, look, label, classes, decided, rival } = measured;
  const { candidate, gate } = input;
  const specOf = (rows: number): BootstrapSpec => ({
    rows,
    blockRows: lookBlockRows(rows, candidate.labels.horizonBars),
    draws: look.draws,
    seed: gate.bootstrapSeed,
    level: 2 * look.tail,
  });
  const spec = specOf(label.length);
  const answers = decided.map(({ predicted }) => predicted);
  return {
    mcc: mccAdvantage(label, answers, rival?.predicted ?? null, classes, spec),
    directionalAuc:
      rival === null
        ? aucAdvantage(
            label,
            decided.map(({ probabilities }) => probabilities),
            classesOf(candidate.task),
            spec,
          )
        : null,
    netReturnPerBar: earnings(measured, specOf),
  };
}

/** All are played on the same bars, as they were labelled and at the candidate's costs; who has no rival competes with cash. */
function earnings(
  { input, rows, decided, rival }: Measured,
  specOf: (rows: number) => BootstrapSpec,
): Advantage {
  const bar = Int32Array.from(rows, row => input.bar[row]!);
  const played = (models: readonly Decided[]) =>
    models.map(
      ({ predicted }) =>
        playBlock({
          task: input.candidate.task,
          predicted,
          bar,
          signalSides: input.signalSides,
          candles: input.candles,
          atr: input.atr,
          labels: input.candidate.labels,
          costs: input.costs,
          market: input.market,
        }).netReturns,
    );
  const own = played(decided);
  const bars = own[0]!.length;
  const [rivals = new Float64Array(bars)] = rival ? played([rival]) : [];
  return returnAdvantage(own, rivals, specOf(bars));
}

function mccOf(label: Int8Array, answers: Int8Array, classes: number): number | null {
  return label.length ? matthewsCorrelation(confusionCounts(label, answers, classes), classes) : null;
}
