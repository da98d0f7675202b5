import { z } from 'zod';
import { explanationSchema } from './explanation.ts';

/** Sources in the order of the fallback chain. */
export const PREDICTION_SOURCES = [
  'ML_PER_COIN_V1',
  'PROFESSIONAL_ANALYZER',
  'RSI_MA',
  'MOMENTUM',
  'HOLD',
] as const;
export type PredictionSource = (typeof PREDICTION_SOURCES)[number];

/** How long the whole chain may take. */
export const PREDICTION_DEADLINE_MS = { trading: 500, interactive: 5_000 } as const;

const probability = z.number().min(0).max(1);
const metric = z.number().nullable();

/** What the API, the CLI and the ledger say of a prediction. Snake case, ISO 8601 times, prices in quote currency. */
export const predictionSchema = z.strictObject({
  symbol: z.string(),
  venue: z.string(),
  timeframe: z.string(),
  direction: z.enum(['LONG', 'SHORT', 'NO_TRADE']),
  /** Probability of the direction; of a rule the share of its score, which is no chance; 0 of `HOLD`. */
  confidence: probability,
  probabilities: z.strictObject({ LONG: probability, SHORT: probability, NO_TRADE: probability }),
  /** Only of a policy that learnt by trading: ±0.002 or 0 for its action. Nominal: it estimates no return. */
  expected_return: z.number().optional(),
  /**
   * Only of a model that judges signals: what it says of the signal at this bar (`NO_TRADE`: there is none), and the
   * probability that it should be taken. The direction is the signal's where it is approved, else NO_TRADE.
   */
  approval: z
    .strictObject({
      answer: z.enum(['APPROVE', 'REJECT']),
      probability,
      signal: z.enum(['LONG', 'SHORT', 'NO_TRADE']),
    })
    .optional(),
  source: z.enum(PREDICTION_SOURCES),
  /** Why earlier sources of the chain did not answer, each with its code, or why an answer could not be explained. */
  reasons: z.array(z.string()),
  model_version: z.string().nullable(),
  tradable: z.boolean(),
  /** Only of an answer that a version was asked for by name: who serves the series, if anybody. */
  asked_by_name: z.strictObject({ champion: z.string().nullable() }).optional(),
  model_metrics: z
    .strictObject({
      balanced_accuracy: metric,
      mcc: metric,
      directional_auc: metric,
      accuracy: metric,
      majority_accuracy: metric,
    })
    .nullable(),
  /** Balanced accuracy, the headline that a constant model can't raise. */
  model_accuracy: metric,
  /** Last close; traded levels are re-anchored to the fill. */
  entry: z.number(),
  stop_loss: z.number(),
  take_profits: z.strictObject({ tp1: z.number(), tp2: z.number(), tp3: z.number() }),
  /** The side the levels are for; for NO_TRADE the likelier one. */
  levels_side: z.enum(['LONG', 'SHORT']),
  /** Median holding time in training; 0 where no model answered. */
  tp_eta_minutes: z.number(),
  /** Open of the last closed bar. */
  bar_time: z.iso.datetime(),
  valid_until: z.iso.datetime(),
  /** A newer bar should have closed by now. */
  stale: z.boolean(),
  latency_ms: z.number(),
});

export type Prediction = z.infer<typeof predictionSchema>;

/** The same with why the model answered so; null where no model answered, or it can't be explained: `reasons` tell. */
export const explainedPredictionSchema = predictionSchema.extend({
  explanation: explanationSchema.nullable(),
});

export type ExplainedPrediction = z.infer<typeof explainedPredictionSchema>;
