import type { DecidedAccount, DecideRequest, InferredClose } from '../../contracts/live-trading.ts';
import type { SymbolResult } from '../../contracts/trading.ts';
import type { AccountBook } from '../../trading/deciding/account-book.ts';
import { ledgerBook } from '../../trading/deciding/account-book.ts';
import { decideAccount, type InferredSymbol } from '../../trading/deciding/decide-account.ts';
import { readRecent } from '../../trading/deciding/recent-columns.ts';
import { rememberView } from '../../trading/deciding/risk-memory.ts';
import { keepingOf } from '../../trading/keeping/keeping.ts';
import type { AccountRecord, CommittedClose, DecidedBar, LedgerView } from '../../trading/ledger/records.ts';
import { bookPaper } from '../../trading/paper/book-paper.ts';
import { paperBook } from '../../trading/paper/paper-book.ts';
import { asActivity } from '../activity.ts';
import { accountOf, type OpenAccount, seriesOf, type TradingRooms } from './trading-rooms.ts';

type Row = SymbolResult<InferredClose>;

/** Decides a close over all its symbols and commits it; a rerun answers what was committed first. */
export function decideBars(rooms: TradingRooms) {
  return asActivity(async (request: DecideRequest): Promise<DecidedAccount> => {
    const { close, inferred } = request;
    const { ledger } = rooms;
    const open = await rooms.open(accountOf(rooms, request));
    const { record, paper } = open;
    // A close of which no bar is there was not worked on: who watches over the account is to hear of it.
    if (!inferred.some(({ ok }) => ok)) return answerOf(rooms, record, inferred, NOTHING_COMMITTED);
    const { account } = record;
    const isReplay = open.recorded !== null;
    const now = isReplay ? close.closeTime : await open.venue.now();
    if (paper !== null) await bookPaper({ record, paper, ledger, lease: rooms.lease() }, close.closeTime);

    const symbols = await inferredSymbols(open, inferred);
    const series = record.symbols.map(symbol => seriesOf(record, symbol));
    const recent = await readRecent(open.bars, series, record.policy, close.closeTime);
    const played = paper === null ? null : await paper.read(({ book }) => book);
    const bookOf = (view: LedgerView): AccountBook =>
      played === null
        ? ledgerBook({
            view,
            memory: rememberView(view),
            lastCloses: lastCloses(record, recent.closes),
            stop: position => keepingOf(position).trail,
          })
        : paperBook(played);
    const committed = await ledger.commitClose(rooms.lease(), {
      account,
      closeTime: close.closeTime,
      now,
      bars: symbols.map(decidedBar),
      decide(view, undecided) {
        const asked = symbols.filter(({ symbol }) => undecided.some(bar => bar.symbol === symbol));
        const deciding = { closeTime: close.closeTime, now: isReplay ? null : now, symbols: asked, recent };
        return decideAccount(deciding, view, bookOf(view));
      },
    });
    return answerOf(rooms, record, inferred, committed);
  });
}

type Committed = Pick<CommittedClose, 'decisions' | 'cancels'>;

const NOTHING_COMMITTED: Committed = { decisions: [], cancels: [] };

async function inferredSymbols({ market }: OpenAccount, inferred: readonly Row[]): Promise<InferredSymbol[]> {
  const symbols: InferredSymbol[] = [];
  for (const row of inferred) {
    if (row.ok) symbols.push({ symbol: row.symbol, inferred: row.value, market: await market(row.symbol) });
  }
  return symbols;
}

function decidedBar({ symbol, inferred: { timeframe, barTime, prediction } }: InferredSymbol): DecidedBar {
  return { symbol, timeframe, barTime, prediction };
}

function lastCloses(
  { symbols }: AccountRecord,
  closes: (symbol: string, bars: number) => { readonly close: ArrayLike<number> },
): ReadonlyMap<string, number> {
  const known = new Map<string, number>();
  for (const { symbol } of symbols) {
    const [last] = Array.from(closes(symbol, 1).close);
    if (last !== undefined) known.set(symbol, last);
  }
  return known;
}

/** What an earlier close planned and could not send goes along: the sending transaction knows what is too late. */
function answerOf(
  { ledger, validates }: TradingRooms,
  { account }: AccountRecord,
  inferred: readonly Row[],
  { decisions, cancels }: Committed,
): DecidedAccount {
  const outcomes = new Map(decisions.map(({ symbol, outcome }) => [symbol, outcome]));
  const planned = ledger.openOrders(account).filter(({ status }) => status === 'planned');
  return {
    outcomes: inferred.map(row =>
      row.ok
        ? { symbol: row.symbol, outcome: outcomes.get(row.symbol) ?? 'nothing' }
        : { symbol: row.symbol, outcome: row.error.code, message: row.error.message },
    ),
    orders: planned.map(({ clientOrderId }) => clientOrderId),
    cancels: cancels.map(({ clientOrderId }) => clientOrderId),
    unvalidated: validates
      ? planned.filter(({ leg }) => leg === 'entry').map(({ clientOrderId }) => clientOrderId)
      : [],
  };
}
