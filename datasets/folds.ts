import type { CombinatorialSpec, FoldSpec, WalkForwardSpec } from '../contracts/split.ts';
import { type BarSpan, type LabelTimes, purge, spanOf } from './purge.ts';

/** Rows of one fold, each in time order; training rows know nothing of the others, validation nothing of the test. */
export interface Fold {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
  /** Rows that purging and embargo kept out of training and validation. */
  readonly purgedRows: number;
}

/** A fold before purging; a block of several runs has rows of others between them. */
interface Partition {
  readonly train: Int32Array;
  readonly validation: readonly Int32Array[];
  readonly test: readonly Int32Array[];
}

/**
 * Further partitions of a dataset, one after the other: purged by the rule of `purge.ts`, validation towards test, and
 * training towards both, on both sides. A fold of few rows may leave a block empty.
 * @param rows the labelled rows that may be used, in time order
 */
export function* splitFolds(
  rows: Int32Array,
  times: LabelTimes,
  spec: FoldSpec,
  embargoBars: number,
): Generator<Fold> {
  for (const partition of partitionsOf(rows, spec)) yield purgeFold(partition, times, embargoBars);
}

/** One of these folds, counted from 1; only this one is purged. */
export function foldAt(
  rows: Int32Array,
  times: LabelTimes,
  spec: FoldSpec,
  embargoBars: number,
  number: number,
): Fold {
  let left = number;
  for (const partition of partitionsOf(rows, spec))
    if (--left === 0) return purgeFold(partition, times, embargoBars);
  throw new RangeError(`There is no fold ${number}.`);
}

/** The equal runs of rows that combinatorial folds choose from. */
export function combinatorialGroups(rows: Int32Array, { groups }: CombinatorialSpec): Int32Array[] {
  const border = (group: number) => Math.round((group * rows.length) / groups);
  return Array.from({ length: groups }, (_, group) => rows.subarray(border(group), border(group + 1)));
}

/** The groups (from 0) that each combinatorial fold tests, in the order of the folds. */
export function testedGroups({ groups, testGroups }: CombinatorialSpec): number[][] {
  return [...choices(groups, testGroups)];
}

function partitionsOf(rows: Int32Array, spec: FoldSpec): Generator<Partition> {
  return spec.kind === 'walk-forward' ? walkForward(rows, spec) : combinatorial(rows, spec);
}

/**
 * Test blocks are the rows after the first `initial` share, cut into equal runs. Before each stand its training rows, all
 * (expanding) or as many as before the first (rolling), of which the newest validate.
 */
function* walkForward(rows: Int32Array, spec: WalkForwardSpec): Generator<Partition> {
  const initial = Math.round(spec.initial * rows.length);
  const border = (fold: number) => initial + Math.round((fold * (rows.length - initial)) / spec.folds);
  for (let fold = 0; fold < spec.folds; fold++) {
    const start = border(fold);
    const history = rows.subarray(spec.window === 'rolling' ? start - initial : 0, start);
    const validationStart = history.length - Math.round(spec.validation * history.length);
    yield {
      train: history.subarray(0, validationStart),
      validation: [history.subarray(validationStart)],
      test: [rows.subarray(start, border(fold + 1))],
    };
  }
}

/**
 * Every choice of `testGroups` of `groups` equal runs as test; of the other rows the newest validate. (López de Prado,
 * Advances in Financial Machine Learning, 12.4.)
 */
function* combinatorial(rows: Int32Array, spec: CombinatorialSpec): Generator<Partition> {
  const groups = combinatorialGroups(rows, spec);
  for (const chosen of choices(spec.groups, spec.testGroups)) {
    const others = groups.filter((_, group) => !chosen.includes(group));
    const otherRows = others.reduce((sum, group) => sum + group.length, 0);
    let training = otherRows - Math.round(spec.validation * otherRows);
    const train: Int32Array[] = [];
    const validation: Int32Array[] = [];
    for (const group of others) {
      const taken = Math.min(group.length, training);
      train.push(group.subarray(0, taken));
      validation.push(group.subarray(taken));
      training -= taken;
    }
    yield { train: joined(train), validation, test: chosen.map(group => groups[group]) };
  }
}

function purgeFold({ train, validation, test }: Partition, times: LabelTimes, embargoBars: number): Fold {
  const testSpans = spansOf(test, times);
  const candidates = train.length + joined(validation).length;
  const validating = validation.map(run => purge(run, times, testSpans, embargoBars));
  const evaluated = [...spansOf(validating, times), ...testSpans];
  const fold = {
    train: purge(train, times, evaluated, embargoBars),
    validation: joined(validating),
    test: joined(test),
  };
  return { ...fold, purgedRows: candidates - fold.train.length - fold.validation.length };
}

function spansOf(runs: readonly Int32Array[], times: LabelTimes): BarSpan[] {
  return runs.filter(run => run.length > 0).map(run => spanOf(run, times));
}

/** Every ascending choice of `count` of the numbers from 0 to `of` − 1, in their order. */
function* choices(of: number, count: number, from = 0): Generator<number[]> {
  if (count === 0) yield [];
  for (let first = from; first <= of - count && count > 0; first++)
    for (const rest of choices(of, count - 1, first + 1)) yield [first, ...rest];
}

function joined(runs: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(runs.reduce((sum, run) => sum + run.length, 0));
  let at = 0;
  for (const run of runs) {
    all.set(run, at);
    at += run.length;
  }
  return all;
}
