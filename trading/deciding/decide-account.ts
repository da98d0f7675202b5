import type { ClosedSymbol, CloseInput, SymbolDecision } from '../../contracts/close-decision.ts';
import type { ClosedBar } from '../../contracts/intents.ts';
import type { InferredClose } from '../../contracts/live-trading.ts';
import type { Market } from '../../contracts/market.ts';
import { RULE_CODES } from '../../contracts/risk.ts';
import { type MarketKind, TIMEFRAME_MS } from '../../contracts/series.ts';
import { decideClose } from '../../strategy/decide-close.ts';
import { markMemory } from '../../strategy/risk/memory.ts';
import { stepsInBase } from '../../strategy/venue-order.ts';
import type { DecidedClose, LedgerView } from '../ledger/records.ts';
import type { AccountBook } from './account-book.ts';
import { ordersOf } from './account-orders.ts';
import { workMs } from './next-close.ts';
import type { RecentColumns } from './recent-columns.ts';

/** One symbol at its close, as the steps before found it. */
export interface InferredSymbol {
  readonly symbol: string;
  readonly inferred: InferredClose;
  readonly market: Market;
}

export interface DecidingClose {
  readonly closeTime: number;
  /** Epoch ms on the account's clock; null: recorded bars are played, so nobody can know what only a live account does. */
  readonly now: number | null;
  readonly symbols: readonly InferredSymbol[];
  readonly recent: RecentColumns;
}

/**
 * Decides a close by the same function as a backtest, and says it as the ledger commits it. Pure.
 * @param book the account marked at this close
 */
export function decideAccount(deciding: DecidingClose, view: LedgerView, book: AccountBook): DecidedClose {
  const { closeTime, symbols } = deciding;
  const { policy } = view.record;
  const input: CloseInput = {
    closeTime,
    policy,
    symbols: symbols.map(symbol => closedSymbol(symbol, deciding, book, view.record.kind)),
    portfolio: book.portfolio,
    memory: book.memory,
    recentCloses: deciding.recent.closes,
    strategy: null,
  };
  const decisions = decideClose(input);
  return {
    decisions: decisions.map((decision, at) => {
      const { symbol, market, inferred } = symbols[at];
      const { timeframe, barTime } = inferred;
      return {
        symbol,
        timeframe,
        barTime,
        rules: decision.rules,
        outcome: outcomeOf(decision),
        orders: ordersOf(decision, {
          account: view.record.account,
          timeframe,
          barTime,
          close: inferred.bar.close,
          market,
          position: input.symbols[at].position,
          validUntil: closeTime + workMs(timeframe),
        }),
        cancels: withdrawsEntry(decision) ? waitingEntries(view, symbol) : [],
      };
    }),
    riskMemory: markMemory(book.memory, policy.risk, closeTime, book.portfolio.equity),
    halt: decisions[0]?.halt?.sentence ?? null,
  };
}

function closedSymbol(
  { symbol, inferred, market }: InferredSymbol,
  { closeTime, now, recent }: DecidingClose,
  book: AccountBook,
  kind: MarketKind,
): ClosedSymbol {
  const { prediction, quote } = inferred;
  return {
    bar: closedBar({ symbol, inferred, market }, kind, recent),
    prediction: {
      direction: prediction.source === 'HOLD' ? null : prediction.direction,
      // As a backtest keeps it.
      confidence: Math.fround(prediction.confidence),
      source: prediction.source,
    },
    confirmation: inferred.confirmation,
    position: book.position(symbol),
    pendingEntry: book.pendingEntry(symbol),
    facts:
      now === null
        ? null
        : {
            dataAgeMs: now - closeTime,
            lastTradePrice: quote?.last ?? null,
            spreadBps: quote?.spreadBps ?? null,
          },
  };
}

function closedBar(
  { symbol, inferred, market }: InferredSymbol,
  kind: MarketKind,
  recent: RecentColumns,
): ClosedBar {
  const { bar, volatility, labels, timeframe } = inferred;
  const barMs = TIMEFRAME_MS[timeframe];
  return {
    market: { symbol, kind, labels, rules: stepsInBase(market), barMs },
    ...bar,
    bar: Math.round(bar.openTime / barMs),
    volatility: volatility ?? Number.NaN,
    recent: (column, bars) => recent.columns(symbol, column, bars),
  };
}

function outcomeOf({ intents, blockedBy }: SymbolDecision): string {
  const said = intents.map(intent => {
    if (intent.kind === 'enter') return `enter ${intent.side}`;
    return intent.kind === 'skip' ? `skip: ${intent.reason}` : intent.kind;
  });
  if (blockedBy !== null) said.push(`blocked: ${RULE_CODES[blockedBy]}`);
  return said.join(', ') || 'nothing';
}

/** An exit takes along the entry that waits. */
function withdrawsEntry({ intents }: SymbolDecision): boolean {
  return intents.some(({ kind }) => kind === 'cancel-entry' || kind === 'exit');
}

function waitingEntries({ openOrders }: LedgerView, symbol: string): string[] {
  return openOrders
    .filter(order => order.symbol === symbol && order.leg === 'entry')
    .map(({ clientOrderId }) => clientOrderId);
}
