import type { Overfitting } from '../contracts/overfitting.ts';
import type { Objective, Setting } from '../contracts/search.ts';
import type { Settings, TrialRecord, TrialRow } from '../contracts/trials.ts';
import { percent } from '../contracts/wording.ts';
import { renderNumber } from './evidence-text.ts';
import { renderTime } from './history-text.ts';
import { type Column, renderTable } from './table.ts';

/** The table of a search, as it is sorted; the winner is marked. */
export function renderTrialRows(rows: readonly TrialRow[], objective: Objective, best: number): string {
  return renderTable<TrialRow>(rows, [
    { title: '', cell: row => (row.trial === best ? '*' : ' ') },
    { title: 'trial', align: 'right', cell: row => row.trial },
    ...settingColumns<TrialRow>(rows, row => row.settings),
    { title: 'folds', align: 'right', cell: row => (row.ok ? row.score.folds : row.folds) },
    { title: objective, align: 'right', cell: row => (row.ok ? renderNumber(row.score.value) : 'failed') },
    ...(objective === 'mcc' ? [] : [mccColumn]),
    {
      title: 'dir. AUC',
      align: 'right',
      cell: row => (row.ok ? renderNumber(row.score.directionalAuc.value) : null),
    },
    { title: 'trades', align: 'right', cell: row => (row.ok ? row.score.trades : null) },
    { title: 'net', align: 'right', cell: row => (row.ok ? percent(row.score.netReturn) : null) },
    { title: 'why', cell: row => (row.ok ? null : `${row.error.code}: ${row.error.message}`) },
  ]);
}

/** What choosing the best of them is worth; nothing of searches that were too small to say. */
export function renderOverfitting(overfitting: Overfitting | null | undefined): string[] {
  if (!overfitting) return [];
  const { trials, splits, probability, lossProbability, meanSharpeInSample, meanSharpeOutOfSample } =
    overfitting;
  return [
    `Probability of backtest overfitting ${percent(probability)}: in so many of ${splits} ways to halve the bars, the best of ${trials} trials on one half ` +
      `was no better than their median on the other; in ${percent(lossProbability)} it lost money there ` +
      `(Sharpe per bar ${renderNumber(meanSharpeInSample)} where it was chosen, ${renderNumber(meanSharpeOutOfSample)} elsewhere)`,
  ];
}

const mccColumn: Column<TrialRow> = {
  title: 'mcc',
  align: 'right',
  cell: row => (row.ok ? renderNumber(row.score.mcc.value) : null),
};

/** A logged trial with when and by whom. */
export interface LoggedTrial extends TrialRecord {
  /** Epoch ms. */
  readonly at: number;
  readonly actor: string;
}

export function renderLoggedTrials(trials: readonly LoggedTrial[]): string {
  return renderTable<LoggedTrial>(trials, [
    { title: 'when (UTC)', cell: trial => renderTime(trial.at) },
    { title: 'recipe', cell: trial => trial.recipe },
    { title: 'settings', cell: trial => renderSettings(trial.settings) },
    { title: 'by', cell: trial => trial.origin ?? 'search' },
    { title: 'folds', align: 'right', cell: trial => trial.score.folds || 'validation' },
    { title: 'objective', cell: trial => trial.objective },
    { title: 'score', align: 'right', cell: trial => renderNumber(trial.score.value) },
    { title: 'sharpe/bar', align: 'right', cell: trial => renderNumber(trial.score.sharpePerBar) },
    { title: 'who', cell: trial => trial.actor },
  ]);
}

export function renderSettings(settings: Settings): string {
  return Object.entries(settings)
    .map(([path, value]) => `${shortName(path)} ${renderSetting(value)}`)
    .join(', ');
}

/** A column per searched value. */
function settingColumns<Row>(rows: readonly Row[], settingsOf: (row: Row) => Settings) {
  const paths = [...new Set(rows.flatMap(row => Object.keys(settingsOf(row))))];
  return paths.map(path => ({
    title: shortName(path),
    align: 'right' as const,
    cell: (row: Row) => renderSetting(settingsOf(row)[path]),
  }));
}

/** `num_leaves` says enough of `train.params.num_leaves`. */
function shortName(path: string): string {
  return path.replace(/^train\.(params\.)?/, '');
}

function renderSetting(value: Setting): string {
  return Array.isArray(value) ? value.join('+') : String(value);
}
