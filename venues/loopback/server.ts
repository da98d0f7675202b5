import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ACCOUNT_ENDPOINTS } from './account-endpoints.ts';
import type { ExchangeState, ServedRequest } from './exchange-state.ts';
import { answerWithFault, type ScriptedFault, timeOf } from './faults.ts';
import { serveInspection } from './inspection.ts';
import { PUBLIC_ENDPOINTS } from './public-endpoints.ts';
import { VenueRefusal } from './refusal.ts';
import { requireSignature } from './signature.ts';
import { spoilAnswer } from './spoiled-answers.ts';
import { type Section, weightOf } from './weights.ts';

const KEEP_ALIVE_MS = 600_000;

export interface LoopbackServer {
  readonly address: string;
  close(): Promise<void>;
}

/** Serves an exchange on this machine's own address only. */
export async function startServer(state: ExchangeState, port: number): Promise<LoopbackServer> {
  const server = createServer((request, response) => {
    serve(state, request, response).catch(error => fail(response, error));
  });
  // Clients keep connections for later: one that ends just as an order goes out would be a fault that nobody asked for.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${address.port}`, close: () => closeServer(server) };
}

/** A request in its parts. */
interface Asked {
  readonly section: Section;
  readonly method: string;
  readonly path: string;
  readonly parameters: URLSearchParams;
  /** Query and form as they were sent. */
  readonly sent: string;
  readonly apiKey: string | undefined;
}

/** A refused or a given answer. */
interface Reply {
  readonly status: number;
  readonly body: string;
}

async function serve(
  state: ExchangeState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, search, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const form = await readBody(request);
  if (pathname === '/sapi/v1/system/status') return send(response, replyOf(systemStatus(state)));
  const method = request.method ?? 'GET';
  if (pathname.startsWith('/loopback/'))
    return send(response, await serveInspection(state, method, pathname.slice('/loopback/'.length), form));
  const route = /^\/(api\/v3|fapi\/v1)\/(.+)$/.exec(pathname);
  const section: Section = route?.[1] === 'fapi/v1' ? 'usdm' : 'spot';
  const path = route?.[2] ?? '';
  if (!isServed(state, section, method, path))
    return send(response, refusalOf(new VenueRefusal(-1000, `Path ${pathname} is not served here.`, 404)));
  const asked: Asked = {
    section,
    method,
    path,
    parameters: new URLSearchParams([...searchParams, ...new URLSearchParams(form)]),
    sent: search.slice(1) + form,
    apiKey: request.headers['x-mbx-apikey']?.toString(),
  };
  await serveAsked(state, asked, response);
}

async function serveAsked(state: ExchangeState, asked: Asked, response: ServerResponse): Promise<void> {
  const { section, method, path, parameters } = asked;
  const weight = weightOf(section, method, path, parameters);
  const scripted: ScriptedFault | null = state.maintenance
    ? { path, fault: { kind: 'maintenance' } }
    : state.faults.next(method, path);
  const arrival = state.now();
  const noted: ServedRequest = {
    time: arrival,
    section,
    method,
    path,
    query: parameters,
    weight,
    fault: scripted?.fault.kind ?? null,
    code: null,
  };
  state.note(noted);
  const isPlacing = method === 'POST' && path === 'order';
  const refused =
    state.weights[section].count(weight, arrival) ?? (isPlacing ? state.orderCounter.count(arrival) : null);
  setHeaders(state, asked, response, arrival);
  if (refused) {
    noted.code = refused.code;
    response.setHeader('retry-after', Math.ceil(refused.waitMs / 1_000));
    return send(response, refusalOf(new VenueRefusal(refused.code, refused.message, refused.status)));
  }
  if (scripted && timeOf(scripted) === 'before' && (await answerWithFault(response, scripted.fault, '')))
    return;
  const reply = act(state, asked, noted, scripted);
  if (
    scripted &&
    timeOf(scripted) === 'after' &&
    (await answerWithFault(response, scripted.fault, reply.body))
  )
    return;
  send(response, reply);
}

/** The answer, given when the exchange gets to it; what was done by then is done, whatever becomes of the answer. */
function act(
  state: ExchangeState,
  asked: Asked,
  noted: ServedRequest,
  scripted: ScriptedFault | null,
): Reply {
  try {
    const answer = answerOf(state, asked, scripted);
    return replyOf(scripted ? spoilAnswer(answer, scripted.fault) : answer);
  } catch (error) {
    if (!(error instanceof VenueRefusal)) throw error;
    noted.code = error.code;
    return refusalOf(error);
  }
}

function answerOf(state: ExchangeState, asked: Asked, scripted: ScriptedFault | null): unknown {
  const { section, method, path, parameters } = asked;
  const { account } = state;
  const now = state.now();
  const fault = scripted?.fault ?? null;
  const endpoint = ACCOUNT_ENDPOINTS[`${method} ${path}`];
  if (endpoint === undefined || account === null) {
    return PUBLIC_ENDPOINTS[path]({
      section,
      listed: state.listed(section),
      query: parameters,
      now,
      limits: state.limits,
      spreadTicks: account?.matching.spreadTicks ?? 1,
      pageStyle: state.pageStyle,
      fault,
    });
  }
  requireSignature({ ...asked, isTrade: endpoint.isTrade }, apiKey => account.key(apiKey), now);
  const ownLag = method === 'POST' ? account.queryLagMs : 0;
  const lagMs = fault?.kind === 'query-lag' ? fault.ms : ownLag;
  return account.turn(now, () => endpoint.answer({ account, parameters, now, lagMs }));
}

function isServed(state: ExchangeState, section: Section, method: string, path: string): boolean {
  if (method === 'GET' && Object.hasOwn(PUBLIC_ENDPOINTS, path)) return true;
  return (
    section === 'spot' && state.account !== null && Object.hasOwn(ACCOUNT_ENDPOINTS, `${method} ${path}`)
  );
}

function setHeaders(
  state: ExchangeState,
  { section, method }: Asked,
  response: ServerResponse,
  now: number,
): void {
  response.setHeader('x-mbx-used-weight-1m', state.weights[section].used);
  response.setHeader('date', new Date(now).toUTCString());
  if (method !== 'POST') return;
  const { perTenSeconds, perDay } = state.orderCounter;
  response.setHeader('x-mbx-order-count-10s', perTenSeconds);
  response.setHeader('x-mbx-order-count-1d', perDay);
}

function systemStatus(state: ExchangeState): object {
  return state.maintenance || state.announcedMaintenance
    ? { status: 1, msg: 'system_maintenance' }
    : { status: 0, msg: 'normal' };
}

function replyOf(answer: unknown): Reply {
  return { status: 200, body: JSON.stringify(answer) };
}

function refusalOf({ status, code, message }: VenueRefusal): Reply {
  return { status, body: JSON.stringify({ code, msg: message }) };
}

function send(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

/** A fault of this program shows as one. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) response.destroy();
  else
    send(response, {
      status: 500,
      body: JSON.stringify({ code: -1000, msg: `Loopback exchange: ${error}` }),
    });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function closeServer(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve());
    // Answers that stall on purpose would hold it open.
    server.closeAllConnections();
  });
}
