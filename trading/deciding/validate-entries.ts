import type { EntryFacts, EntryValidation } from '../../contracts/entry-validation.ts';
import { RULE_CODES, type RuleLine } from '../../contracts/risk.ts';
import { TIMEFRAME_MS } from '../../contracts/series.ts';
import { levelPrice } from '../../strategy/levels.ts';
import type { Lease, Ledger } from '../ledger/ledger.ts';
import type { AccountRecord, DecisionRecord, LedgerOrder } from '../ledger/records.ts';
import { countFailure } from '../llm/failures.ts';
import type { LlmSettings } from '../llm/settings.ts';
import { type LlmDeps, validateEntry } from '../llm/validate-entry.ts';
import type { TradedBars } from './traded-bars.ts';

export interface ValidatingDesk {
  readonly record: AccountRecord;
  readonly ledger: Ledger;
  lease(): Lease;
  readonly bars: TradedBars;
  readonly settings: LlmSettings;
  readonly fetch: LlmDeps['fetch'];
  readonly monotonicMs: () => number;
  /** Epoch ms on the account's clock. */
  now(): number;
}

const RETURNS = 32;

const REASONS = {
  approve: null,
  reject: 'llm-rejected',
  abstain: 'llm-abstained',
  failed: 'llm-failed',
} as const;

/**
 * Asks the language model once about each planned entry, side by side, and commits each verdict: the first one counts. Nobody
 * is asked about an entry that has a verdict, or that is too late to be sent.
 */
export async function validatePlanned(
  desk: ValidatingDesk,
  entries: readonly LedgerOrder[],
): Promise<readonly EntryValidation[]> {
  const open = entries.filter(
    ({ clientOrderId, validUntil }) =>
      desk.ledger.validation(clientOrderId) === null && (validUntil === null || desk.now() < validUntil),
  );
  return await Promise.all(open.map(entry => validateOne(desk, entry)));
}

/**
 * Counts calls without a usable answer, in a row, and tells of them each time the row has got so long again.
 * @param before of the account, before these
 * @returns of the account, after these
 */
export async function tellFailures(
  { record: { account }, ledger, settings, now }: ValidatingDesk,
  said: readonly EntryValidation[],
  before: number,
): Promise<number> {
  let failures = before;
  for (const { reason, sentence, model } of said) {
    const { consecutive, alarms } = countFailure(failures, reason, settings.alarmAfterFailures);
    failures = consecutive;
    if (!alarms) continue;
    await ledger.notify({
      event: 'llm-failing',
      key: `llm-failing/${account}/${consecutive}`,
      subject: account,
      at: now(),
      facts: { consecutive, reason, sentence, model },
    });
  }
  return failures;
}

/** Entries that nobody could be asked about are none: a question that may have been put is not put again. */
export async function refuseUnasked(
  { ledger, lease, now, settings }: Pick<ValidatingDesk, 'ledger' | 'lease' | 'now' | 'settings'>,
  entries: readonly LedgerOrder[],
): Promise<void> {
  for (const { clientOrderId } of entries) {
    if (ledger.validation(clientOrderId) !== null) continue;
    await ledger.commitValidation(lease(), {
      clientOrderId,
      verdict: 'failed',
      reason: REASONS.failed,
      finding: null,
      confidence: null,
      reasons: [],
      promptVersion: null,
      promptHash: null,
      model: settings.model,
      latencyMs: null,
      answer: null,
      time: now(),
    });
  }
}

async function validateOne(desk: ValidatingDesk, entry: LedgerOrder): Promise<EntryValidation> {
  const { record, ledger, settings, fetch, monotonicMs } = desk;
  const vocabulary = {
    symbols: record.symbols.map(({ symbol }) => symbol),
    rules: Object.keys(RULE_CODES),
  };
  const said = await validateEntry(await factsOf(desk, entry), settings, { fetch, monotonicMs, vocabulary });
  await ledger.commitValidation(desk.lease(), {
    clientOrderId: entry.clientOrderId,
    verdict: said.verdict,
    reason: REASONS[said.verdict],
    finding: said.reason,
    confidence: said.confidence,
    reasons: said.reasons,
    promptVersion: said.promptVersion,
    promptHash: said.promptHash,
    model: said.model,
    latencyMs: said.latencyMs,
    answer: said.answer,
    time: desk.now(),
  });
  return said;
}

async function factsOf({ record, ledger, bars }: ValidatingDesk, entry: LedgerOrder): Promise<EntryFacts> {
  const { account, symbol, timeframe, barTime } = entry;
  const decision = ledger.decision(account, symbol, barTime)!;
  const closeTime = barTime + TIMEFRAME_MS[timeframe];
  const { close } = await bars.last({ venue: record.venue, symbol, timeframe }, RETURNS + 1, closeTime);
  const recentReturns = Array.from(close.subarray(1), (price, at) => Math.log(price / close[at]));
  const memory = record.riskMemory as { equity: number; peakEquity: number; dayEquity: number };
  const positions = ledger
    .positions(account)
    .map(({ quantity, entryPrice }) => Number(quantity) * Number(entryPrice));
  const side = entry.side === 'buy' ? 1 : -1;
  const price = Number(entry.decisionPrice);
  const { stop = null, targets = [] } = entry.plan?.exits ?? {};
  const { prediction } = decision;
  return {
    symbol,
    timeframe,
    side: side > 0 ? 'LONG' : 'SHORT',
    source: prediction.source,
    confidence: prediction.confidence,
    probabilities: prediction.probabilities,
    levels: {
      entry: price,
      stopLoss: stop && levelPrice(price, -side, stop, null),
      takeProfit: targets[0] ? levelPrice(price, side, targets[0].distance, null) : null,
    },
    recentReturns,
    volatility: deviation(recentReturns),
    size: Number(entry.worstCaseNotional ?? 0) / memory.equity,
    exposure: {
      gross: positions.reduce((sum, value) => sum + Math.abs(value), 0) / memory.equity,
      net: positions.reduce((sum, value) => sum + value, 0) / memory.equity,
      openPositions: positions.length,
      dayReturn: memory.equity / memory.dayEquity - 1,
      drawdown: Math.max(0, 1 - memory.equity / memory.peakEquity),
    },
    rules: rulesOf(decision),
  };
}

const OUTCOMES = { pass: 'pass', block: 'fail', unknown: 'inconclusive' } as const;

function rulesOf({ rules }: DecisionRecord): EntryFacts['rules'] {
  return (rules as readonly RuleLine[]).map(({ rule, outcome, value, limit }) => ({
    rule,
    outcome: OUTCOMES[outcome],
    value: typeof value === 'number' ? value : null,
    limit: typeof limit === 'number' ? limit : null,
  }));
}

function deviation(returns: readonly number[]): number {
  if (returns.length === 0) return 0;
  const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
  return Math.sqrt(returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / returns.length);
}
