import type { Migrations } from '../../storage/sqlite.ts';

/** Statuses in which an order may still change; as SQL for partial indexes. */
export const OPEN_STATUSES = "('planned', 'sending', 'unknown', 'open')";

const appendOnly = (table: string) => `
  CREATE TRIGGER ${table}_are_not_changed BEFORE UPDATE ON ${table}
    BEGIN SELECT RAISE(ABORT, '${table} are append-only'); END;
  CREATE TRIGGER ${table}_are_not_deleted BEFORE DELETE ON ${table}
    BEGIN SELECT RAISE(ABORT, '${table} are append-only'); END;`;

/**
 * What happened is append-only (events, decisions, fills, movements): the database itself refuses anything else, whoever
 * writes. What follows from it (an order's status, positions, slots, cash) is kept beside it for speed, and `check` proves
 * it from the rows. Amounts are decimals in TEXT. Times are epoch ms, on the clock of whoever they are about.
 */
export const LEDGER_MIGRATIONS: Migrations = [
  `
  CREATE TABLE ledger (one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL, made_at INTEGER NOT NULL) STRICT;

  CREATE TABLE lease (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    fence INTEGER NOT NULL,
    -- null: nobody holds it.
    owner TEXT,
    pid INTEGER,
    started TEXT,
    renewed_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE accounts (
    account TEXT PRIMARY KEY,
    settings TEXT NOT NULL CHECK (json_valid(settings)),
    state TEXT NOT NULL,
    state_reason TEXT NOT NULL,
    state_time INTEGER NOT NULL,
    paused_until INTEGER,
    -- State once a flatten is done.
    after_flatten TEXT NOT NULL DEFAULT 'halted' CHECK (after_flatten IN ('halted', 'stopped')),
    last_close_time INTEGER,
    closes INTEGER NOT NULL DEFAULT 0,
    -- Newest event at the last close that was committed.
    last_close_event INTEGER NOT NULL DEFAULT 0,
    risk_memory TEXT NOT NULL DEFAULT 'null' CHECK (json_valid(risk_memory)),
    cash TEXT NOT NULL
  ) STRICT;

  CREATE TABLE symbol_pauses (
    account TEXT NOT NULL REFERENCES accounts,
    symbol TEXT NOT NULL,
    -- null: until resumed.
    until INTEGER,
    -- Its position is being closed.
    is_flattening INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account, symbol)
  ) STRICT, WITHOUT ROWID;

  -- Everything that happened, in the order in which it was written down.
  CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    symbol TEXT,
    client_order_id TEXT,
    actor TEXT NOT NULL,
    reason TEXT,
    operation_id TEXT,
    detail TEXT CHECK (detail IS NULL OR json_valid(detail)),
    -- Event of the notification that tells of it; null: none does.
    notification TEXT
  ) STRICT;
  CREATE INDEX events_of_account ON events (account, id);
  CREATE INDEX events_by_time ON events (account, at, id);
  CREATE INDEX events_of_operation ON events (operation_id) WHERE operation_id IS NOT NULL;
  CREATE INDEX events_of_order ON events (client_order_id) WHERE client_order_id IS NOT NULL;
  ${appendOnly('events')}

  -- Messages that were carried out, so that the same one again is answered alike.
  CREATE TABLE operations (
    operation_id TEXT PRIMARY KEY,
    wish TEXT NOT NULL,
    answer TEXT NOT NULL CHECK (json_valid(answer)),
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  ${appendOnly('operations')}

  CREATE TABLE markets (
    venue TEXT NOT NULL,
    kind TEXT NOT NULL,
    symbol TEXT NOT NULL,
    market TEXT NOT NULL CHECK (json_valid(market)),
    PRIMARY KEY (venue, kind, symbol)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE predictions (
    account TEXT NOT NULL REFERENCES accounts,
    symbol TEXT NOT NULL,
    timeframe TEXT NOT NULL,
    bar_time INTEGER NOT NULL,
    prediction TEXT NOT NULL CHECK (json_valid(prediction)),
    PRIMARY KEY (account, symbol, timeframe, bar_time)
  ) STRICT, WITHOUT ROWID;
  ${appendOnly('predictions')}

  CREATE TABLE decisions (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    symbol TEXT NOT NULL,
    timeframe TEXT NOT NULL,
    bar_time INTEGER NOT NULL,
    close_time INTEGER NOT NULL,
    at INTEGER NOT NULL,
    rules TEXT NOT NULL CHECK (json_valid(rules)),
    outcome TEXT NOT NULL,
    orders TEXT NOT NULL CHECK (json_valid(orders)),
    cancels TEXT NOT NULL CHECK (json_valid(cancels)),
    UNIQUE (account, symbol, timeframe, bar_time),
    FOREIGN KEY (account, symbol, timeframe, bar_time) REFERENCES predictions
  ) STRICT;
  CREATE INDEX decisions_of_symbol ON decisions (account, symbol, close_time);
  CREATE INDEX decisions_by_time ON decisions (account, close_time, id);
  ${appendOnly('decisions')}

  CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    client_order_id TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL REFERENCES accounts,
    symbol TEXT NOT NULL,
    timeframe TEXT NOT NULL,
    bar_time INTEGER NOT NULL,
    leg TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    side TEXT NOT NULL,
    type TEXT NOT NULL,
    quantity TEXT NOT NULL,
    price TEXT,
    stop_price TEXT,
    reduce_only INTEGER NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    plan TEXT CHECK (plan IS NULL OR json_valid(plan)),
    valid_until INTEGER,
    decision_price TEXT NOT NULL,
    worst_case_notional TEXT,
    planned_at INTEGER NOT NULL,
    sent_at INTEGER,
    venue_order_id TEXT,
    venue_code TEXT,
    -- Sum of its fills, in the venue's units, and of price × quantity.
    filled TEXT NOT NULL,
    filled_quote TEXT NOT NULL,
    -- What the venue said last of an end that its fills do not add up to yet.
    reported_status TEXT,
    reported_filled TEXT,
    -- Of fills that an operator vouched for and that no fill of the venue has replaced.
    assumed TEXT NOT NULL,
    over_fill TEXT,
    miss_times TEXT NOT NULL CHECK (json_valid(miss_times)),
    cancel_requested INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (account, symbol, timeframe, bar_time, leg, attempt)
  ) STRICT;
  CREATE INDEX open_orders ON orders (account, symbol, id) WHERE status IN ${OPEN_STATUSES};
  CREATE INDEX orders_by_time ON orders (account, planned_at, id);

  -- Every id that the venue gave an order: a conditional order gets another one when it triggers.
  CREATE TABLE venue_ids (
    account TEXT NOT NULL,
    symbol TEXT NOT NULL,
    venue_order_id TEXT NOT NULL,
    client_order_id TEXT NOT NULL REFERENCES orders (client_order_id),
    PRIMARY KEY (account, symbol, venue_order_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE validations (
    client_order_id TEXT PRIMARY KEY REFERENCES orders (client_order_id),
    validation TEXT NOT NULL CHECK (json_valid(validation))
  ) STRICT, WITHOUT ROWID;
  ${appendOnly('validations')}

  CREATE TABLE positions (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts,
    symbol TEXT NOT NULL,
    timeframe TEXT NOT NULL,
    side TEXT NOT NULL,
    entry_order TEXT NOT NULL,
    signal_bar_time INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER,
    opened_event INTEGER NOT NULL,
    closed_event INTEGER,
    close_reason TEXT,
    -- In base and quote: what came in and what went out, fees in base among it at the price of their fill.
    in_quantity TEXT NOT NULL DEFAULT '0',
    in_quote TEXT NOT NULL DEFAULT '0',
    out_quantity TEXT NOT NULL DEFAULT '0',
    out_quote TEXT NOT NULL DEFAULT '0',
    fee_base TEXT NOT NULL DEFAULT '0',
    -- Of fees in base, at the price of their fill, and of those in quote.
    fee_base_quote TEXT NOT NULL DEFAULT '0',
    fee_quote TEXT NOT NULL DEFAULT '0',
    -- By currency.
    fee_other TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(fee_other)),
    -- What was left at its end and went to the dust, signed.
    dust TEXT NOT NULL DEFAULT '0',
    plan TEXT CHECK (plan IS NULL OR json_valid(plan)),
    keeping TEXT NOT NULL DEFAULT 'null' CHECK (json_valid(keeping))
  ) STRICT;
  CREATE UNIQUE INDEX open_positions ON positions (account, symbol) WHERE closed_at IS NULL;
  CREATE INDEX positions_by_opening ON positions (account, opened_event);
  CREATE INDEX positions_by_end ON positions (account, closed_event) WHERE closed_event IS NOT NULL;
  CREATE INDEX positions_by_time ON positions (account, closed_at, id) WHERE closed_at IS NOT NULL;

  CREATE TABLE fills (
    id INTEGER PRIMARY KEY,
    venue TEXT NOT NULL,
    account TEXT NOT NULL REFERENCES accounts,
    symbol TEXT NOT NULL,
    trade_id TEXT NOT NULL,
    -- null: the venue's own doing (reason).
    client_order_id TEXT REFERENCES orders (client_order_id),
    venue_order_id TEXT NOT NULL,
    leg TEXT,
    side TEXT NOT NULL,
    price TEXT NOT NULL,
    quantity TEXT NOT NULL,
    contract_size TEXT NOT NULL,
    fees TEXT NOT NULL CHECK (json_valid(fees)),
    -- The fees by what they do: those in base make the position smaller, those in quote the cash, others (by currency) neither.
    fee_base TEXT NOT NULL,
    fee_quote TEXT NOT NULL,
    fee_other TEXT NOT NULL CHECK (json_valid(fee_other)),
    is_maker INTEGER NOT NULL,
    time INTEGER NOT NULL,
    reason TEXT,
    -- 1: not from the venue; an operator vouched for it, or takes it back.
    is_assumed INTEGER NOT NULL DEFAULT 0,
    booked_at INTEGER NOT NULL,
    UNIQUE (venue, account, symbol, trade_id)
  ) STRICT;
  CREATE INDEX fills_by_time ON fills (account, time, id);
  CREATE INDEX fills_of_symbol ON fills (account, symbol, time);
  CREATE INDEX fills_of_order ON fills (client_order_id) WHERE client_order_id IS NOT NULL;
  ${appendOnly('fills')}

  CREATE TABLE dust_movements (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts,
    symbol TEXT NOT NULL,
    -- left: of a position, at its end. taken: by a late fill. fee: in base, where no position was left to bear it.
    kind TEXT NOT NULL CHECK (kind IN ('left', 'taken', 'fee')),
    position_id INTEGER REFERENCES positions (id),
    -- Newest fill when it was booked.
    after_fill INTEGER NOT NULL,
    quantity TEXT NOT NULL,
    total TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX dust_of_symbol ON dust_movements (account, symbol, id);
  ${appendOnly('dust_movements')}

  -- Cash that moved otherwise than by fills: capital, funding.
  CREATE TABLE cash_movements (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts,
    symbol TEXT,
    kind TEXT NOT NULL,
    amount TEXT NOT NULL,
    at INTEGER NOT NULL,
    key TEXT NOT NULL,
    UNIQUE (account, key)
  ) STRICT;
  ${appendOnly('cash_movements')}

  CREATE TABLE slots (
    account TEXT NOT NULL REFERENCES accounts,
    symbol TEXT NOT NULL,
    client_order_id TEXT NOT NULL,
    worst_case_notional TEXT NOT NULL,
    PRIMARY KEY (account, symbol)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE stranger_fills (
    id INTEGER PRIMARY KEY,
    venue TEXT NOT NULL,
    account TEXT NOT NULL REFERENCES accounts,
    symbol TEXT NOT NULL,
    trade_id TEXT NOT NULL,
    venue_order_id TEXT NOT NULL,
    fill TEXT NOT NULL CHECK (json_valid(fill)),
    seen_at INTEGER NOT NULL,
    -- Turned out to be of an order of ours.
    is_adopted INTEGER NOT NULL DEFAULT 0,
    UNIQUE (venue, account, symbol, trade_id)
  ) STRICT;
  CREATE INDEX strangers_at_venue ON stranger_fills (account, symbol, venue_order_id) WHERE is_adopted = 0;

  CREATE TABLE stranger_orders (
    account TEXT NOT NULL REFERENCES accounts,
    symbol TEXT NOT NULL,
    venue_order_id TEXT NOT NULL,
    venue_order TEXT NOT NULL CHECK (json_valid(venue_order)),
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (account, symbol, venue_order_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE outbox (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    event TEXT NOT NULL,
    key TEXT NOT NULL,
    subject TEXT NOT NULL,
    at INTEGER NOT NULL,
    facts TEXT NOT NULL CHECK (json_valid(facts)),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER NOT NULL,
    delivered_at INTEGER
  ) STRICT;
  CREATE INDEX outbox_due ON outbox (next_attempt_at, position) WHERE delivered_at IS NULL;

  CREATE TABLE venue_clocks (venue TEXT PRIMARY KEY, offset_ms INTEGER NOT NULL, measured_at INTEGER NOT NULL)
    STRICT, WITHOUT ROWID;

  CREATE TABLE paper_states (
    account TEXT PRIMARY KEY REFERENCES accounts,
    revision INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (json_valid(state)),
    holdings TEXT NOT NULL CHECK (json_valid(holdings))
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE paper_orders (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts,
    venue_order_id TEXT NOT NULL,
    client_order_id TEXT,
    symbol TEXT NOT NULL,
    time INTEGER NOT NULL,
    venue_order TEXT NOT NULL CHECK (json_valid(venue_order)),
    UNIQUE (account, venue_order_id)
  ) STRICT;
  CREATE INDEX paper_orders_by_client ON paper_orders (account, client_order_id);
  CREATE INDEX paper_orders_by_time ON paper_orders (account, time, id);

  CREATE TABLE paper_fills (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts,
    symbol TEXT NOT NULL,
    trade_id TEXT NOT NULL,
    time INTEGER NOT NULL,
    fill TEXT NOT NULL CHECK (json_valid(fill)),
    UNIQUE (account, symbol, trade_id)
  ) STRICT;
  CREATE INDEX paper_fills_by_time ON paper_fills (account, symbol, time, id);
  ${appendOnly('paper_fills')}
  `,
  `
  CREATE INDEX orders_by_change ON orders (account, updated_at);
  -- Was flattened: it is to hold nothing until it is resumed.
  ALTER TABLE accounts ADD COLUMN is_flat INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE symbol_pauses ADD COLUMN is_flat INTEGER NOT NULL DEFAULT 0;
  `,
];
