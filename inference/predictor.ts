import type { ArtifactStore } from '../artifacts/store.ts';
import type { CandleStore } from '../candles/store.ts';
import type { MarketBars } from '../contracts/candles.ts';
import { decideClasses, decidedProbabilities } from '../contracts/decision.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { ExplainedPrediction, Prediction } from '../contracts/prediction.ts';
import { type Series, seriesId } from '../contracts/series.ts';
import type { Registry, VersionRecord } from '../registry/registry.ts';
import { asDirection } from './approval.ts';
import { explainAnswer } from './explain-answer.ts';
import type { MarketView } from './market-view.ts';
import { createModelCache } from './model-cache.ts';
import { BROKEN_PACKAGE } from './model-faults.ts';
import { decisionOf } from './package.ts';
import { describeHold, describeModelAnswer, type ModelAnswer, type Moment } from './prediction-json.ts';
import { createSeriesViews } from './series-views.ts';
import type { ServingModel } from './serving-model.ts';

/** What a predictor works with; `now` in epoch ms, `monotonicMs` for durations. */
interface PredictorRooms {
  readonly candles: Pick<CandleStore, 'read' | 'describe'>;
  readonly registry: Registry;
  readonly artifacts: ArtifactStore;
  readonly clock: { now(): number; monotonicMs(): number };
}

export interface Predictor {
  /**
   * Answers from the champion; where there is none, or it can't answer, from the next of the chain, with the reasons.
   * @throws AlphaloomError CANDLES_NOT_FOUND: without bars there is nothing to speak of
   */
  predict(series: Series): Promise<Prediction>;
  /** The same over bars that the caller holds in memory (from the series' anchor on, closed ones only). */
  predictOn(series: Series, bars: MarketBars): Promise<Prediction>;
  /** As `predict`, with what each feature did to the answer: some milliseconds for trees, a second for a large net. */
  explain(series: Series): Promise<ExplainedPrediction>;
  /**
   * What that version answers, whoever serves the series: marked as asked by name, never tradable unless it is the champion,
   * also where it is older than its recipe allows. Nobody stands in for it.
   * @throws AlphaloomError CANDLES_NOT_FOUND, and why the version can't answer
   */
  predictBy(series: Series, version: VersionRecord): Promise<Prediction>;
  /** The same, explained. */
  explainBy(series: Series, version: VersionRecord): Promise<ExplainedPrediction>;
  close(): Promise<void>;
}

const MAX_OPEN_MODELS = 256;
const DAY_MS = 86_400_000;

export function createPredictor(rooms: PredictorRooms): Predictor {
  const { candles, registry, artifacts, clock } = rooms;
  const models = createModelCache(artifacts, MAX_OPEN_MODELS);
  const views = createSeriesViews(candles);

  /** What `work` makes of the champion; one that is broken leaves the word to the one before it. */
  const askChampions = async <Answer>(
    { series, reasons }: Moment,
    work: (model: ServingModel) => Promise<Answer>,
  ): Promise<Answer | null> => {
    const champion = await registry.champion(seriesId(series));
    if (champion === null) {
      reasons.push('CHAMPION_NONE: no version serves this series yet');
      return null;
    }
    let isBroken = false;
    const ask = async (version: VersionRecord): Promise<Answer | null> => {
      try {
        return await models.use(version, work);
      } catch (error) {
        if (!(error instanceof AlphaloomError)) throw error;
        reasons.push(`v${version.version}: ${error.code}: ${error.message}`);
        isBroken = error.code in BROKEN_PACKAGE || error.details.fault === MODEL_AT_FAULT;
        return null;
      }
    };
    const answer = await ask(champion);
    if (answer !== null || !isBroken) return answer;
    const previous = await registry.previousChampion(champion.series);
    return previous && (await ask(previous));
  };

  const momentOf = (series: Series, view: MarketView, startedAt: number): Moment => ({
    series,
    view,
    reasons: [],
    now: clock.now(),
    latencyMs: () => clock.monotonicMs() - startedAt,
  });

  const describe = async (moment: Moment): Promise<Prediction> => {
    const answer = await askChampions(moment, async model => {
      requireYoung(model, moment.view);
      return await askModel(model, moment.view);
    });
    return answer ? describeModelAnswer(answer, moment) : describeHold(moment);
  };

  const explain = async (moment: Moment): Promise<ExplainedPrediction> => {
    const explained = await askChampions(moment, async model => {
      requireYoung(model, moment.view);
      return await explainModel(model, moment);
    });
    return explained ?? { ...describeHold(moment), explanation: null };
  };

  /** What `work` makes of a version that was asked for by name, marked as such. */
  const askByName = async <Answer extends Prediction>(
    version: VersionRecord,
    moment: Moment,
    work: (model: ServingModel) => Promise<Answer>,
  ): Promise<Answer> => {
    const champion = await registry.champion(version.series);
    const answer = await models.use(version, async model => {
      const age = tooOld(model, moment.view);
      if (age) moment.reasons.push(`v${version.version}: ${age.message}`);
      return await work(model);
    });
    return {
      ...answer,
      tradable: answer.tradable && champion?.version === version.version,
      asked_by_name: { champion: champion && `v${champion.version}` },
    };
  };

  return {
    predictOn(series, bars) {
      const startedAt = clock.monotonicMs();
      return views.onBars(series, bars, view => describe(momentOf(series, view, startedAt)));
    },
    predict(series) {
      const startedAt = clock.monotonicMs();
      return views.onStore(series, view => describe(momentOf(series, view, startedAt)));
    },
    explain(series) {
      const startedAt = clock.monotonicMs();
      return views.onStore(series, view => explain(momentOf(series, view, startedAt)));
    },
    predictBy(series, version) {
      const startedAt = clock.monotonicMs();
      return views.onStore(series, view => {
        const moment = momentOf(series, view, startedAt);
        return askByName(version, moment, async model =>
          describeModelAnswer(await askModel(model, view), moment),
        );
      });
    },
    explainBy(series, version) {
      const startedAt = clock.monotonicMs();
      return views.onStore(series, view => {
        const moment = momentOf(series, view, startedAt);
        return askByName(version, moment, model => explainModel(model, moment));
      });
    },
    close: () => models.close(),
  };
}

async function explainModel(model: ServingModel, moment: Moment): Promise<ExplainedPrediction> {
  const answer = await askModel(model, moment.view);
  const prediction = describeModelAnswer(answer, moment);
  return { ...prediction, explanation: await explainAnswer(answer).catch(leaveReason(moment)) };
}

/** An answer that can't be explained is still an answer. */
function leaveReason({ reasons }: Moment): (error: unknown) => null {
  return error => {
    if (!(error instanceof AlphaloomError)) throw error;
    reasons.push(`not explained: ${error.code}: ${error.message}`);
    return null;
  };
}

/** @throws AlphaloomError MODEL_EXPIRED */
function requireYoung(model: ServingModel, view: MarketView): void {
  const error = tooOld(model, view);
  if (error) throw error;
}

/** What is to be said of a model whose data ends longer ago than its recipe allows; null of others. */
function tooOld({ meta, version }: ServingModel, { barTime }: MarketView): AlphaloomError | null {
  const ageDays = (barTime - meta.dataset.lastTime) / DAY_MS;
  if (ageDays <= meta.recipe.maxModelAgeDays) return null;
  return new AlphaloomError(
    'MODEL_EXPIRED',
    `its data ends ${Math.floor(ageDays)} days before this bar; its recipe allows ${meta.recipe.maxModelAgeDays}`,
    { version: version.version, ageDays },
  );
}

async function askModel(model: ServingModel, view: MarketView): Promise<ModelAnswer> {
  const { meta } = model;
  const window = await view.window(model);
  const rule = decisionOf(meta);
  const probabilities = decidedProbabilities(
    meta.task,
    await model.session.run(window, 1).catch(blameModel),
    rule,
  );
  const [answered] = decideClasses(meta.task, probabilities, rule);
  if (meta.task !== 'approve2')
    return { model, window, answered, probabilities, decided: answered, approval: null };
  return { model, window, answered, ...asDirection(probabilities, answered, view.signalSide(model)) };
}

const MODEL_AT_FAULT = 'model';

/** The row was sound, so whatever is wrong with the answer is the model's doing, not the market's. */
function blameModel(error: unknown): never {
  if (!(error instanceof AlphaloomError)) throw error;
  const { code, message, details } = error;
  throw new AlphaloomError(code, message, { ...details, fault: MODEL_AT_FAULT }, { cause: error });
}
