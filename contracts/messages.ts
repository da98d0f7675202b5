import { z } from 'zod';
import type { ArtifactRef } from './artifact.ts';
import type { Look } from './comparison.ts';
import type { Review } from './probation.ts';
import { type Series, TIMEFRAMES } from './series.ts';

const operation = {
  /** The same id twice is the same operation; made up where it is missing. */
  operationId: z.string().min(1).max(300).optional(),
  actor: z.string().min(1).max(200).optional(),
  reason: z.string().trim().min(1).max(2_000).optional(),
};
const version = z.int().positive();
/** A name, not a path: whoever reaches the server must not read files by it. */
const recipeName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/, 'a recipe’s name');

/**
 * Messages that workflows take, one line each: what the CLI's verbs, the API's routes and the Temporal UI's buttons send.
 * Each is a signal and an update of the same name; an empty payload is `{}`.
 */
export const MESSAGES = {
  offer: {
    workflow: 'modelLifecycle',
    schema: z.strictObject({ ...operation, version }),
    summary: 'Judge a version against the champion and promote it if the gate says so',
  },
  promote: {
    workflow: 'modelLifecycle',
    schema: z.strictObject({ ...operation, version }),
    summary: 'Make a version champion; overrides a refusal, which needs a reason',
  },
  rollback: {
    workflow: 'modelLifecycle',
    schema: z.strictObject({ ...operation, version: version.optional() }),
    summary: 'Go back to the previous champion or to a named version',
  },
  review: {
    workflow: 'modelLifecycle',
    schema: z.strictObject(operation),
    summary:
      'Score the champion and the one before it on the bars since its promotion; roll back where it is broken or worse',
  },
  pause: {
    workflow: 'modelLifecycle',
    schema: z.strictObject(operation),
    summary: 'Keep the champion whatever is offered, and start no retraining',
  },
  resume: {
    workflow: 'modelLifecycle',
    schema: z.strictObject(operation),
    summary: 'Take offers and retraining again',
  },
  retrain: {
    workflow: 'modelLifecycle',
    schema: z.strictObject({ ...operation, recipe: recipeName.optional() }),
    summary: 'Start a training with the champion’s recipe, or a named one',
  },
} as const;

const symbols = z
  .array(z.string().regex(/^[A-Z0-9]{2,40}$/, 'a compact symbol, e.g. BTCUSDT'))
  .min(1)
  .max(500);
const tradedSymbols = z
  .array(z.strictObject({ symbol: z.string().regex(/^[A-Z0-9]{2,40}$/), timeframe: z.enum(TIMEFRAMES) }))
  .max(500);

const digits = z.string().regex(/^\d{1,30}(\.\d{1,30})?$/, 'must be a number from 0 on in digits, as 0.25');

/** Messages of an account’s workflow: what `trade`’s verbs, the API and the Temporal UI send. Each is a signal and an update. */
export const TRADING_MESSAGES = {
  pause: {
    workflow: 'liveTrading',
    schema: z.strictObject({
      ...operation,
      symbols: symbols.optional(),
      until: z.int().positive().optional(),
    }),
    summary: 'No entries, of all or of some symbols, until a time or until resumed; exits are managed',
  },
  resume: {
    workflow: 'liveTrading',
    schema: z.strictObject({
      ...operation,
      symbols: symbols.optional(),
      /** A halted account resumes only when told that the reason is understood. */
      acknowledge: z.boolean().optional(),
    }),
    summary: 'Trade again; a halted account needs an acknowledgement',
  },
  flatten: {
    workflow: 'liveTrading',
    schema: z.strictObject({ ...operation, symbols: symbols.optional() }),
    summary: 'Cancel own orders, close positions at market, verify, and stay halted',
  },
  set: {
    workflow: 'liveTrading',
    schema: z.strictObject({
      ...operation,
      symbols: tradedSymbols.optional(),
      policy: z.string().min(1).max(200).optional(),
    }),
    summary: 'Other symbols, timeframes or another policy, from the next close on',
  },
  cancel: {
    workflow: 'liveTrading',
    schema: z.strictObject({ ...operation, order: z.string().regex(/^[0-9a-f]{32}$/, 'an order’s id') }),
    summary: 'Cancel an order of the account at its venue',
  },
  resolve: {
    workflow: 'liveTrading',
    schema: z.strictObject({
      ...operation,
      order: z.string().regex(/^[0-9a-f]{32}$/, 'an order’s id'),
      as: z.enum(['filled', 'cancelled', 'rejected']),
      evidence: z.string().trim().min(1).max(2_000),
    }),
    summary: 'Say what became of an order that the venue can’t be asked about',
  },
  adjust: {
    workflow: 'liveTrading',
    schema: z.strictObject({
      ...operation,
      symbol: z.string().regex(/^[A-Z0-9]{2,40}$/, 'a compact symbol, e.g. BTCUSDT'),
      /** In base. */
      quantity: digits.refine(text => Number(text) > 0, 'more than 0'),
      /** What each brought, in quote. */
      price: digits,
      evidence: z.string().trim().min(1).max(2_000),
    }),
    summary: 'Say what became of a part of a position that the venue does not have any more',
  },
  stop: {
    workflow: 'liveTrading',
    schema: z.strictObject({ ...operation, positions: z.enum(['refuse', 'flatten', 'leave']).optional() }),
    summary: 'End trading; refused with open positions unless they are to be flattened or left',
  },
} as const;

export type TradingMessageName = keyof typeof TRADING_MESSAGES;
export const TRADING_MESSAGE_NAMES = Object.keys(TRADING_MESSAGES) as TradingMessageName[];
export type TradingMessagePayload<Name extends TradingMessageName> = z.infer<
  (typeof TRADING_MESSAGES)[Name]['schema']
>;

/** A message on its way to an account’s ledger. */
export interface TradingOperation {
  readonly message: TradingMessageName;
  readonly account: string;
  readonly operationId: string;
  readonly actor: string;
  readonly reason?: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** What an update answers. */
export interface TradingAnswer {
  readonly message: TradingMessageName;
  readonly operationId: string;
  readonly account: string;
  /** The account’s state after it. */
  readonly state: string;
  readonly outcome: string;
  readonly reason: string;
  readonly repeated?: boolean;
}

export type MessageName = keyof typeof MESSAGES;
export const MESSAGE_NAMES = Object.keys(MESSAGES) as MessageName[];
export type MessagePayload<Name extends MessageName> = z.infer<(typeof MESSAGES)[Name]['schema']>;

/** Who asks for the reviews that nobody asked for. */
export const REVIEWER = 'schedule';

/** A message on its way through the lifecycle: who wants what, under which id. */
export interface LifecycleOperation {
  readonly message: MessageName;
  readonly series: Series;
  readonly operationId: string;
  readonly actor: string;
  readonly reason?: string;
  readonly version?: number;
  readonly recipe?: string;
}

export type VersionOperation = LifecycleOperation & { readonly version: number };

/** What an update answers; a signal's answer is only seen in the registry's history. */
export interface LifecycleAnswer {
  readonly message: MessageName;
  readonly operationId: string;
  readonly champion: number | null;
  /** `promoted`, `kept`, `rolled back`, `paused`, … */
  readonly outcome: string;
  readonly reason: string;
  /** Whether the same was found before and nothing changed. */
  readonly repeated?: boolean;
  /** Of an offer that was compared with the champion. */
  readonly comparison?: ArtifactRef | null;
  /** Of a review, what it rests on. */
  readonly review?: Review;
  /** The look that it rests on; null or absent where nothing was looked at. */
  readonly look?: Look | null;
  /** Of a retraining that was started. */
  readonly workflowId?: string;
}

export interface LifecycleStatus {
  readonly series: string;
  readonly working: MessageName | null;
  readonly queued: readonly MessageName[];
}
