import { inspect } from 'node:util';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { ClosedBar, Decide, MarketFacts, PortfolioView } from '../../contracts/intents.ts';
import type { Policy } from '../../contracts/policy.ts';
import { loadUserModule } from '../../storage/user-module.ts';

/** A strategy of the user's own, from one file. */
export interface OwnStrategy {
  readonly file: string;
  /** SHA-256 (hex) of the file's bytes. */
  readonly contentHash: string;
  readonly decide: Decide;
  /** The `decide` of the same bytes run anew: it remembers nothing that the other one may. */
  anew(): Promise<Decide>;
}

/**
 * Loads a file that exports `decide` (or exports it as default); see `contracts/intents.ts`. What it is given is frozen, so
 * that it can't change what the engine knows.
 * @param file absolute
 * @throws AlphaloomError STRATEGY_INVALID naming the file and what is expected; PERMISSION_DENIED. The same of its `decide`
 *   where it throws, or answers with no list, naming the bar
 */
export async function loadOwnStrategy(file: string): Promise<OwnStrategy> {
  const module = await loadUserModule(file, {
    alone: 'a strategy’s file stands alone, as its hash is told with every result',
    invalid: (what, cause) => invalidStrategy(file, what, {}, cause),
  });
  return {
    file,
    contentHash: module.contentHash,
    decide: guarded(decideOf(module.exports, file), file),
    anew: async () => guarded(decideOf(await module.runAnew(), file), file),
  };
}

export function invalidStrategy(
  file: string,
  what: string,
  details: Record<string, unknown> = {},
  cause?: unknown,
): AlphaloomError {
  return new AlphaloomError('STRATEGY_INVALID', `${file}: ${what}.`, { file, ...details }, { cause });
}

function decideOf(exports: Readonly<Record<string, unknown>>, file: string): Decide {
  const decide = exports.decide ?? exports.default;
  if (typeof decide === 'function') return decide as Decide;
  throw invalidStrategy(
    file,
    `expected a function that is exported as decide(prediction, portfolio, policy, bar); got ${inspect(decide, { depth: 0 }).slice(0, 120)}`,
  );
}

/** Gives copies that can't be written to, and says of the file whatever goes wrong in it. */
function guarded(decide: Decide, file: string): Decide {
  const policies = new WeakMap<Policy, Policy>();
  const markets = new WeakMap<MarketFacts, MarketFacts>();
  return (prediction, portfolio, policy, bar) => {
    const given: Parameters<Decide> = [
      Object.freeze({ ...prediction }),
      frozenPortfolio(portfolio),
      frozenOnce(policies, policy),
      frozenBar(bar, frozenOnce(markets, bar.market)),
    ];
    let intents: unknown;
    try {
      intents = decide(...given);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw invalidStrategy(file, `decide failed at ${placeOf(bar)}: ${message}`, detailsOf(bar), error);
    }
    if (Array.isArray(intents)) return intents;
    const got = intents instanceof Promise ? 'a promise' : inspect(intents, { depth: 0 }).slice(0, 120);
    throw invalidStrategy(
      file,
      `decide must answer with a list of intents, at once; at ${placeOf(bar)} it answered with ${got}`,
      detailsOf(bar),
    );
  };
}

function frozenPortfolio({
  cash,
  equity,
  grossExposure,
  position,
  pendingEntry,
  otherPositions,
}: PortfolioView): PortfolioView {
  return Object.freeze({
    cash,
    equity,
    grossExposure,
    position: position && Object.freeze({ ...position }),
    pendingEntry: pendingEntry && Object.freeze({ ...pendingEntry }),
    otherPositions,
  });
}

function frozenBar(given: ClosedBar, market: MarketFacts): ClosedBar {
  const { bar, openTime, open, high, low, close, volume, volatility } = given;
  return Object.freeze({
    market,
    bar,
    openTime,
    open,
    high,
    low,
    close,
    volume,
    volatility,
    recent: (column: RecentColumn, bars: number) => given.recent(column, bars),
  });
}

type RecentColumn = Parameters<ClosedBar['recent']>[0];

/** What stays the same from bar to bar is copied once. */
function frozenOnce<T extends object>(known: WeakMap<T, T>, value: T): T {
  const before = known.get(value);
  if (before) return before;
  const copy = deepFreeze(structuredClone(value));
  known.set(value, copy);
  return copy;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) deepFreeze(part);
    Object.freeze(value);
  }
  return value;
}

function placeOf({ market, openTime }: ClosedBar): string {
  return `the close of ${market.symbol}’s bar of ${new Date(openTime).toISOString()}`;
}

function detailsOf({ market, bar, openTime }: ClosedBar): Record<string, unknown> {
  return { symbol: market.symbol, bar, openTime };
}
