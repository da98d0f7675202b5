import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  bookTicker,
  depth,
  exchangeInfo,
  klines,
  type ListedMarket,
  type PageStyle,
  ticker24h,
  trades,
  VenueRefusal,
} from './answers.ts';
import { answerWithFault, type Fault, type ScriptedFault, spoilKlines } from './faults.ts';
import { type LoopbackMarket, MarketBars, venueSymbol } from './market.ts';
import { type Section, WeightCounter, weightOf } from './weights.ts';

export interface LoopbackOptions {
  readonly markets: readonly LoopbackMarket[];
  /** The venue's clock, epoch ms. */
  readonly now: () => number;
  readonly pageStyle?: PageStyle;
}

/** A request as it was served. */
export interface ServedRequest {
  readonly time: number;
  readonly section: Section;
  /** `klines`, `exchangeInfo`, `ticker/24hr`, … */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly weight: number;
  readonly fault: Fault['kind'] | null;
}

/** An exchange on this machine that speaks Binance's public REST interface, spot (`/api/v3`) and USDⓈ-M (`/fapi/v1`). */
export interface LoopbackExchange {
  /** `http://127.0.0.1:…`: a venue's `host`. */
  readonly address: string;
  readonly requests: readonly ServedRequest[];
  /** Adds faults to come. */
  script(...faults: readonly ScriptedFault[]): void;
  /** Drops those that have not come yet. */
  clearScript(): void;
  /** While true, everything answers 503 and the system's status says so. */
  maintenance: boolean;
  /** While true, only the system's status says so. */
  announcedMaintenance: boolean;
  close(): Promise<void>;
}

export async function startLoopbackExchange(options: LoopbackOptions): Promise<LoopbackExchange> {
  const state = new ExchangeState(options);
  const server = createServer((request, response) => serve(state, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    requests: state.requests,
    script: (...faults) => {
      state.faults.push(...faults.map(fault => ({ ...fault })));
    },
    clearScript: () => {
      state.faults.length = 0;
    },
    get maintenance() {
      return state.maintenance;
    },
    set maintenance(value) {
      state.maintenance = value;
    },
    get announcedMaintenance() {
      return state.announcedMaintenance;
    },
    set announcedMaintenance(value) {
      state.announcedMaintenance = value;
    },
    close: () => closeServer(server),
  };
}

type PendingFault = { -readonly [Key in keyof ScriptedFault]: ScriptedFault[Key] };

class ExchangeState {
  readonly requests: ServedRequest[] = [];
  readonly faults: PendingFault[] = [];
  readonly weights: Readonly<Record<Section, WeightCounter>> = {
    spot: new WeightCounter('spot'),
    usdm: new WeightCounter('usdm'),
  };
  readonly now: () => number;
  readonly pageStyle: PageStyle;
  maintenance = false;
  announcedMaintenance = false;
  readonly #listed: readonly ListedMarket[];

  constructor({ markets, now, pageStyle = 'first-bars' }: LoopbackOptions) {
    this.#listed = markets.map(market => ({ market, bars: new MarketBars(market) }));
    this.now = now;
    this.pageStyle = pageStyle;
  }

  listed(section: Section): ListedMarket[] {
    const kind = section === 'spot' ? 'spot' : 'swap';
    return this.#listed.filter(({ market }) => market.kind === kind);
  }

  find(section: Section, query: URLSearchParams): ListedMarket {
    const symbol = query.get('symbol');
    if (symbol === null) throw new VenueRefusal(-1102, "Mandatory parameter 'symbol' was not sent.");
    const found = this.listed(section).find(({ market }) => venueSymbol(market) === symbol);
    if (!found) throw new VenueRefusal(-1121, 'Invalid symbol.');
    return found;
  }

  /** The fault that is due for a path, counted down. */
  nextFault(path: string): Fault | null {
    const due = this.faults.find(entry => path.endsWith(entry.path) && (entry.times ?? 1) > 0);
    if (!due) return null;
    if ((due.after ?? 0) > 0) {
      due.after = (due.after ?? 0) - 1;
      return null;
    }
    due.times = (due.times ?? 1) - 1;
    return due.fault;
  }
}

function serve(state: ExchangeState, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (pathname === '/sapi/v1/system/status') {
    send(
      response,
      200,
      state.maintenance || state.announcedMaintenance
        ? { status: 1, msg: 'system_maintenance' }
        : { status: 0, msg: 'normal' },
    );
    return;
  }
  const route = /^\/(api\/v3|fapi\/v1)\/(.+)$/.exec(pathname);
  if (request.method !== 'GET' || !route) {
    send(response, 404, { code: -1000, msg: `Path ${pathname} is not served here.` });
    return;
  }
  const section: Section = route[1] === 'api/v3' ? 'spot' : 'usdm';
  const path = route[2];
  const now = state.now();
  const weight = weightOf(section, path, searchParams);
  const fault: Fault | null = state.maintenance ? { kind: 'maintenance' } : state.nextFault(path);
  state.requests.push({ time: now, section, path, query: searchParams, weight, fault: fault?.kind ?? null });
  const refused = state.weights[section].count(weight, now);
  response.setHeader('x-mbx-used-weight-1m', state.weights[section].used);
  response.setHeader('date', new Date(now).toUTCString());
  if (refused) {
    const kind = refused.status === 418 ? 'banned' : 'rate-limited';
    answerWithFault(response, { kind, retryAfter: String(Math.ceil(refused.waitMs / 1_000)) }, '');
    return;
  }
  try {
    const body = JSON.stringify(answer(state, section, path, searchParams, now, fault));
    if (fault && answerWithFault(response, fault, body)) return;
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  } catch (error) {
    if (!(error instanceof VenueRefusal)) throw error;
    send(response, error.status, { code: error.code, msg: error.message });
  }
}

function answer(
  state: ExchangeState,
  section: Section,
  path: string,
  query: URLSearchParams,
  now: number,
  fault: Fault | null,
): unknown {
  switch (path) {
    case 'ping':
      return {};
    case 'time':
      return { serverTime: now };
    case 'exchangeInfo':
      return exchangeInfo(section, state.listed(section), now);
    case 'klines': {
      const { asked, before } = klines(section, state.find(section, query), query, now, state.pageStyle);
      return fault ? spoilKlines(asked, before, fault) : asked;
    }
    case 'depth':
      return depth(state.find(section, query), query, now, section);
    case 'trades':
      return trades(state.find(section, query), query, now);
    case 'ticker/24hr':
      return forSymbols(state, section, query, listed => ticker24h(listed, now));
    case 'ticker/bookTicker':
      return forSymbols(state, section, query, listed => bookTicker(listed, now));
    default:
      throw new VenueRefusal(-1000, `Path ${path} is not served here.`, 404);
  }
}

/** One symbol's answer, or a list of all. */
function forSymbols<Answer>(
  state: ExchangeState,
  section: Section,
  query: URLSearchParams,
  describe: (listed: ListedMarket) => Answer,
): Answer | Answer[] {
  return query.has('symbol') ? describe(state.find(section, query)) : state.listed(section).map(describe);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function closeServer(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve());
    // Answers that stall on purpose would hold it open.
    server.closeAllConnections();
  });
}
