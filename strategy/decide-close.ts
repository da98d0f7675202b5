import type { ClosedSymbol, CloseInput, Halt, SymbolDecision } from '../contracts/close-decision.ts';
import type { EnterIntent, Intent, MarketPrediction, PortfolioView } from '../contracts/intents.ts';
import type { Policy } from '../contracts/policy.ts';
import type { RiskMemory, RuleLine, RuleName } from '../contracts/risk.ts';
import { wish } from './decide.ts';
import { checkIntents } from './intent-check.ts';
import { markMemory } from './risk/memory.ts';
import { answer, lineOf, percent, told } from './risk/rule.ts';
import { askRules } from './risk/rules.ts';
import { Situation } from './risk/situation.ts';

/** A symbol's decision while the others are made. */
interface Draft {
  readonly closed: ClosedSymbol;
  readonly symbol: string;
  /** null: nobody asks why. */
  readonly lines: RuleLine[] | null;
  /** All but the entry. */
  readonly others: readonly Intent[];
  readonly wanted: EnterIntent | null;
  entry: EnterIntent | null;
  blockedBy: RuleName | null;
}

/**
 * What is done about every symbol whose bars closed at one time: backtest, paper and live trading decide by this. Exits and
 * withdrawals of all symbols come first and pass every rule; then entries take slots and exposure one after the other, the
 * surest first, of equal ones in the account's order. A policy that sets none of `sources`, `everyBars`, `confirmation` and
 * `risk` is decided symbol by symbol in the account's order instead. Pure.
 * @returns in the order of `symbols`
 * @throws AlphaloomError STRATEGY_INVALID where one's own strategy throws or wants what no order can be
 */
export function decideClose(close: CloseInput): SymbolDecision[] {
  return decideWith(close, () => []);
}

/** The same without the rules' lines, for backtests of many bars. */
export function decideQuietly(close: CloseInput): SymbolDecision[] {
  return decideWith(close, () => null);
}

function decideWith(close: CloseInput, linesOf: () => RuleLine[] | null): SymbolDecision[] {
  const memory = markMemory(close.memory, close.policy.risk, close.closeTime, close.portfolio.equity);
  const situation = new Situation(close, memory);
  const isWhole = decidesAsWhole(close.policy);
  const drafts: Draft[] = [];
  for (const closed of close.symbols) {
    const draft = draftOf(closed, close, situation, isWhole, linesOf());
    drafts.push(draft);
    if (withdraws(draft)) situation.withdraw(draft.symbol);
    if (!isWhole) settle(draft, situation, isWhole);
  }
  if (isWhole) for (const draft of surestFirst(drafts)) settle(draft, situation, isWhole);
  const halt = haltOf(memory, close.portfolio.equity);
  return drafts.map(({ symbol, others, entry, lines, blockedBy }) => ({
    symbol,
    intents: entry === null ? others : [...others, entry],
    rules: lines ?? [],
    blockedBy,
    halt,
  }));
}

/** Whether entries of a close compete, and are asked every rule of the risk table. */
export function decidesAsWhole({ sources, everyBars, confirmation, risk }: Policy): boolean {
  return sources !== undefined || everyBars !== undefined || confirmation !== undefined || risk !== undefined;
}

function draftOf(
  closed: ClosedSymbol,
  close: CloseInput,
  situation: Situation,
  isWhole: boolean,
  lines: RuleLine[] | null,
): Draft {
  const { symbol } = closed.bar.market;
  const intents = intentsOf(closed, close, situation, isWhole, lines);
  return {
    closed,
    symbol,
    lines,
    others: intents.filter(({ kind }) => kind !== 'enter'),
    wanted: intents.find(intent => intent.kind === 'enter') ?? null,
    entry: null,
    blockedBy: null,
  };
}

function intentsOf(
  closed: ClosedSymbol,
  { policy, portfolio, strategy }: CloseInput,
  situation: Situation,
  isWhole: boolean,
  lines: RuleLine[] | null,
): readonly Intent[] {
  const { prediction, bar, position, pendingEntry } = closed;
  const { cash, equity, grossExposure } = portfolio;
  const others = situation.othersOf(bar.market.symbol).length;
  const view: PortfolioView = { cash, equity, grossExposure, position, pendingEntry, otherPositions: others };
  // Slots are given by the table, once every symbol has been asked.
  if (strategy === null)
    return wish(prediction, isWhole ? { ...view, otherPositions: 0 } : view, policy, bar, lines);
  const isRuined = !(equity > 0) && portfolio.positions.length === 0;
  const intents = isRuined ? [] : checkIntents(strategy, prediction, view, policy, bar);
  lines?.push(ownLine(prediction, intents));
  return intents;
}

function ownLine({ direction }: MarketPrediction, intents: readonly Intent[]): RuleLine {
  const wanted = intents.map(intent =>
    intent.kind === 'enter' ? `enter ${intent.side} ${told(intent.quantity)}` : intent.kind,
  );
  return lineOf(
    'signal',
    answer(true, direction, null, () => `The strategy’s own decision: ${wanted.join(', ') || 'nothing'}.`),
  );
}

/** Of equal confidence in the account's order: sorting keeps it. */
function surestFirst(drafts: readonly Draft[]): readonly Draft[] {
  const confidence = ({ closed: { prediction } }: Draft) => prediction.confidence;
  return drafts.filter(({ wanted }) => wanted !== null).sort((a, b) => confidence(b) - confidence(a));
}

/** Asks the table of a draft's entry, and takes what it lets through. */
function settle(draft: Draft, situation: Situation, isWhole: boolean): void {
  const { closed, symbol, wanted, lines } = draft;
  if (wanted === null) return;
  const price = wanted.order.kind === 'limit' ? wanted.order.price : closed.bar.close;
  const isLeaving = closed.position?.leaving === true || draft.others.some(({ kind }) => kind === 'exit');
  const asked = askRules({ closed, symbol, entry: wanted, price, isLeaving }, situation, isWhole, lines);
  draft.blockedBy = asked.blockedBy;
  if (asked.entry === null) return;
  draft.entry = asked.entry.entry;
  situation.take(asked.entry);
}

/** An exit takes along the entry that waits; where there is no position, it is nothing unless an entry comes in its place. */
function withdraws({ others, closed, wanted }: Draft): boolean {
  return others.some(
    ({ kind }) =>
      kind === 'cancel-entry' || (kind === 'exit' && (closed.position !== null || wanted !== null)),
  );
}

function haltOf({ halted, peakEquity }: RiskMemory, equity: number): Halt | null {
  if (halted === null) return null;
  return {
    reason: halted,
    sentence: `The account is halted by ${halted}: its equity is ${percent(1 - equity / peakEquity)} under its peak.`,
  };
}
