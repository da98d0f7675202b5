import { mkdir, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { homeAt } from '../../host/paths.ts';
import { openLedger } from '../../host/trading/open-ledger.ts';
import type { Ledger } from '../../trading/ledger/ledger.ts';
import { AT_ONCE, compareBooks, type Difference, type LedgerSide, type TradedMarket } from './agreement.ts';
import { strikeAt } from './blows.ts';
import { Commands } from './command.ts';
import { ExchangeProcess, freePort } from './exchange.ts';
import { FAULTS, QUERY_LAG_MS } from './faults.ts';
import { type SaidMessage, tell } from './messages.ts';
import { ACCOUNT, CHAOS_POLICY } from './policy.ts';
import { type ChaosReport, summarize, type Violation, violationOf } from './report.ts';
import { planStrikes, type Strike } from './strikes.ts';
import {
  BALANCE,
  copyTemplate,
  exchangeFolder,
  HISTORY_BARS,
  KEYS,
  SYMBOLS,
  VENUE,
  writeSettings,
} from './template.ts';

export interface ChaosRequest {
  readonly kills: number;
  readonly seed: number;
  /** Where the home is made; it is removed when nothing was violated. */
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  say(line: string): void;
}

const MARKETS: readonly TradedMarket[] = SYMBOLS.map(symbol => ({
  symbol,
  base: symbol.replace('USDT', ''),
}));
const CAPITAL = 20_000;
/** An account that decides on no close for so long after a strike stands still. */
const STANDSTILL_MS = 90_000;
/** An order of which nothing is to be found is lapsed after 20 s and some look-ups; then all must agree. */
const AGREEMENT_MS = 120_000;
const COMPARED_EVERY = 10;
const POLL_MS = 50;
const COMPARE_POLL_MS = 700;
const ALL_TIME = { fromTime: 0, toTime: Number.MAX_SAFE_INTEGER };

/** The whole program on this machine, struck again and again while it trades; what must hold holds, or is reported. */
export async function runChaos(request: ChaosRequest): Promise<ChaosReport> {
  const { folder: root, environment, seed, say } = request;
  const started = performance.now();
  await mkdir(root, { recursive: true });
  await copyTemplate(root, environment, say);
  const home = homeAt(root);
  const killFile = join(root, 'kill-at');
  const commands = new Commands(root, {
    ...environment,
    ALPHALOOM_LIVE: 'yes',
    ALPHALOOM_CHAOS_KILL_AT: killFile,
  });
  const exchange = new ExchangeProcess({
    folder: exchangeFolder(root),
    symbols: SYMBOLS,
    port: await freePort(),
    history: HISTORY_BARS,
    faults: FAULTS,
    seed,
    queryLagMs: QUERY_LAG_MS,
    balance: BALANCE,
    keys: KEYS,
    environment: commands.environment,
  });
  await writeSettings(root, exchange.address, {
    accounts: { [ACCOUNT]: { mode: 'live', venue: VENUE, policy: 'chaos', capital: CAPITAL, ...KEYS } },
  });
  await mkdir(join(root, 'policies'), { recursive: true });
  await writeFile(join(root, 'policies/chaos.yaml'), JSON.stringify(CHAOS_POLICY));
  const struck: { strike: Strike; reached: boolean }[] = [];
  const recoveries: number[] = [];
  const violations: Violation[] = [];
  let comparisons = 0;
  let ledger: Ledger | null = null;
  try {
    await exchange.start();
    // What closed since the models were made.
    const since = new Date(exchange.firstOpenTime()).toISOString();
    await commands.run('candles', 'fetch', '--symbol', SYMBOLS.join(), '--timeframe', '1s', '--since', since);
    await commands.run('up');
    ledger = await openLedger(home, Date.now);
    const book = ledger;
    await startAccount(commands);
    say(`trading; ${request.kills} strikes to come`);

    const violate = (...found: readonly Violation[]) => {
      violations.push(...found);
      for (const { kind, says } of found) say(`VIOLATION ${kind}: ${says}`);
    };
    const differences = async (): Promise<Difference[]> => {
      // The ledger first: what the exchange has done since is late, not invented.
      const side = sideOf(book);
      const known = compareBooks(await exchange.book(), side, MARKETS);
      comparisons++;
      return known;
    };
    const atOnce = async () => {
      const found = (await differences()).filter(({ kind }) => AT_ONCE.has(kind));
      if (found.length === 0) return;
      // A trade may have come between the two readings; what is wrong stays wrong.
      await sleep(COMPARE_POLL_MS);
      const still = await differences();
      const says = new Set(still.map(difference => difference.says));
      const known = new Set(violations.map(violation => violation.says));
      const lasting = found
        .filter(difference => says.has(difference.says))
        .map(difference => violationOf(difference, struck.length));
      violate(...lasting.filter(violation => !known.has(violation.says)));
    };
    const agree = async () => {
      const deadline = Date.now() + AGREEMENT_MS;
      let found = await differences();
      while (found.length > 0 && Date.now() < deadline) {
        await sleep(COMPARE_POLL_MS);
        found = await differences();
      }
      violate(...found.map(difference => violationOf(difference, struck.length)));
    };

    const recovered = async (fromTime: number) => {
      const deadline = Date.now() + STANDSTILL_MS;
      while (Date.now() < deadline) {
        if ((book.account(ACCOUNT).lastCloseTime ?? 0) > fromTime) {
          recoveries.push(Date.now() - fromTime);
          return;
        }
        await sleep(POLL_MS);
      }
      const { state, stateReason, lastCloseTime } = book.account(ACCOUNT);
      const says = `no close was decided for ${STANDSTILL_MS / 1_000} s after a strike`;
      violate({
        kind: 'standstill',
        strikes: struck.length,
        says,
        evidence: { state, stateReason, lastCloseTime },
      });
    };

    const obeyed = async (said: SaidMessage) => {
      await said.answered();
      // The answer says that it is begun.
      const deadline = Date.now() + AGREEMENT_MS;
      const isFlattening = () => {
        const { state, flattening } = book.account(ACCOUNT);
        return state === 'flattening' || flattening.length > 0;
      };
      while (isFlattening() && Date.now() < deadline) await sleep(POLL_MS);
      const open = book.positions(ACCOUNT).filter(({ symbol }) => said.flat.includes(symbol));
      if (isFlattening() || open.length > 0) {
        const says = `${said.message} left positions open`;
        violate({ kind: 'not-flat', strikes: struck.length, says, evidence: open });
      }
      await said.undo();
    };

    for (const strike of planStrikes(request.kills, seed)) {
      await sleep(strike.quietMs);
      const said = strike.message === null ? null : tell(commands, strike.message);
      const { fromTime } = await strikeAt({ home, ledger: book, exchange, killFile }, strike);
      struck.push({ strike, reached: fromTime !== null });
      if (said !== null) await obeyed(said);
      if (fromTime !== null && strike.awaitsRecovery) await recovered(fromTime);
      await atOnce();
      say(
        `${struck.length}/${request.kills} ${strike.target} ${strike.way} ${strike.boundary ?? ''} ${strike.message ?? ''}${fromTime === null ? ' (not reached)' : ''}: ${recoveries.at(-1) ?? '-'} ms; ${book.account(ACCOUNT).closes} closes, ${sideOf(book).fills.length} fills`,
      );
      if (struck.length % COMPARED_EVERY === 0 && struck.length < request.kills) {
        await commands.run('trade', 'pause', ACCOUNT);
        await agree();
        await commands.run('trade', 'resume', ACCOUNT);
      }
    }

    await recovered(Date.now());
    await commands.run('trade', 'pause', ACCOUNT);
    await agree();
    await exchange.forgetFaults();
    await commands.run('trade', 'stop', ACCOUNT, '--flatten');
    await agree();
    if (book.positions(ACCOUNT).length > 0)
      violate({
        kind: 'position-left',
        strikes: struck.length,
        says: 'a position is left after stop --flatten',
        evidence: book.positions(ACCOUNT),
      });
    const check = await commands.ask('trade', 'check', ACCOUNT);
    if (check.exitCode !== 0)
      violate({
        kind: 'check',
        strikes: struck.length,
        says: 'trade check found violations',
        evidence: check,
      });

    const { orders, trades } = await exchange.book();
    const side = { ...sideOf(book), events: book.events(ACCOUNT, 10_000_000) };
    return {
      seed,
      seconds: Math.round((performance.now() - started) / 1_000),
      machine: `${cpus().length} cores, load ${loadavg()
        .map(load => load.toFixed(1))
        .join(' ')}`,
      home: violations.length === 0 ? null : root,
      closes: book.account(ACCOUNT).closes,
      orders: orders.length,
      fills: trades.length,
      comparisons,
      ...summarize({ struck, recoveries, violations, ledger: side }),
    };
  } finally {
    ledger?.close();
    await commands.ask('down', '--leave-positions');
    await exchange.end();
    if (violations.length === 0) await rm(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function startAccount(commands: Commands): Promise<void> {
  const symbols = SYMBOLS.map(symbol => `${symbol}/1s`).join();
  // Everything is asked over the same faulty exchange; a start that fails changes nothing and may be tried again.
  for (let attempt = 1; ; attempt++) {
    const answer = await commands.ask(
      ...['trade', 'start', ACCOUNT, '--symbols', symbols, '--policy', 'chaos', '--i-understand-the-risk'],
    );
    if (answer.exitCode === 0) return;
    if (attempt === 3) throw new Error(`trade start failed: ${answer.stdout}\n${answer.stderr}`);
  }
}

function sideOf(ledger: Ledger): LedgerSide {
  return {
    orders: ledger.orders(ACCOUNT, ALL_TIME),
    fills: ledger.fills(ACCOUNT, ALL_TIME),
    positions: ledger.positions(ACCOUNT),
    dust: ledger.dust(ACCOUNT),
    slots: ledger.slots(ACCOUNT),
  };
}
