import { existsSync, readdirSync } from 'node:fs';
import { AlphaloomError } from '../contracts/errors.ts';
import { nearest } from './nearest.ts';

/** A market as ccxt describes it; numbers are `undefined` where the venue states none. */
export interface CcxtMarket {
  readonly id: string;
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly settle?: string | null;
  readonly spot?: boolean;
  readonly swap?: boolean;
  readonly active?: boolean;
  readonly linear?: boolean;
  readonly contractSize?: number;
  /** As the venue sent it. */
  readonly info?: Readonly<Record<string, unknown>>;
  readonly maker?: number;
  readonly taker?: number;
  readonly precision: { readonly price?: number; readonly amount?: number };
  readonly limits: {
    readonly amount?: { readonly min?: number; readonly max?: number };
    /** Quantities of orders at market. */
    readonly market?: { readonly min?: number; readonly max?: number };
    readonly cost?: { readonly min?: number };
  };
}

/** What this room uses of a ccxt exchange (its whole surface is some hundred methods). */
export interface CcxtExchange {
  readonly id: string;
  readonly has: Record<string, boolean | string | undefined>;
  readonly options: Record<string, unknown>;
  readonly urls: { readonly api?: unknown };
  readonly hostname?: string;
  readonly rateLimit: number;
  readonly rollingWindowSize: number;
  readonly precisionMode: number;
  readonly timeframes: Record<string, unknown> | undefined;
  readonly features?: Record<string, unknown>;
  readonly markets?: Record<string, CcxtMarket>;
  /** By the venue's own names, which spot and swap markets may share. */
  readonly markets_by_id?: Record<string, readonly CcxtMarket[]>;
  fetchImplementation: unknown;
  timeout: number;
  enableRateLimit: boolean;
  loadMarkets(reload: boolean): Promise<Record<string, CcxtMarket>>;
  fetchOHLCV(symbol: string, timeframe: string, since: number, limit: number): Promise<unknown>;
  parseOHLCVs(rows: unknown, market: unknown, timeframe: unknown, ...filter: unknown[]): unknown;
  fetchTime(): Promise<unknown>;
  safeCurrencyCode(currency: string): string;
  fetchStatus(): Promise<{ readonly status?: string }>;
  calculateRateLimiterCost(...request: unknown[]): number;
  fetch2(path: string, section: unknown, method: unknown, ...rest: unknown[]): Promise<unknown>;
}

/**
 * Makes a client of one ccxt exchange. Only that exchange's module is loaded (0.1-0.15 s), never the package's index of
 * all of them (0.55 s); its exports hide the modules, so they are named by their place beside it.
 * @throws AlphaloomError VENUE_UNKNOWN naming the nearest ids
 */
export async function loadExchange(
  venue: string,
  id: string,
  options: Record<string, unknown>,
): Promise<CcxtExchange> {
  const folder = new URL('./src/', import.meta.resolve('ccxt'));
  const module = new URL(`${id}.js`, folder);
  if (!/^[a-z0-9]+$/.test(id) || !existsSync(module)) {
    const near = nearest(id, exchangeIds(folder));
    throw new AlphaloomError(
      'VENUE_UNKNOWN',
      `There is no exchange client "${id}" for venue ${venue}; near are ${near.join(', ')}. Name the right one in alphaloom.yaml: venues: {${venue}: {exchange: ${near[0]}}}.`,
      { venue, exchange: id, nearest: near },
    );
  }
  const { default: Exchange } = (await import(module.href)) as {
    default: new (settings: object) => CcxtExchange;
  };
  return new Exchange({ options });
}

function exchangeIds(folder: URL): string[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.js'))
    .map(name => name.slice(0, -3));
}
