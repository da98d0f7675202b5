import type { Prediction, PredictionSource } from '../contracts/prediction.ts';
import { newestClosedBar, type Series, TIMEFRAME_MS } from '../contracts/series.ts';
import { LONG, NO_TRADE, SHORT, TASK_CLASSES } from '../contracts/tasks.ts';
import { volatilityOf } from '../datasets/labels/volatility.ts';
import { NOMINAL_RETURN } from '../models/reinforcement/actions.ts';
import type { Approval } from './approval.ts';
import { levelsFor, type Side } from './levels.ts';
import type { MarketView } from './market-view.ts';
import type { RuleAnswer } from './rules/rule.ts';
import type { ServingModel } from './serving-model.ts';

export interface ModelAnswer {
  readonly model: ServingModel;
  /** What it was asked, `[steps, features]`. */
  readonly window: Float32Array;
  /** Class of the model's own task that the package's rule decides. */
  readonly answered: number;
  /** In the order of `TASK_CLASSES.direction3`. */
  readonly probabilities: Float32Array;
  /** Class of `direction3` that this means. */
  readonly decided: number;
  /** Of a model that judges signals; null of any other. */
  readonly approval: Approval | null;
}

/** What is the same whoever answers. */
export interface Moment {
  readonly series: Series;
  readonly view: MarketView;
  readonly reasons: string[];
  /** By the venue's clock, epoch ms. */
  readonly now: number;
  latencyMs(): number;
}

const MINUTE_MS = 60_000;

export function describeModelAnswer(
  { model, probabilities, decided, approval }: ModelAnswer,
  moment: Moment,
): Prediction {
  const { meta, version, evidence } = model;
  const side = probabilities[LONG] >= probabilities[SHORT] ? 'LONG' : 'SHORT';
  return {
    ...describeMoment(moment, side, model),
    direction: TASK_CLASSES.direction3[decided],
    confidence: probabilities[decided],
    probabilities: {
      LONG: probabilities[LONG],
      SHORT: probabilities[SHORT],
      NO_TRADE: probabilities[NO_TRADE],
    },
    ...(approval && { approval }),
    ...(model.session.info.portfolio && { expected_return: NOMINAL_RETURN[decided] }),
    source: 'ML_PER_COIN_V1',
    model_version: `v${version.version}`,
    tradable: version.tradable,
    model_metrics: {
      balanced_accuracy: evidence.metrics.balancedAccuracy,
      mcc: evidence.metrics.mcc,
      directional_auc: evidence.metrics.directionalAuc,
      accuracy: evidence.metrics.accuracy,
      majority_accuracy: evidence.baseline.accuracy,
    },
    model_accuracy: evidence.metrics.balancedAccuracy,
    tp_eta_minutes: (meta.dataset.medianHoldingBars * TIMEFRAME_MS[moment.series.timeframe]) / MINUTE_MS,
    latency_ms: moment.latencyMs(),
  };
}

/** What a rule says; it was never judged, so nothing vouches for it and it can't be traded unless a policy names it. */
export function describeRuleAnswer(
  source: PredictionSource,
  { probabilities, decided }: RuleAnswer,
  moment: Moment,
): Prediction {
  const side = probabilities[LONG] >= probabilities[SHORT] ? 'LONG' : 'SHORT';
  return {
    ...describeMoment(moment, side, null),
    direction: TASK_CLASSES.direction3[decided],
    confidence: probabilities[decided],
    probabilities: {
      LONG: probabilities[LONG],
      SHORT: probabilities[SHORT],
      NO_TRADE: probabilities[NO_TRADE],
    },
    ...unmodelled(source, moment),
  };
}

/** Nobody could answer: stay out, and say why. */
export function describeHold(moment: Moment): Prediction {
  return {
    ...describeMoment(moment, 'LONG', null),
    direction: 'NO_TRADE',
    confidence: 0,
    probabilities: { LONG: 0, SHORT: 0, NO_TRADE: 1 },
    ...unmodelled('HOLD', moment),
  };
}

function unmodelled(source: PredictionSource, moment: Moment) {
  return {
    source,
    model_version: null,
    tradable: false,
    model_metrics: null,
    model_accuracy: null,
    tp_eta_minutes: 0,
    latency_ms: moment.latencyMs(),
  } as const;
}

/** Open time of a newer bar that should have closed by the venue's clock; null where the last one is the newest. */
export function missingBar({ series, view, now }: Moment): number | null {
  const newest = newestClosedBar(series.timeframe, now);
  return view.barTime < newest ? newest : null;
}

function describeMoment(moment: Moment, side: Side, model: ServingModel | null) {
  const { series, view, reasons } = moment;
  const durationMs = TIMEFRAME_MS[series.timeframe];
  const closedAt = view.barTime + durationMs;
  const labels = model?.meta.recipe.labels ?? null;
  const { entry, stopLoss, takeProfits } = levelsFor(
    side,
    view.close,
    view.volatility(volatilityOf(labels)),
    labels,
  );
  return {
    symbol: series.symbol,
    venue: series.venue,
    timeframe: series.timeframe,
    reasons,
    entry,
    stop_loss: stopLoss,
    take_profits: takeProfits,
    levels_side: side,
    bar_time: isoTime(view.barTime),
    valid_until: isoTime(closedAt + durationMs),
    stale: missingBar(moment) !== null,
  } as const;
}

/** The same few times are told in every answer on a bar; writing one takes as long as all the rest of an answer. */
const WRITTEN_TIMES = new Map<number, string>();
const MOST_WRITTEN = 64;

function isoTime(time: number): string {
  const known = WRITTEN_TIMES.get(time);
  if (known !== undefined) return known;
  if (WRITTEN_TIMES.size === MOST_WRITTEN) WRITTEN_TIMES.clear();
  const written = new Date(time).toISOString();
  WRITTEN_TIMES.set(time, written);
  return written;
}
