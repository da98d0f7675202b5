/** Rules by name with their reason codes, in the order in which an entry is asked; the last ones may cut its size. */
export const RULE_CODES = {
  signal: 'SIGNAL',
  confidence: 'CONFIDENCE_LOW',
  levels: 'LEVELS_UNKNOWN',
  size: 'SIZE',
  source: 'SOURCE_NOT_ALLOWED',
  confirmation: 'NOT_CONFIRMED',
  'every-bars': 'NOT_THIS_BAR',
  hours: 'OUT_OF_HOURS',
  duplicate: 'DUPLICATE_ENTRY',
  'trades-per-day': 'TRADES_PER_DAY',
  cooldown: 'COOLDOWN',
  drawdown: 'DRAWDOWN_HALT',
  'daily-loss': 'DAILY_LOSS',
  'stale-data': 'STALE_DATA',
  'price-band': 'PRICE_BAND',
  spread: 'SPREAD_WIDE',
  'open-positions': 'OPEN_POSITIONS',
  'max-order': 'MAX_ORDER',
  'max-position': 'MAX_POSITION',
  'gross-exposure': 'GROSS_EXPOSURE',
  'net-exposure': 'NET_EXPOSURE',
  'correlated-exposure': 'CORRELATED_EXPOSURE',
  'min-notional': 'MIN_NOTIONAL',
} as const;

export type RuleName = keyof typeof RULE_CODES;
export type RuleCode = (typeof RULE_CODES)[RuleName];

/** `unknown`: what the rule asks for is not known here. */
export type RuleOutcome = 'pass' | 'block' | 'unknown';

/** A rule that was asked, with its numbers: what `trade why` prints. */
export interface RuleLine {
  readonly rule: RuleName;
  readonly code: RuleCode;
  readonly outcome: RuleOutcome;
  readonly value: number | string | null;
  readonly limit: number | string | null;
  /** For people. */
  readonly sentence: string;
}

/** What limits remember from close to close, as plain data; times are close times of bars, epoch ms. */
export interface RiskMemory {
  /** Of the last close that was marked; null: none yet. */
  readonly markedTime: number | null;
  /** Equity at that close, the highest until then, and where the UTC day began; in quote. */
  readonly equity: number;
  readonly peakEquity: number;
  readonly dayEquity: number;
  /** Why the account is halted; null: it is not. */
  readonly halted: RuleName | null;
  readonly symbols: Readonly<Record<string, SymbolMemory>>;
}

export interface SymbolMemory {
  /** When the last entry that filled was decided; null: none. */
  readonly entryTime: number | null;
  /** Entries that filled and were decided on that time's UTC day. */
  readonly entriesOfDay: number;
  /** Close of the bar in which the last position ended; null: none. */
  readonly exitTime: number | null;
}
