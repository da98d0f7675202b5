import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactRef, Json } from '../contracts/artifact.ts';
import type { Evaluation } from '../contracts/evaluation.ts';
import { type Series, seriesId } from '../contracts/series.ts';
import type { Settings, TrialScore } from '../contracts/trials.ts';
import { splitFolds } from '../datasets/folds.ts';
import type { AnsweredFold } from '../evaluation/folds/out-of-fold.ts';
import type { History } from '../evaluation/history.ts';
import { sharpeOf, trialsSoFar } from '../evaluation/sharpe-evidence.ts';
import type { ReturnMoments } from '../statistics/sharpe.ts';
import { asStep } from './activity.ts';
import { type EvaluatedFolds, readHistory } from './evaluate-fold.ts';
import { offThread } from './off-thread.ts';
import { writePredictions } from './out-of-fold-file.ts';
import { readFold } from './predict-fold.ts';
import type { Rooms } from './rooms.ts';
import { STEP_VERSIONS } from './step-versions.ts';
import { configurationOf, logTrial, readTrials } from './trial-log.ts';

/** What an evaluation leaves behind. */
export const EVALUATION_FILES = { document: 'evaluation.json', predictions: 'predictions.arrow' } as const;

type Input = EvaluatedFolds & {
  readonly series: Series;
  /** All folds, in their order. */
  readonly folds: readonly ArtifactRef[];
  readonly actor: string;
  readonly changes?: Settings;
};

/** The artifact's result. */
interface EvaluationFacts {
  readonly evaluation: Evaluation;
  readonly moments: ReturnMoments;
}

/** Joins the folds of a recipe to one record or to backtest paths, scores them, and logs the recipe as a trial of the series. */
export function concludeEvaluation(rooms: Rooms) {
  const { artifacts, registry } = rooms;
  return asStep(async (input: Input, { signal }) => {
    const { series, recipe, changes = {}, spec, folds, dataset, actor } = input;
    const inputs = {
      series: seriesId(series),
      recipe: recipe.name,
      dataset: dataset.inputHash,
      folds: folds.map(({ inputHash }) => inputHash),
      spec,
      labels: recipe.labels,
      costs: recipe.costs,
      bootstrap: [recipe.gate.bootstrapDraws, recipe.gate.bootstrapSeed],
      code: STEP_VERSIONS.evaluation,
    };
    const saved = await artifacts.save<EvaluationFacts>(
      'evaluation',
      inputs as unknown as Json,
      async folder => {
        const { history, facts } = await readHistory(rooms, input);
        const answered = await answersOf(rooms, history, input);
        // The features have done their work.
        const bare = { ...history, dataset: { ...history.dataset, columns: [] } };
        const { evaluation, moments } = await offThread(
          'scoreEvaluation',
          [bare, spec, answered, recipe, facts.marketKind],
          signal,
        );
        const document = { series: seriesId(series), recipe: recipe.name, folds: spec, ...evaluation };
        await writeFile(join(folder, EVALUATION_FILES.document), `${JSON.stringify(document, null, 2)}\n`);
        await writePredictions(join(folder, EVALUATION_FILES.predictions), bare, recipe, spec, answered);
        return { evaluation: document, moments };
      },
    );
    const { artifact, cached, result } = saved;
    const { evaluation, moments } = result;
    const score = trialScoreOf(evaluation, moments, folds.length);
    await logTrial(
      registry,
      series,
      {
        origin: 'evaluation',
        recipe: recipe.name,
        settings: changes,
        configuration: configurationOf(recipe),
        objective: 'mcc',
        score,
        artifact,
      },
      actor,
    );
    const sharpe = sharpeOf(moments, series.timeframe, trialsSoFar(await readTrials(registry, series)));
    return {
      artifact,
      cached,
      evaluation,
      sharpe,
      summary: `MCC ${score.value?.toFixed(3) ?? 'none'} out of ${folds.length} folds`,
    };
  });
}

async function answersOf(
  { artifacts }: Rooms,
  { rows, dataset, embargoBars }: History,
  { spec, folds }: Input,
): Promise<AnsweredFold[]> {
  const answered: AnsweredFold[] = [];
  for (const fold of splitFolds(rows, dataset, spec, embargoBars)) {
    const number = answered.length + 1;
    answered.push({ number, fold, ...(await readFold(artifacts, folds[number - 1])) });
  }
  return answered;
}

/** As trials are compared: of combinatorial folds the means over the paths, which have no interval. */
function trialScoreOf(
  { record, paths, rows }: Evaluation,
  { sharpe }: ReturnMoments,
  folds: number,
): TrialScore {
  if (record) {
    const { metrics, intervals, backtest } = record;
    return {
      value: metrics.mcc,
      folds,
      rows,
      mcc: intervals.mcc,
      directionalAuc: intervals.directionalAuc,
      logLoss: metrics.logLoss,
      trades: backtest.trades,
      netReturn: backtest.totalNetReturn,
      sharpePerBar: sharpe,
    };
  }
  const { scores, spreads } = paths!;
  const mean = (of: (score: (typeof scores)[number]) => number) =>
    scores.reduce((sum, score) => sum + of(score), 0) / scores.length;
  return {
    value: spreads.mcc.mean,
    folds,
    rows,
    mcc: { value: spreads.mcc.mean, low: null, high: null },
    directionalAuc: { value: spreads.directionalAuc?.mean ?? null, low: null, high: null },
    logLoss: mean(({ logLoss }) => logLoss),
    trades: Math.round(mean(({ trades }) => trades)),
    netReturn: spreads.netReturn.mean,
    sharpePerBar: spreads.sharpePerBar?.mean ?? null,
  };
}
