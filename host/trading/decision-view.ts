import type { Prediction } from '../../contracts/prediction.ts';
import type { RuleLine } from '../../contracts/risk.ts';
import type { Timeframe } from '../../contracts/series.ts';
import { ORDER_REASONS, type OrderReason } from '../../contracts/trading.ts';
import type { Ledger } from '../../trading/ledger/ledger.ts';
import type { DecisionRecord, LedgerOrder, Validation } from '../../trading/ledger/records.ts';
import { type OrderView, viewOrder } from './account-view.ts';
import { pauseReason } from './trouble-view.ts';

/** A decision with all that it rests on and all that came of it. */
export interface DecisionView {
  readonly account: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Open time of the deciding bar, and when it was decided; epoch ms. */
  readonly barTime: number;
  readonly time: number;
  /** `enter LONG`, `nothing`, `blocked: COOLDOWN`, … */
  readonly outcome: string;
  readonly prediction: Prediction;
  readonly rules: readonly RuleLine[];
  readonly orders: readonly DecidedOrder[];
  /** What keeps entries away now, whatever was decided; empty: nothing does. */
  readonly holding: readonly string[];
}

export interface DecidedOrder extends OrderView {
  readonly type: LedgerOrder['type'];
  readonly decisionPrice: string;
  readonly averagePrice: string | null;
  readonly validUntil: number | null;
  readonly plannedTime: number;
  readonly sentAt: number | null;
  readonly reason: OrderReason | null;
  /** The reason in words; null where there is none. */
  readonly because: string | null;
  readonly venueCode: string | null;
  readonly validation: Pick<Validation, 'verdict' | 'confidence' | 'reasons' | 'model' | 'latencyMs'> | null;
}

type DecisionReader = Pick<Ledger, 'decision' | 'order' | 'validation' | 'account' | 'lastEvent'>;

/**
 * The decision of a symbol that stood at a time (epoch ms; null: now).
 * @returns null where nothing was decided by then
 */
export function viewDecision(
  ledger: DecisionReader,
  account: string,
  symbol: string,
  at: number | null,
): DecisionView | null {
  const decision = ledger.decision(account, symbol, at);
  return decision && describe(ledger, decision);
}

function describe(ledger: DecisionReader, decision: DecisionRecord): DecisionView {
  const { account, symbol, timeframe, barTime, time, outcome, prediction, rules } = decision;
  const orders = decision.orders.map(id => ledger.order(id)).filter(order => order !== null);
  return {
    account,
    symbol,
    timeframe,
    barTime,
    time,
    outcome,
    prediction,
    rules: rules as readonly RuleLine[],
    orders: orders.map(order => decidedOrder(order, ledger.validation(order.clientOrderId))),
    holding: holdingOf(ledger, account, symbol),
  };
}

/** Sentences about what an account's and a symbol's state keep from being entered now. */
export function holdingOf(
  ledger: Pick<Ledger, 'account' | 'lastEvent'>,
  account: string,
  symbol: string,
): string[] {
  const { state, stateReason, pausedUntil, pausedSymbols } = ledger.account(account);
  const paused = pausedSymbols.find(each => each.symbol === symbol);
  const holding: string[] = [];
  if (state !== 'running')
    holding.push(
      `The account is now ${state}${untilText(pausedUntil)}${because(stateReason)}. It takes no entries.`,
    );
  if (paused !== undefined) {
    const reason = pauseReason(ledger, account, symbol);
    holding.push(`${symbol} is now paused${untilText(paused.until)}${because(reason)}. It takes no entries.`);
  }
  return holding;
}

function untilText(until: number | null): string {
  return until === null ? '' : ` until ${new Date(until).toISOString()}`;
}

function because(reason: string): string {
  return reason === '' ? '' : `: ${reason.replace(/\.$/, '')}`;
}

function decidedOrder(order: LedgerOrder, validation: Validation | null): DecidedOrder {
  const { type, decisionPrice, averagePrice, validUntil, plannedTime, sentAt, reason, venueCode } = order;
  return {
    ...viewOrder(order),
    type,
    decisionPrice,
    averagePrice,
    validUntil,
    plannedTime,
    sentAt,
    reason,
    because: reason && ORDER_REASONS[reason],
    venueCode,
    validation: validation && {
      verdict: validation.verdict,
      confidence: validation.confidence,
      reasons: validation.reasons,
      model: validation.model,
      latencyMs: validation.latencyMs,
    },
  };
}
