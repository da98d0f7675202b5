import { type Command, Option } from 'commander';
import { AlphaloomError } from '../contracts/errors.ts';
import { parseTimeframe, TIMEFRAME_MS, type Timeframe } from '../contracts/series.ts';
import { anchoredClock, type ClockAnchor } from '../venues/loopback/clock.ts';
import { type LoopbackTradingExchange, startTradingExchange } from '../venues/loopback/exchange.ts';
import type { ScriptedFault } from '../venues/loopback/faults.ts';
import { type Journal, openJournal } from '../venues/loopback/journal.ts';
import { LOOPBACK_KEY } from '../venues/loopback/signature.ts';
import { integer, number } from './arguments.ts';
import type { CliContext } from './context.ts';
import { collectFault, parseBalance, parseSymbols, positive, share } from './exchange-arguments.ts';
import { readExchangeMarkets } from './exchange-markets.ts';

interface ExchangeOptions {
  readonly symbols: readonly string[];
  readonly from?: readonly string[];
  readonly planted?: true;
  readonly timeframe: Timeframe;
  readonly history: number;
  readonly speed: number;
  readonly port: number;
  readonly balance: Readonly<Record<string, string>>;
  readonly feeBps: number;
  readonly spreadTicks: number;
  readonly fillShare?: number;
  readonly queryLagMs: number;
  readonly fault?: readonly ScriptedFault[];
  readonly seed: number;
  readonly journal?: string;
  readonly apiKey: string;
  readonly secret: string;
}

/** The first line of a journal: what an exchange that comes back must be like. */
interface JournalHeader {
  readonly symbols: readonly string[];
  readonly timeframe: Timeframe;
  readonly firstOpenTime: number;
  readonly clock: ClockAnchor;
}

export function register(command: Command, context: CliContext): void {
  command
    .option('--symbols <symbols>', 'spot markets, separated by commas: BTCUSDT,ETHUSDT', parseSymbols, [
      'BTCUSDT',
    ])
    .option(
      '--from <sources...>',
      'a file of candles or a stored series (binance:BTCUSDT/1m), for all or for each symbol (default: the bundled sample)',
    )
    .addOption(
      new Option(
        '--planted',
        'invented prices with an edge to be found, to practise live trading on: a model of them is worth nothing elsewhere',
      ).conflicts('from'),
    )
    .option('--timeframe <timeframe>', 'what each recorded bar is served as', parseTimeframe, '1s')
    .option('--history <bars>', 'bars that are there already', integer(0, 1_000_000), 3_000)
    .option('--speed <factor>', 'exchange time per real time', positive, 1)
    .option('--port <port>', '0: one that is free', integer(0, 65_535), 9_000)
    .option('--balance <coins>', 'what the account begins with', parseBalance, { USDT: '10000' })
    .option('--fee-bps <points>', 'commission in basis points', number, 10)
    .option('--spread-ticks <ticks>', 'how far ask and bid are from the last price', integer(0, 10_000), 1)
    .option(
      '--fill-share <share>',
      'share of traded volume that resting orders get (default: all they want)',
      share,
    )
    .option('--query-lag-ms <ms>', 'new orders are invisible to queries for so long', integer(0, 600_000), 0)
    .option('--fault <fault>', 'what goes wrong, may be repeated', collectFault)
    .option('--seed <seed>', 'decides which requests suffer faults', integer(0, 4_294_967_295), 1)
    .option('--journal <file>', 'keeps the book on disk: a killed exchange comes back with it')
    .option('--api-key <key>', 'the account’s key', LOOPBACK_KEY.apiKey)
    .option('--secret <secret>', 'its secret', LOOPBACK_KEY.secret)
    .addHelpText(
      'after',
      '\nRecorded bars are played without end, forwards and backwards in turn. docs/loopback-exchange.md tells the rest; docs/trading.md has a first live account on it.\n\nExample:\n  alphaloom dev exchange --symbols BTCUSDT,ETHUSDT --balance USDT=10000,BTC=1\n  alphaloom dev exchange --fault "POST order status status=503 when=after probability=0.1" --journal book.jsonl\n',
    )
    .action((options: ExchangeOptions) => runExchange(context, options));
}

async function runExchange(context: CliContext, options: ExchangeOptions): Promise<void> {
  const signal = context.interruption();
  const journal =
    options.journal === undefined ? undefined : openJournal(options.journal, headerOf(context, options));
  const header = journal?.header ?? headerOf(context, options);
  requireSame(header, options);
  const exchange = await start(context, options, header, journal);
  try {
    exchange.script(...(options.fault ?? []));
    context.output.result(describe(exchange, options, header), () => render(exchange, options, header));
    await new Promise<void>(resolve => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  } finally {
    await exchange.close();
  }
  context.output.say('Stopped.');
}

function headerOf(
  { now }: CliContext,
  { symbols, timeframe, history, speed }: ExchangeOptions,
): JournalHeader {
  const realTime = now();
  const barMs = TIMEFRAME_MS[timeframe];
  return {
    symbols,
    timeframe,
    firstOpenTime: (Math.floor(realTime / barMs) - history) * barMs,
    clock: { realTime, exchangeTime: realTime, speed },
  };
}

/** Clock and bars of a journal go on; its markets must be those that are asked for. */
function requireSame({ symbols, timeframe }: JournalHeader, options: ExchangeOptions): void {
  if (symbols.join() === options.symbols.join() && timeframe === options.timeframe) return;
  throw new AlphaloomError(
    'USAGE',
    `The journal ${options.journal} is of ${symbols.join(',')} as ${timeframe} bars; ask for the same, or name another file.`,
    { journal: options.journal, symbols, timeframe },
  );
}

async function start(
  context: CliContext,
  options: ExchangeOptions,
  { symbols, timeframe, firstOpenTime, clock }: JournalHeader,
  journal: Journal<JournalHeader> | undefined,
): Promise<LoopbackTradingExchange> {
  const markets = await readExchangeMarkets(context, {
    symbols,
    from: options.planted ? 'planted' : (options.from ?? []),
    timeframe,
    firstOpenTime,
  });
  const fee = String(options.feeBps / 10_000);
  try {
    return await startTradingExchange({
      markets,
      now: anchoredClock(clock, context.now),
      seed: options.seed,
      port: options.port,
      account: {
        balances: options.balance,
        keys: [{ apiKey: options.apiKey, secret: options.secret }],
        queryLagMs: options.queryLagMs,
        matching: {
          makerFee: fee,
          takerFee: fee,
          spreadTicks: options.spreadTicks,
          makerShare: options.fillShare ?? null,
        },
        journal,
      },
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const message = `Port ${options.port} is taken; name another with --port, or 0 for one that is free.`;
    throw new AlphaloomError('PORT_TAKEN', message, { port: options.port }, { cause: error });
  }
}

function describe({ address }: LoopbackTradingExchange, options: ExchangeOptions, header: JournalHeader) {
  const { apiKey, secret, journal = null } = options;
  const { symbols, timeframe, firstOpenTime, clock } = header;
  const book = `${address}/loopback/book`;
  return {
    address,
    apiKey,
    secret,
    symbols,
    timeframe,
    firstOpenTime,
    speed: clock.speed,
    journal,
    book,
    pid: process.pid,
  };
}

function render(exchange: LoopbackTradingExchange, options: ExchangeOptions, header: JournalHeader): string {
  const { address, apiKey, secret, symbols, timeframe, book } = describe(exchange, options, header);
  return [
    `A loopback exchange at ${address}: ${symbols.join(', ')}, a ${timeframe} bar for each recorded one.`,
    `API key ${apiKey}, secret ${secret}`,
    `Its own book: ${book}`,
    '',
    'To use it, write into alphaloom.yaml:',
    '  venues:',
    `    loopback: {kind: spot, exchange: binance, host: "${address}"}`,
    `  then, say: alphaloom candles fetch --venue loopback --symbol ${symbols[0]} --timeframe ${timeframe} --since ${new Date(header.firstOpenTime).toISOString()}`,
    '',
    'Ctrl-C stops it.',
  ].join('\n');
}
