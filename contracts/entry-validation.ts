import { z } from 'zod';
import { PREDICTION_SOURCES } from './prediction.ts';
import { TIMEFRAMES, type Timeframe } from './series.ts';

const amount = z.number().positive();
const share = z.number().min(0).max(1);

/** Closed lists of what may be named to a language model: nothing that anybody else wrote reaches it. */
export interface EntryVocabulary {
  /** Of the account. */
  readonly symbols: readonly string[];
  /** Codes of the risk rules. */
  readonly rules: readonly string[];
}

/** What a language model is told of an entry: numbers, and words of closed lists. */
export function entryFactsSchema({ symbols, rules }: EntryVocabulary) {
  return z.strictObject({
    symbol: z.enum(symbols),
    timeframe: z.enum(TIMEFRAMES as [Timeframe, ...Timeframe[]]),
    side: z.enum(['LONG', 'SHORT']),
    source: z.enum(PREDICTION_SOURCES),
    confidence: share,
    probabilities: z.strictObject({ LONG: share, SHORT: share, NO_TRADE: share }),
    /** Prices in quote. */
    levels: z.strictObject({ entry: amount, stopLoss: amount.nullable(), takeProfit: amount.nullable() }),
    /** Log returns of the newest closed bars, the oldest first. */
    recentReturns: z.array(z.number()).max(100),
    /** Deviation of the log return of a bar. */
    volatility: z.number().min(0),
    /** Of this entry, in equities: 0.1 is a tenth of what the account is worth. */
    size: z.number().min(0),
    /** Of the account before this entry, in equities. */
    exposure: z.strictObject({
      gross: z.number().min(0),
      net: z.number(),
      openPositions: z.int().min(0),
      dayReturn: z.number(),
      drawdown: share,
    }),
    rules: z
      .array(
        z.strictObject({
          rule: z.enum(rules),
          outcome: z.enum(['pass', 'fail', 'inconclusive']),
          value: z.number().nullable(),
          limit: z.number().nullable(),
        }),
      )
      .max(100),
  });
}

export type EntryFacts = z.infer<ReturnType<typeof entryFactsSchema>>;

/** What a language model has to answer, and nothing else. */
export const verdictSchema = z.strictObject({
  verdict: z.enum(['approve', 'reject', 'abstain']),
  confidence: share,
  reasons: z.array(z.string().max(500)).max(10),
});
export type Verdict = z.infer<typeof verdictSchema>;

interface ReasonMeaning {
  /** What counts in the end; `failed`: no usable answer. */
  readonly verdict: 'approve' | 'reject' | 'abstain' | 'failed';
  readonly sentence: string;
}

/** Why an entry may be made or not; every one but the first means no entry. */
export const VALIDATION_REASONS = {
  APPROVED: { verdict: 'approve', sentence: 'The model approved the entry.' },
  REJECTED: { verdict: 'reject', sentence: 'The model rejected the entry.' },
  ABSTAINED: { verdict: 'abstain', sentence: 'The model abstained.' },
  UNSURE: {
    verdict: 'abstain',
    sentence: 'The model approved with less than the least confidence asked for.',
  },
  ENDPOINT_MISSING: { verdict: 'failed', sentence: 'No endpoint or no model is configured.' },
  KEY_MISSING: { verdict: 'failed', sentence: 'The key could not be read, or is none that can be sent.' },
  FACTS_INVALID: {
    verdict: 'failed',
    sentence: 'The facts hold something other than numbers and known words; nothing was sent.',
  },
  UNREACHABLE: { verdict: 'failed', sentence: 'The endpoint could not be reached.' },
  TIMEOUT: { verdict: 'failed', sentence: 'The whole answer was not there in time.' },
  BROKEN_OFF: { verdict: 'failed', sentence: 'The connection ended before the answer did.' },
  HTTP_ERROR: { verdict: 'failed', sentence: 'The endpoint answered with an error, or pointed elsewhere.' },
  TOO_LARGE: { verdict: 'failed', sentence: 'The answer was larger than any verdict.' },
  NO_COMPLETION: { verdict: 'failed', sentence: 'The answer is not a chat completion.' },
  REFUSED: { verdict: 'failed', sentence: 'The model refused to answer.' },
  MALFORMED: {
    verdict: 'failed',
    sentence: 'The model answered with something other than one JSON document.',
  },
  WRONG_SCHEMA: { verdict: 'failed', sentence: 'The model’s JSON is not a verdict.' },
} as const satisfies Record<string, ReasonMeaning>;
export type ValidationReason = keyof typeof VALIDATION_REASONS;

/** The record of one call. Plain JSON; never holds the key. */
export interface EntryValidation {
  readonly outcome: 'entry' | 'no-entry';
  readonly reason: ValidationReason;
  readonly sentence: string;
  readonly verdict: ReasonMeaning['verdict'];
  /** The model’s own; null where it gave no usable answer. */
  readonly confidence: number | null;
  readonly reasons: readonly string[];
  readonly promptVersion: string;
  /** SHA-256 (hex) of the prompt’s text. */
  readonly promptHash: string;
  readonly model: string | null;
  readonly latencyMs: number;
  /** Of the endpoint; null where none came. */
  readonly httpStatus: number | null;
  /** What came over the wire, as it came, cut to a bounded size; null where nothing did. */
  readonly answer: string | null;
}
