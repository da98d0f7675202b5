import type { Evaluation, EvaluationResult, FoldScore, PathScore, Spread } from '../contracts/evaluation.ts';
import type { Estimate } from '../contracts/evidence.ts';
import type { FoldSpec } from '../contracts/split.ts';
import { decimals, interval, percent } from '../contracts/wording.ts';
import { worstSliceSentence } from '../evaluation/stability/stability-words.ts';
import { renderNumber, renderSharpe } from './evidence-text.ts';
import { minute, renderTable } from './table.ts';

/** What an evaluation found: a line per fold, then the whole; in quiet the whole alone. */
export function renderEvaluation(result: EvaluationResult, predictions: string, quiet: boolean): string {
  const verdict = `${result.series} ${result.recipe}, ${describeFolds(result.folds)}: ${renderWhole(result)}`;
  if (quiet) return verdict;
  return [
    renderFolds(result.foldScores),
    ...(result.paths ? ['', renderPaths(result.paths.scores)] : []),
    '',
    verdict,
    ...(result.record ? [worstSliceSentence(result.record.stability)] : []),
    ...renderSharpe(result),
    `Judged on ${result.rows} rows from ${minute(result.fromTime)} to ${minute(result.toTime)} UTC; the test block that the gate judges by was not read.`,
    `Predictions out of fold: ${predictions}`,
  ].join('\n');
}

function describeFolds(spec: FoldSpec): string {
  if (spec.kind === 'walk-forward') return `${spec.folds} folds walk-forward (${spec.window})`;
  return `combinatorial folds, ${spec.testGroups} of ${spec.groups} groups tested`;
}

function renderFolds(folds: readonly FoldScore[]): string {
  const isWalk = folds[0].groups === null;
  return renderTable<FoldScore>(folds, [
    { title: 'fold', align: 'right', cell: fold => fold.fold },
    ...(isWalk ? [] : [{ title: 'tests', cell: (fold: FoldScore) => fold.groups!.join('+') }]),
    { title: 'from (UTC)', cell: fold => minute(fold.testFromTime) },
    { title: 'to', cell: fold => minute(fold.testToTime) },
    { title: 'trained on', align: 'right', cell: fold => fold.rows.train },
    { title: 'purged', align: 'right', cell: fold => fold.purgedRows },
    { title: 'tested', align: 'right', cell: fold => fold.rows.test },
    { title: 'mcc', align: 'right', cell: fold => decimals(fold.mcc) },
    { title: 'dir. AUC', align: 'right', cell: fold => decimals(fold.directionalAuc) },
    ...(isWalk ? backtestColumns : []),
  ]);
}

const backtestColumns = [
  { title: 'trades', align: 'right', cell: ({ backtest }: FoldScore) => backtest!.trades },
  { title: 'net', align: 'right', cell: ({ backtest }: FoldScore) => percent(backtest!.netReturn) },
  {
    title: 'sharpe/bar',
    align: 'right',
    cell: ({ backtest }: FoldScore) => renderNumber(backtest!.sharpePerBar),
  },
] as const;

function renderPaths(paths: readonly PathScore[]): string {
  return renderTable<PathScore>(paths, [
    { title: 'path', align: 'right', cell: path => path.path },
    { title: 'mcc', align: 'right', cell: path => decimals(path.mcc) },
    { title: 'dir. AUC', align: 'right', cell: path => decimals(path.directionalAuc) },
    { title: 'trades', align: 'right', cell: path => path.trades },
    { title: 'net', align: 'right', cell: path => percent(path.netReturn) },
    { title: 'drawdown', align: 'right', cell: path => percent(path.maxDrawdown) },
    { title: 'sharpe/bar', align: 'right', cell: path => renderNumber(path.sharpePerBar) },
  ]);
}

function renderWhole({ record, paths }: Evaluation): string {
  if (record) {
    const { intervals, backtest } = record;
    return `MCC ${estimate(intervals.mcc)}, directional AUC ${estimate(intervals.directionalAuc)}, ${backtest.trades} trades, ${percent(backtest.totalNetReturn)} net`;
  }
  const { mcc, sharpePerBar, netReturn } = paths!.spreads;
  return [
    `${mcc.paths} paths`,
    `MCC ${spread(mcc, decimals)}`,
    ...(sharpePerBar ? [`Sharpe per bar ${spread(sharpePerBar, renderNumber)}`] : []),
    `net ${spread(netReturn, percent)}, a gain on ${percent(netReturn.positive)} of the paths`,
  ].join('; ');
}

function estimate(of: Estimate): string {
  return of.low === null ? decimals(of.value) : `${decimals(of.value)} (${interval(of, decimals)})`;
}

function spread({ median, min, max }: Spread, format: (value: number) => string): string {
  return `${format(median)} in the middle, ${format(min)} to ${format(max)}`;
}
