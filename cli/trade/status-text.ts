import type { TradingStatus } from '../../contracts/trading.ts';
import type { AccountView, OrderView, SymbolView } from '../../host/trading/account-view.ts';
import type { FailedOrder } from '../../host/trading/trouble-view.ts';
import { renderTime } from '../history-text.ts';
import type { Paint } from '../output.ts';
import { minute, renderTable } from '../table.ts';
import { plainNumber } from '../terminal-text.ts';

/** What an account's workflow does now; null: none runs; silent: its worker does not answer; unreachable: Temporal does not. */
export type ShownWorkflow = TradingStatus | 'silent' | 'unreachable' | null;

export interface ShownAccount extends AccountView {
  readonly workflow: ShownWorkflow;
}

/** A table per account, as it stands now. */
export function renderAccounts(accounts: readonly ShownAccount[], now: number, paint: Paint): string {
  if (accounts.length === 0) {
    return 'No account has traded yet. Start one: trade start paper --symbols BTCUSDT --timeframe 15m';
  }
  return accounts.map(account => renderAccount(account, now, paint)).join('\n\n');
}

function renderAccount(account: ShownAccount, now: number, paint: Paint): string {
  return [
    `${paint.bold(account.account)} (${account.mode}, ${account.isReplay ? 'replay of ' : ''}${account.venue}, policy ${account.policy})  ${renderState(account, paint)}`,
    `cash ${amount(account.cash)} ${account.quote}, equity ${account.equity === null ? 'unknown' : `about ${amount(account.equity)}`}, capital ${amount(account.capital)}`,
    renderWork(account, now),
    ...renderTroubles(account, paint),
    '',
    renderSymbols(account.symbols, paint),
  ].join('\n');
}

/** A line per symbol, which fits a narrow terminal; below it what there seldom is. */
function renderSymbols(symbols: readonly SymbolView[], paint: Paint): string {
  const at = clockOf(symbols);
  const [title, ...lines] = renderTable<SymbolView>(symbols, [
    { title: 'symbol', cell: row => row.symbol },
    { title: 'tf', cell: row => row.timeframe },
    { title: 'last', align: 'right', cell: row => row.lastPrice && amount(row.lastPrice) },
    { title: 'holds', align: 'right', cell: row => row.position && amount(row.position.quantity, 5) },
    { title: 'entry', align: 'right', cell: row => row.position && amount(row.position.entryPrice) },
    { title: 'P&L', align: 'right', cell: row => renderPnl(row, paint) },
    { title: 'decided (UTC)', cell: row => renderDecision(row, at) },
  ]).split('\n');
  const below = symbols.map(row => [
    renderPaused(row, paint),
    row.position?.mend ? paint.red(oneLine(row.position.mend)) : null,
    ...row.orders.map(order => renderOrder(order, paint)),
    row.failedOrder && renderFailed(row.failedOrder, at, paint),
  ]);
  return [
    title,
    ...lines.flatMap((line, at) => [
      line,
      ...below[at].filter(text => text !== null).map(text => `  ${text}`),
    ]),
  ].join('\n');
}

function renderState({ state, stateReason, pausedUntil }: AccountView, paint: Paint): string {
  const painted =
    state === 'running' ? paint.green(state) : state === 'halted' ? paint.red(state) : paint.yellow(state);
  const until = pausedUntil === null ? '' : ` until ${minute(pausedUntil)} UTC`;
  return `${painted}${until}${stateReason ? `: ${oneLine(stateReason)}` : ''}`;
}

function renderWork(shown: ShownAccount, now: number): string {
  const { state, workflow, closes, iterations, lastCloseTime, isReplay, symbols } = shown;
  const at = clockOf(symbols);
  const last = lastCloseTime === null ? 'no close yet' : `last close ${at(lastCloseTime)} UTC`;
  const count = `${closes}${iterations === null ? '' : ` of ${iterations}`} closes, ${last}`;
  if (workflow === null) return `${count}; no workflow runs`;
  if (workflow === 'silent') return `${count}; its workflow does not answer (see status)`;
  if (workflow === 'unreachable')
    return `${count}; ${state === 'stopped' ? 'no workflow runs' : goneText(shown)}`;
  const next =
    workflow.closeTime === null
      ? ''
      : `, close ${at(workflow.closeTime)} UTC${isReplay ? '' : ` (${inSeconds(workflow.closeTime - now)})`}`;
  return `${count}; ${workflow.step}${next}`;
}

/** What keeps closes from being worked on, and positions from being closed. */
function renderTroubles({ workflow, blocked, symbols }: ShownAccount, paint: Paint): string[] {
  const at = clockOf(symbols);
  const lines = blocked === null ? [] : [`not closed yet (${at(blocked.time)} UTC): ${blocked.text}`];
  if (workflow !== null && typeof workflow !== 'string') {
    const { failure, undecided } = workflow;
    if (failure !== null) lines.push(`failed ${at(failure.time)} UTC: ${failure.code}: ${failure.message}`);
    lines.push(...undecided.map(row => `nothing decided about ${row.symbol}: ${row.code}: ${row.message}`));
  }
  return lines.map(line => paint.red(oneLine(line)));
}

function goneText({ account, symbols }: ShownAccount): string {
  const gone = 'Temporal does not answer, so nobody trades it: up';
  const isFlat = symbols.every(({ position, orders }) => position === null && orders.length === 0);
  return isFlat ? gone : `${gone}; or close it from here: trade flatten ${account} --direct`;
}

type Clock = (epochMs: number) => string;

/** Bars of a second are told apart by theirs. */
function clockOf(symbols: readonly SymbolView[]): Clock {
  return symbols.some(({ timeframe }) => timeframe === '1s') ? renderTime : minute;
}

function inSeconds(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return seconds >= 0 ? `in ${seconds} s` : `${-seconds} s ago`;
}

function renderPnl({ position }: SymbolView, paint: Paint): string | null {
  const pnl = position?.openPnl ?? null;
  if (pnl === null) return null;
  return (pnl < 0 ? paint.red : paint.green)(`${pnl < 0 ? '' : '+'}${pnl.toFixed(2)}`);
}

const YEAR_LENGTH = 'YYYY-'.length;

function renderDecision({ decision }: SymbolView, at: Clock): string | null {
  return decision && `${at(decision.barTime).slice(YEAR_LENGTH)} ${decision.outcome}`;
}

/** Enough of the id for `cancel` and `resolve`. */
function renderOrder(order: OrderView, paint: Paint): string {
  const { clientOrderId, leg, side, status, quantity, filled, price, stopPrice } = order;
  const size = filled === '0' ? quantity : `${filled}/${quantity}`;
  const at = stopPrice ?? price;
  const text = `${leg} ${side} ${size}${at === null ? '' : ` at ${at}`} ${status} ${clientOrderId.slice(0, 8)}`;
  return status === 'unknown' ? paint.red(text) : text;
}

function renderFailed(
  { leg, side, quantity, status, time, because, venueCode, clientOrderId }: FailedOrder,
  at: Clock,
  paint: Paint,
): string {
  const why = [because, venueCode && `the venue’s code ${venueCode}`].filter(Boolean).join('; ');
  const text = `${leg} ${side} ${quantity} ${status} ${at(time)} UTC ${clientOrderId.slice(0, 8)}${why && `: ${why}`}`;
  return paint.red(oneLine(text));
}

function renderPaused({ pausedUntil, pausedReason = '' }: SymbolView, paint: Paint): string | null {
  if (pausedUntil === undefined) return null;
  const until = pausedUntil === null ? '' : ` until ${minute(pausedUntil)}`;
  return paint.yellow(`paused${until}${pausedReason && `: ${oneLine(pausedReason)}`}`);
}

/** Without the digits that nobody reads; the document has them all. */
function amount(value: string | number, maximumSignificantDigits = 9): string {
  return plainNumber(Number(value), maximumSignificantDigits);
}

/** What an operator wrote must not move the cursor. */
export function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
