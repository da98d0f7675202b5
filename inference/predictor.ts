import type { CandleStore } from '../candles/store.ts';
import type { MarketBars } from '../contracts/candles.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { InferredResult, InferredSeries, SeriesQuestion } from '../contracts/inferred-series.ts';
import {
  type ExplainedPrediction,
  PREDICTION_DEADLINE_MS,
  type Prediction,
} from '../contracts/prediction.ts';
import type { Series } from '../contracts/series.ts';
import { volatilityOf } from '../datasets/labels/volatility.ts';
import type { Registry, VersionRecord } from '../registry/registry.ts';
import { askModel, requireYoung, tooOld } from './ask-model.ts';
import { askChain } from './chain.ts';
import { asAlphaloomError, createChampions } from './champions.ts';
import { explainAnswer } from './explain-answer.ts';
import type { MarketView } from './market-view.ts';
import type { ModelCache } from './model-cache.ts';
import { describeModelAnswer, type ModelAnswer, type Moment, missingBar } from './prediction-json.ts';
import { createSeriesViews } from './series-views.ts';
import { TimeLimit } from './time-limit.ts';

/** What a predictor works with; `now` in epoch ms, `monotonicMs` for durations. */
interface PredictorRooms {
  readonly candles: Pick<CandleStore, 'read' | 'describe'>;
  readonly registry: Registry;
  /** The predictor's own: it closes them. */
  readonly models: ModelCache;
  readonly clock: { now(): number; monotonicMs(): number };
}

export interface PredictionLimits {
  /** For the whole chain. */
  readonly deadlineMs: number;
  /** What the venue's clock says, epoch ms; this machine's where nobody knows better. */
  readonly venueTime?: number;
}

export interface Predictor {
  /**
   * Answers from the champion; where there is none, or it can't answer in time, from the next of the chain, with the reasons.
   * Bars that are not the newest are told (`stale`), not refused.
   * @throws AlphaloomError CANDLES_NOT_FOUND: without bars there is nothing to speak of; PREDICTION_TIMEOUT: they could not be
   *   read in time
   */
  predict(series: Series, limits?: PredictionLimits): Promise<Prediction>;
  /** The same over bars that the caller holds in memory (from the series' anchor on, closed ones only). */
  predictOn(series: Series, bars: MarketBars, limits?: PredictionLimits): Promise<Prediction>;
  /**
   * What trading asks: every series at once, answered in their order, each for itself. No model is asked about bars that are not
   * the newest that should have closed (`CANDLES_STALE`). Never throws.
   */
  predictAll(asked: readonly SeriesQuestion[], limits: PredictionLimits): Promise<InferredResult[]>;
  /**
   * As `predict`, with what each feature did to the answer: some milliseconds for trees, a second for a large net, which the
   * limit does not cover.
   */
  explain(series: Series, limits?: PredictionLimits): Promise<ExplainedPrediction>;
  /**
   * What that version answers, whoever serves the series: marked as asked by name, never tradable unless it is the champion,
   * also where it is older than its recipe allows. Nobody stands in for it.
   * @throws AlphaloomError CANDLES_NOT_FOUND, and why the version can't answer
   */
  predictBy(series: Series, version: VersionRecord, limits?: PredictionLimits): Promise<Prediction>;
  /** The same, explained. */
  explainBy(series: Series, version: VersionRecord, limits?: PredictionLimits): Promise<ExplainedPrediction>;
  close(): Promise<void>;
}

const INTERACTIVE: PredictionLimits = { deadlineMs: PREDICTION_DEADLINE_MS.interactive };
/** What models have of the time; the rest is for those who answer in their place. */
const SHARE_OF_MODELS = 0.9;

/** One question, from when it was asked to when it has to be answered. */
interface Asked {
  readonly startedAt: number;
  readonly limit: TimeLimit;
  readonly modelLimit: TimeLimit;
  /** By the venue's clock, epoch ms. */
  readonly now: number;
}

export function createPredictor({ candles, registry, models, clock }: PredictorRooms): Predictor {
  const champions = createChampions(registry, models);
  const views = createSeriesViews(candles);

  /** What `work` makes of a question, whose time runs from now on. */
  const asking = async <T>(
    { deadlineMs, venueTime }: PredictionLimits,
    work: (asked: Asked) => Promise<T>,
  ): Promise<T> => {
    const startedAt = clock.monotonicMs();
    const limit = new TimeLimit(startedAt + deadlineMs, clock.monotonicMs);
    const modelLimit = new TimeLimit(startedAt + SHARE_OF_MODELS * deadlineMs, clock.monotonicMs);
    try {
      return await work({ startedAt, limit, modelLimit, now: venueTime ?? clock.now() });
    } finally {
      limit.end();
      modelLimit.end();
    }
  };

  const momentOf = (series: Series, view: MarketView, { startedAt, now }: Asked): Moment => ({
    series,
    view,
    reasons: [],
    now,
    latencyMs: () => clock.monotonicMs() - startedAt,
  });

  const askChampions = (moment: Moment, { modelLimit }: Asked): Promise<ModelAnswer | null> =>
    champions.ask(moment, modelLimit, async model => {
      requireYoung(model, moment.view);
      return await askModel(model, moment.view);
    });

  const explained = async (given: ModelAnswer, moment: Moment): Promise<ExplainedPrediction> => {
    const prediction = describeModelAnswer(given, moment);
    const explanation = await models
      .use(given.model.version, model => explainAnswer({ ...given, model }))
      .catch(leaveReason(moment));
    return { ...prediction, explanation };
  };

  const answer = (moment: Moment, asked: Asked): Promise<Prediction> =>
    askChain({
      moment,
      askModels: () => askChampions(moment, asked),
      modelled: given => describeModelAnswer(given, moment),
      unmodelled: prediction => prediction,
    });

  const answerAndExplain = (moment: Moment, asked: Asked): Promise<ExplainedPrediction> =>
    askChain({
      moment,
      askModels: () => askChampions(moment, asked),
      modelled: given => explained(given, moment),
      unmodelled: prediction => ({ ...prediction, explanation: null }),
    });

  /** As trading is answered: a model's word on an older bar is not asked for. */
  const infer = async (moment: Moment, asked: Asked): Promise<InferredSeries> => {
    const missing = missingBar(moment);
    const { prediction, labels } = await askChain<Pick<InferredSeries, 'prediction' | 'labels'>>({
      moment,
      askModels: () => (missing === null ? askChampions(moment, asked) : refuseStale(missing)),
      modelled: given => ({
        prediction: describeModelAnswer(given, moment),
        labels: given.model.meta.recipe.labels,
      }),
      unmodelled: prediction => ({ prediction, labels: null }),
    });
    const { view } = moment;
    return { prediction, bar: view.last, volatility: view.warmVolatility(volatilityOf(labels)), labels };
  };

  /** What a version answers that was asked for by name, marked as such. */
  const askByName = async (version: VersionRecord, moment: Moment, { modelLimit }: Asked) => {
    const champion = await registry.champion(version.series);
    const given = await champions.askVersion(version, modelLimit, model => askModel(model, moment.view));
    const age = tooOld(given.model, moment.view);
    if (age) moment.reasons.push(`v${version.version}: ${age.message}`);
    const mark = <Answer extends Prediction>(prediction: Answer): Answer => ({
      ...prediction,
      tradable: prediction.tradable && champion?.version === version.version,
      asked_by_name: { champion: champion && `v${champion.version}` },
    });
    return { given, mark };
  };

  const inferOne = async (
    { series, bars, barTime }: SeriesQuestion,
    asked: Asked,
  ): Promise<InferredResult> => {
    const look = async (view: MarketView) => {
      if (barTime !== undefined && barTime !== view.barTime) throw anotherBar(barTime, view.barTime);
      return await infer(momentOf(series, view, asked), asked);
    };
    try {
      const inferred = await (bars
        ? views.onBars(series, bars, asked.limit, look)
        : views.onStore(series, asked.limit, look));
      return { ok: true, ...inferred };
    } catch (error) {
      const { code, message } = asAlphaloomError(error);
      return { ok: false, error: { code, message } };
    }
  };

  /** The same at the store's newest bar. */
  const askingStore = <T>(
    series: Series,
    limits: PredictionLimits,
    look: (moment: Moment, asked: Asked) => Promise<T>,
  ): Promise<T> =>
    asking(limits, asked =>
      views.onStore(series, asked.limit, view => look(momentOf(series, view, asked), asked)),
    );

  return {
    predict: (series, limits = INTERACTIVE) => askingStore(series, limits, answer),
    predictOn: (series, bars, limits = INTERACTIVE) =>
      asking(limits, asked =>
        views.onBars(series, bars, asked.limit, view => answer(momentOf(series, view, asked), asked)),
      ),
    predictAll: (questions, limits) =>
      asking(limits, asked => Promise.all(questions.map(question => inferOne(question, asked)))),
    explain: (series, limits = INTERACTIVE) => askingStore(series, limits, answerAndExplain),
    predictBy: (series, version, limits = INTERACTIVE) =>
      askingStore(series, limits, async (moment, asked) => {
        const { given, mark } = await askByName(version, moment, asked);
        return mark(describeModelAnswer(given, moment));
      }),
    explainBy: (series, version, limits = INTERACTIVE) =>
      askingStore(series, limits, async (moment, asked) => {
        const { given, mark } = await askByName(version, moment, asked);
        return mark(await explained(given, moment));
      }),
    close: () => models.close(),
  };
}

/** A bar that was asked for by its time is not the newest, or not there yet. */
function anotherBar(asked: number, newest: number): AlphaloomError {
  const [of, at] = [asked, newest].map(time => new Date(time).toISOString());
  return new AlphaloomError(
    asked < newest ? 'PREDICTION_TIMEOUT' : 'CANDLES_STALE',
    `The bar of ${of} was asked for, the newest is of ${at}.`,
    { asked, newest },
  );
}

/** @throws AlphaloomError CANDLES_STALE */
function refuseStale(missing: number): never {
  throw new AlphaloomError(
    'CANDLES_STALE',
    `the bar of ${new Date(missing).toISOString()} should have closed by now and is not there`,
    { barTime: missing },
  );
}

/** An answer that can't be explained is still an answer. */
function leaveReason({ reasons }: Moment): (error: unknown) => null {
  return error => {
    if (!(error instanceof AlphaloomError)) throw error;
    reasons.push(`not explained: ${error.code}: ${error.message}`);
    return null;
  };
}
