/** What each error code means and what to do about it: the source of `docs/errors.md`. */
interface ErrorMeaning {
  /** 2: the request was wrong; 1: the request was right and could not be done. */
  readonly exit: 1 | 2;
  readonly meaning: string;
  readonly mend: string;
}

/** The closed set of error codes. Add a line here, then run `./alphaloom dev docs`. */
export const ERROR_CODES = {
  // requests
  USAGE: { exit: 2, meaning: 'The command line is wrong.', mend: 'See the command’s --help.' },
  SERIES_INVALID: { exit: 2, meaning: 'A series id is malformed.', mend: 'Write venue:SYMBOL/timeframe.' },
  SYMBOL_INVALID: { exit: 2, meaning: 'A symbol is malformed.', mend: 'Write it compact: BTCUSDT.' },
  TIMEFRAME_INVALID: {
    exit: 2,
    meaning: 'A timeframe is unknown.',
    mend: 'Use one of the listed timeframes.',
  },
  VENUE_INVALID: {
    exit: 2,
    meaning: 'A venue name is malformed.',
    mend: 'Lower-case letters, digits, dashes.',
  },
  TIME_INVALID: {
    exit: 2,
    meaning: 'A time can’t be read.',
    mend: 'Write ISO 8601, e.g. 2026-03-01T12:00Z.',
  },
  CONFIG_INVALID: {
    exit: 2,
    meaning: 'A setting has an unknown name or a wrong value.',
    mend: 'Run config check; the message names the path, the value and what is allowed.',
  },
  RECIPE_INVALID: {
    exit: 2,
    meaning: 'A recipe has an unknown key or a wrong value.',
    mend: 'The message names the path, the value and what is allowed.',
  },
  RECIPE_NOT_FOUND: {
    exit: 2,
    meaning: 'No recipe of that name.',
    mend: 'Use a listed name or a path to a YAML file.',
  },
  POLICY_INVALID: {
    exit: 2,
    meaning: 'A policy has an unknown key or a wrong value.',
    mend: 'The message names the path, the value and what is allowed.',
  },
  POLICY_NOT_FOUND: {
    exit: 2,
    meaning: 'No policy of that name.',
    mend: 'Use a listed name or a path to a YAML file.',
  },
  STRATEGY_INVALID: {
    exit: 2,
    meaning: 'A strategy of one’s own can’t be loaded, throws, or wants what no order can be.',
    mend: 'The message says which file, which bar and what was wrong; docs/backtesting.md shows one that works.',
  },
  STRATEGY_LEAKS: {
    exit: 2,
    meaning: 'A decision changed when later bars were cut off: something looks ahead.',
    mend: 'The message names the bar and what differed; use bars up to the decision’s alone.',
  },
  BACKTEST_INVALID: {
    exit: 2,
    meaning: 'A backtest can’t be played: a range without bars, a purse or costs that make no sense.',
    mend: 'The message says what was wrong and what is allowed.',
  },
  BACKTEST_IN_SAMPLE: {
    exit: 2,
    meaning: 'A backtest’s range overlaps bars that the model was trained on.',
    mend: 'The message says from which time on its bars are unseen.',
  },
  FILE_EXISTS: {
    exit: 2,
    meaning: 'A file that would be written is there already; nothing was written.',
    mend: 'Use another folder, or move the file away.',
  },
  FILE_NOT_FOUND: { exit: 2, meaning: 'A file named in the request is not there.', mend: 'Check the path.' },
  // venues
  VENUE_UNKNOWN: {
    exit: 2,
    meaning: 'No exchange client is known for a venue.',
    mend: 'Name its ccxt id under venues in the configuration.',
  },
  SYMBOL_UNKNOWN: {
    exit: 2,
    meaning: 'A venue does not list the symbol as that kind of market.',
    mend: 'The message lists what is near.',
  },
  SYMBOL_AMBIGUOUS: {
    exit: 2,
    meaning: 'A symbol can be read as several markets of a venue.',
    mend: 'Write base, quote and settlement apart, as the message shows: BTC/USDT:USDT.',
  },
  VENUE_UNREACHABLE: {
    exit: 1,
    meaning: 'A venue did not answer in time, or broke off.',
    mend: 'Try again; what was fetched is stored.',
  },
  VENUE_RATE_LIMITED: {
    exit: 1,
    meaning: 'A venue asks to wait longer than this command does.',
    mend: 'Try again after the time it names.',
  },
  VENUE_MAINTENANCE: {
    exit: 1,
    meaning: 'A venue is under maintenance.',
    mend: 'Try again later; what was fetched is stored.',
  },
  VENUE_REFUSED: {
    exit: 1,
    meaning: 'A venue refused a request.',
    mend: 'The message holds its reason.',
  },
  VENUE_ANSWER_INVALID: {
    exit: 1,
    meaning: 'A venue’s answer is not what its interface promises; nothing of it was stored.',
    mend: 'Try again; if it stays, the venue changed its interface.',
  },
  VENUE_KEYS_REFUSED: {
    exit: 1,
    meaning:
      'A venue does not accept the account’s credentials: wrong, revoked, without the right, or from another address.',
    mend: 'Check the key at the venue: it must exist, be allowed to read and to trade, and list this machine’s address.',
  },
  VENUE_CLOCK_OFF: {
    exit: 1,
    meaning:
      'A venue refused a request for its time; the offset to its clock is measured anew before the next.',
    mend: 'Try again; if it stays, set this machine’s clock (NTP).',
  },
  ORDER_MISMATCH: {
    exit: 1,
    meaning: 'A venue answered about another order than the one that was asked for.',
    mend: 'Look at the order on the venue’s own pages and settle it by hand: trade resolve.',
  },
  // candles
  CANDLES_INVALID: {
    exit: 2,
    meaning: 'Bars break a rule (order, prices, time, columns); nothing was stored.',
    mend: 'The message names the row and the rule; mend the file.',
  },
  CANDLES_UNREADABLE: {
    exit: 2,
    meaning: 'A file is damaged or not of the format its name says; nothing was stored.',
    mend: 'Export it again.',
  },
  CANDLES_DAMAGED: {
    exit: 1,
    meaning: 'A file of the candle store is missing, or is not what was stored.',
    mend: 'Restore it from a backup, or drop the series (candles remove) and import it again.',
  },
  CANDLES_CONFLICT: {
    exit: 1,
    meaning: 'A bar differs from the one in the store; nothing was stored.',
    mend: 'Find out which is right; candles remove drops the series, to import it anew.',
  },
  CANDLES_NOT_FOUND: {
    exit: 2,
    meaning: 'The store holds no bars of that series.',
    mend: 'Fetch or import them: candles fetch, candles import.',
  },
  CANDLES_TOO_FEW: {
    exit: 2,
    meaning: 'Too few bars for what the recipe asks.',
    mend: 'Import more history, or use a smaller recipe.',
  },
  CANDLES_QUALITY: {
    exit: 1,
    meaning: 'A series is below the quality its recipe asks for; nothing was trained.',
    mend: 'The message names the rule and where; mend the data, or change quality in the recipe.',
  },
  CANDLES_STALE: {
    exit: 1,
    meaning: 'A bar that should have closed by now is not there.',
    mend: 'Fetch it, or see why the collection does not run: status.',
  },
  RESAMPLE_INVALID: {
    exit: 2,
    meaning: 'Bars can’t be made into that timeframe.',
    mend: 'Choose a timeframe that is a whole multiple of the source’s.',
  },
  TICKS_INVALID: {
    exit: 2,
    meaning: 'Trades or books break a rule; nothing was stored.',
    mend: 'The message names the row and the rule; mend the file.',
  },
  SYNTHETIC_REFUSED: {
    exit: 1,
    meaning: 'Synthetic data, or a model trained on it, where only real data is allowed.',
    mend: 'Use a home whose configuration says synthetic: allowed.',
  },
  // features, labels, datasets
  FEATURE_INVALID: {
    exit: 2,
    meaning: 'A feature of your own is not a proper catalog entry.',
    mend: 'The message names the file, the entry and what is expected.',
  },
  FEATURE_INPUT_MISSING: {
    exit: 2,
    meaning: 'A feature needs columns that the series does not have (a leader, ticks, books).',
    mend: 'Name a leader in the recipe, or use a series with ticks.',
  },
  FEATURE_EMPTY: {
    exit: 1,
    meaning: 'A feature has no value in any row that would be trained on.',
    mend: 'Leave it out, or bring what it is made of (volume, books, a leader’s bars).',
  },
  FEATURE_LEAKS: {
    exit: 1,
    meaning: 'A feature sees the future; nothing was computed with it.',
    mend: 'The message says what it reads too early; run features audit for every finding.',
  },
  FEATURE_UNKNOWN: { exit: 2, meaning: 'A feature is not in the catalog.', mend: 'Use a listed name.' },
  SCHEMA_MISMATCH: {
    exit: 1,
    meaning: 'A model’s features differ from what the engine offers.',
    mend: 'Train again; the message shows the difference.',
  },
  DATASET_TOO_SMALL: {
    exit: 2,
    meaning: 'After purging, a block has too few rows for the recipe’s gate.',
    mend: 'Use more history or another split.',
  },
  DATASET_ONE_CLASS: {
    exit: 2,
    meaning: 'A block holds one class only: nothing can be learnt or judged.',
    mend: 'Choose other barriers or a longer history.',
  },
  // models
  NATIVE_LIBRARY_MISSING: {
    exit: 1,
    meaning: 'A native library is not installed or can’t be loaded.',
    mend: 'Run setup, then doctor.',
  },
  TRAINING_FAILED: {
    exit: 1,
    meaning: 'The estimator refused or failed.',
    mend: 'The message holds the estimator’s own words.',
  },
  TRAINING_CANCELLED: {
    exit: 1,
    meaning: 'Training was cancelled.',
    mend: 'Start it again; finished steps are kept.',
  },
  MODEL_UNSUPPORTED: {
    exit: 1,
    meaning: 'A trained model uses something the export does not support.',
    mend: 'Change the recipe as the message says.',
  },
  MODEL_INVALID: {
    exit: 1,
    meaning: 'An ONNX file breaks the contract: size, operators, external data, inputs or outputs.',
    mend: 'Do not use it; restore or train again.',
  },
  MODEL_SAW_TEST: {
    exit: 2,
    meaning: 'An imported model was trained on bars that it would be judged by.',
    mend: 'Bring newer bars, or a split whose test block begins after its training.',
  },
  SAMPLE_INVALID: {
    exit: 2,
    meaning: 'A sample of a model’s answers can’t be read, or does not fit the model.',
    mend: 'The message says what is expected: rows x and expected, in JSON or Parquet.',
  },
  PARITY_FAILED: {
    exit: 1,
    meaning: 'The exported model does not answer as the trained one.',
    mend: 'Report it with the package; nothing was registered.',
  },
  // artifacts, registry
  ARTIFACT_NOT_FOUND: {
    exit: 1,
    meaning: 'An artifact is not in the store.',
    mend: 'Run the training again.',
  },
  ARTIFACT_CORRUPT: {
    exit: 1,
    meaning: 'A file’s hash differs from its record, or its content is damaged.',
    mend: 'Restore a backup, or train again.',
  },
  VERSION_NOT_FOUND: { exit: 2, meaning: 'The series has no such version.', mend: 'See models list.' },
  CHAMPION_NONE: {
    exit: 1,
    meaning: 'The series has no champion.',
    mend: 'Train one, or promote a version.',
  },
  CHAMPION_CONFLICT: {
    exit: 1,
    meaning: 'The champion changed meanwhile; nothing was moved.',
    mend: 'Look at models history and try again.',
  },
  CHAMPION_PREVIOUS_NONE: {
    exit: 1,
    meaning: 'There is no earlier champion to roll back to.',
    mend: 'Name a version.',
  },
  CHAMPION_NEVER: {
    exit: 2,
    meaning: 'A rollback names a version that never was champion.',
    mend: 'Promote it instead, with a reason.',
  },
  OPERATION_REUSED: {
    exit: 2,
    meaning: 'An operation id was used for something else before.',
    mend: 'Use a new operation id.',
  },
  STORE_TOO_NEW: {
    exit: 1,
    meaning: 'A store was written by a newer Alphaloom.',
    mend: 'Use that version or newer.',
  },
  STORE_BUSY: {
    exit: 1,
    meaning: 'A store stayed locked by another process.',
    mend: 'Try again; see status for what runs.',
  },
  STORE_UNREADABLE: { exit: 1, meaning: 'A store’s file is damaged.', mend: 'Restore a backup.' },
  // inference
  MODEL_EXPIRED: { exit: 1, meaning: 'The champion is older than its recipe allows.', mend: 'Train again.' },
  PREDICTION_TIMEOUT: {
    exit: 1,
    meaning: 'A prediction, or a model’s answer, was not there in time.',
    mend: 'Ask again: a model’s first answer after a start takes longest. See status for what else runs.',
  },
  PREDICTION_INVALID: {
    exit: 1,
    meaning: 'A model answered with NaN or a wrong shape.',
    mend: 'Roll back; run models show.',
  },
  // trading
  ACCOUNT_UNKNOWN: { exit: 2, meaning: 'The ledger has no account of that name.', mend: 'See trade status.' },
  DECISION_NOT_FOUND: {
    exit: 2,
    meaning: 'Nothing was decided about a symbol by that time.',
    mend: 'Run trade status: it shows each symbol’s last decision.',
  },
  ACCOUNT_STATE: {
    exit: 1,
    meaning: 'An account’s state does not allow what was asked; nothing was changed.',
    mend: 'The message names the state and the way out of it.',
  },
  SYMBOL_NOT_TRADED: {
    exit: 2,
    meaning: 'An account does not trade a symbol that was named.',
    mend: 'The message lists those it trades; trade set changes them.',
  },
  ORDER_UNKNOWN: { exit: 2, meaning: 'The ledger has no order of that id.', mend: 'See trade status.' },
  LEASE_HELD: {
    exit: 1,
    meaning: 'Another process trades on this ledger.',
    mend: 'End it, wait until it has ended, or take over with --direct.',
  },
  LEASE_LOST: {
    exit: 1,
    meaning: 'Another process took over trading on this ledger; what came late changed nothing.',
    mend: 'Nothing: the other process trades on. See status for what runs.',
  },
  TRADING_LATE: {
    exit: 1,
    meaning: 'A step of trading did not end in its time.',
    mend: 'Nothing to do: what is uncertain is settled beside the next closes; see trade status.',
  },
  SWAP_SETTINGS_REFUSED: {
    exit: 1,
    meaning: 'A swap is not in one-way mode, with isolated margin and a leverage within the policy’s.',
    mend: 'Set it at the venue as the message says, then start again.',
  },
  ACCOUNT_INVALID: {
    exit: 2,
    meaning: 'An account can’t trade like that: its symbols, venue, policy or credentials do not fit.',
    mend: 'The message says what does not fit and how to mend it.',
  },
  ACCOUNT_STOPPED: {
    exit: 1,
    meaning: 'An account does not trade, so nobody takes messages for it.',
    mend: 'Start it: trade start. To close positions from here: trade flatten --direct.',
  },
  LEDGER_MISMATCH: {
    exit: 1,
    meaning: 'A workflow belongs to another ledger than the one that is here; its orders carry other ids.',
    mend: 'Bring that ledger back, or end the workflow and start the account anew.',
  },
  LIVE_NOT_ALLOWED: {
    exit: 1,
    meaning: 'Real orders are not allowed: something that docs/trading.md asks for is missing.',
    mend: 'The message names what is missing.',
  },
  // machine
  DISK_FULL: {
    exit: 1,
    meaning: 'The disk is full; nothing half-written was kept.',
    mend: 'Free space and try again.',
  },
  DISK_FAILED: {
    exit: 1,
    meaning: 'The disk failed while reading or writing.',
    mend: 'Check the disk and the system’s log; restore a backup if a store is damaged.',
  },
  PERMISSION_DENIED: {
    exit: 1,
    meaning: 'A file or folder can’t be written or read.',
    mend: 'Mend its permissions, or set ALPHALOOM_HOME.',
  },
  PORT_TAKEN: {
    exit: 1,
    meaning: 'A port is in use.',
    mend: 'Choose another, or stop what holds it.',
  },
  TOOL_INSTALL_FAILED: {
    exit: 1,
    meaning: 'A native tool could not be installed by any way tried.',
    mend: 'The message lists each way and its error.',
  },
  TEMPORAL_UNREACHABLE: {
    exit: 1,
    meaning: 'Temporal does not answer.',
    mend: 'Run up, or check TEMPORAL_ADDRESS.',
  },
  TEMPORAL_START_FAILED: {
    exit: 1,
    meaning: 'The embedded Temporal server did not start.',
    mend: 'See its log; run doctor.',
  },
  TEMPORAL_VERSION: {
    exit: 1,
    meaning: 'The Temporal server’s version differs from the one its database was made by.',
    mend: 'Use the recorded version, or move the database away.',
  },
  TEMPORAL_SETUP: {
    exit: 1,
    meaning: 'The Temporal namespace lacks what Alphaloom needs.',
    mend: 'Run the printed command.',
  },
  SHARED_STORE_REQUIRED: {
    exit: 1,
    meaning: 'A remote Temporal was given, but artifacts and registry are local to this machine.',
    mend: 'Use the embedded Temporal or one on loopback.',
  },
  HISTORY_INCOMPATIBLE: {
    exit: 1,
    meaning: 'A running workflow’s history does not replay on this code.',
    mend: 'Finish or end it with the old version first.',
  },
  WORKER_START_FAILED: {
    exit: 1,
    meaning: 'A worker did not start.',
    mend: 'The message holds the end of its log; run doctor.',
  },
  WORKER_MISSING: { exit: 1, meaning: 'No worker takes the work.', mend: 'Run up.' },
  NOTIFY_FAILED: {
    exit: 1,
    meaning: 'A channel did not take a notification; nothing else is held up by it.',
    mend: 'Mend the channel’s settings (notifications.channels), then run notify test.',
  },
  WORKFLOW_ELSEWHERE: {
    exit: 1,
    meaning: 'A workflow of that name runs for another home on the same Temporal namespace.',
    mend: 'Give each home its own namespace, or end the other workflow.',
  },
  WORKFLOW_FAILED: {
    exit: 1,
    meaning: 'A workflow ended with an error.',
    mend: 'The message holds its reason.',
  },
  CHECK_FAILED: {
    exit: 1,
    meaning: 'A check or a test of Alphaloom’s own did not pass.',
    mend: 'Its output says which.',
  },
  INTERNAL: { exit: 1, meaning: 'A fault of Alphaloom itself.', mend: 'Report it with the message.' },
} as const satisfies Record<string, ErrorMeaning>;

export type ErrorCode = keyof typeof ERROR_CODES;

/**
 * An error a user can act on: the message says what was wrong, what was expected, what came and what to do.
 * `details` carry the same as data, for `--json`; never secrets.
 */
export class AlphaloomError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    details: Record<string, unknown> = {},
    options: { cause?: unknown } = {},
  ) {
    super(message, options);
    this.name = 'AlphaloomError';
    this.code = code;
    this.details = details;
  }
}

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_CODES, text);
}
