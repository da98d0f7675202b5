import { AlphaloomError } from '../../contracts/errors.ts';
import type { OrderTerms } from '../../contracts/trading.ts';
import type { RejectionCode, VenueFill, VenueOrder } from '../../contracts/venue.ts';
import type { AskedOrder, OrderCard, ReadFill, ReadOrder } from '../../venues/cards/card.ts';
import {
  createOrderClient,
  type OrderClient,
  type OrderMarket,
  type VenueQuestion,
} from '../../venues/order-client.ts';
import type { VenueParts, VenueSettings } from '../../venues/prepared-exchange.ts';
import type { VenueCredentials } from '../../venues/signing.ts';
import { VenueRefusal } from '../../venues/venue-refusal.ts';
import type { CancelOutcome, OrderReference, SubmitOutcome, SubmittedOrder, Venue } from '../venue.ts';
import { meaningOf, refusalError, rejectionOf, shownCode, symbolGone } from './answer-meaning.ts';
import { roundedTerms } from './rounded-terms.ts';

export interface CcxtVenueRequest {
  readonly settings: VenueSettings;
  readonly card: OrderCard;
  /** Asked for when a request is signed. */
  readonly credentials: () => VenueCredentials;
  readonly parts: VenueParts;
}

/**
 * A real venue by its card.
 * @throws AlphaloomError VENUE_UNKNOWN, CONFIG_INVALID
 */
export async function createCcxtVenue({
  settings,
  card,
  credentials,
  parts,
}: CcxtVenueRequest): Promise<Venue> {
  const { codesOf, options, countsRequests, requests } = card;
  const { venue } = settings;
  const client = await createOrderClient(
    { ...settings, codesOf, options, countsRequests },
    credentials,
    parts,
  );

  /** A question of one symbol; what the venue answers in its own form becomes ours. */
  const asked = async <Answer>(work: (question: VenueQuestion) => Promise<Answer>): Promise<Answer> => {
    try {
      return await work(await client.begin());
    } catch (error) {
      throw error instanceof VenueRefusal ? told(client, card, error) : error;
    }
  };
  const marketOf = async (symbol: string): Promise<OrderMarket> => {
    try {
      return await client.market(symbol);
    } catch (error) {
      throw error instanceof AlphaloomError && error.code === 'SYMBOL_UNKNOWN' ? symbolGone(venue) : error;
    }
  };
  const ofSymbol = <Answer>(
    symbol: string,
    work: (question: VenueQuestion, market: OrderMarket) => Promise<Answer>,
  ) => asked(async question => work(question, await marketOf(symbol)));

  return {
    card,
    now: () => client.now(),
    get clockOffsetMs() {
      return client.offsetMs;
    },
    market: marketOf,
    submit: order => submit(client, card, order),
    async lookUp(reference) {
      const found = await ofSymbol(reference.symbol, async (question, market) => {
        try {
          return await requests.lookUp(question, askedOrder(card, reference), market);
        } catch (error) {
          if (error instanceof VenueRefusal && knowsNone(card, error)) return null;
          throw error;
        }
      });
      if (found === null) return null;
      const order = venueOrder(card, reference.symbol, found);
      const isIt =
        order.clientOrderId === reference.clientOrderId ||
        (order.clientOrderId === null && order.venueOrderId === reference.venueOrderId);
      if (!isIt) throw mismatch(venue, reference);
      return order;
    },
    cancel: reference => cancel(client, card, reference),
    openOrders: symbol =>
      ofSymbol(symbol, async (question, market) =>
        (await requests.openOrders(question, market)).map(order => venueOrder(card, symbol, order)),
      ),
    recentOrders: (symbol, since) =>
      ofSymbol(symbol, async (question, market) =>
        (await requests.recentOrders(question, market, since))
          .map(order => venueOrder(card, symbol, order))
          .sort((a, b) => a.time - b.time),
      ),
    fills: (symbol, since) =>
      ofSymbol(symbol, async (question, market) =>
        sortedFills(card, symbol, await requests.fills(question, market, since)),
      ),
    balances: () => asked(question => requests.balances(question)),
    async positions() {
      const { swap } = requests;
      return swap === null ? [] : asked(question => swap.positions(question));
    },
    quote: symbol => ofSymbol(symbol, (question, market) => requests.quote(question, market)),
    async swapSettings(symbol) {
      const { swap } = requests;
      return swap === null ? null : ofSymbol(symbol, (question, market) => swap.settings(question, market));
    },
    // Requests end by their deadlines; there is nothing held open.
    close: async () => {},
  };
}

/** What never left the venue's machine room: said of orders that were not posted. */
const NOT_SENT = 'not-sent';

async function submit(client: OrderClient, card: OrderCard, order: SubmittedOrder): Promise<SubmitOutcome> {
  let question: VenueQuestion | null = null;
  try {
    question = await client.begin(order.sentAt);
    const market = await client.market(order.symbol);
    const terms = roundedTerms(order, market);
    if (isNothing(terms)) return { kind: 'rejected', code: 'filter', venueCode: NOT_SENT };
    const venueClientId = card.clientId.encode(order.clientOrderId);
    const posted = { ...terms, venueClientId, sentAt: order.sentAt };
    const accepted = await card.requests.submit(question, posted, market);
    if (accepted.venueClientId !== null && accepted.venueClientId !== venueClientId)
      return { kind: 'unknown', code: 'ORDER_MISMATCH', duplicate: false };
    const read = venueOrder(card, order.symbol, accepted);
    return { kind: 'accepted', order: { ...read, clientOrderId: order.clientOrderId } };
  } catch (error) {
    return submitFailure(client, card, error, question?.isPosted ?? false);
  }
}

function submitFailure(
  client: OrderClient,
  card: OrderCard,
  error: unknown,
  isPosted: boolean,
): SubmitOutcome {
  if (error instanceof VenueRefusal) {
    const rejection = rejectionOf(card, error);
    takeIn(client, card, error);
    if (rejection === null)
      return { kind: 'unknown', code: `VENUE_REFUSED ${shownCode(card, error)}`, duplicate: false };
    if (rejection.code === 'duplicate-id')
      return { kind: 'unknown', code: rejection.venueCode, duplicate: true };
    return { kind: 'rejected', ...rejection };
  }
  const code = error instanceof AlphaloomError ? error.code : 'INTERNAL';
  if (isPosted) return { kind: 'unknown', code, duplicate: false };
  if (!(error instanceof AlphaloomError) || code === 'INTERNAL') throw error;
  return {
    kind: 'rejected',
    code: UNSENT_REASONS[code] ?? 'other',
    venueCode: `${NOT_SENT} ${code}`,
  };
}

const UNSENT_REASONS: Readonly<Record<string, RejectionCode>> = {
  TRADING_LATE: 'expired-request',
  VENUE_RATE_LIMITED: 'rate-limit',
  VENUE_KEYS_REFUSED: 'permission',
  SYMBOL_UNKNOWN: 'symbol-closed',
};

async function cancel(
  client: OrderClient,
  card: OrderCard,
  reference: OrderReference,
): Promise<CancelOutcome> {
  try {
    const question = await client.begin();
    const market = await client.market(reference.symbol);
    const asked = askedOrder(card, reference);
    const canceled = await card.requests.cancel(question, asked, market);
    if (canceled === 'gone') return { kind: 'gone' };
    const { venueClientId, venueOrderId } = canceled;
    const isIt =
      venueClientId === null
        ? venueOrderId === null || reference.venueOrderId === null || venueOrderId === reference.venueOrderId
        : venueClientId === asked.venueClientId;
    return isIt ? { kind: 'canceled' } : { kind: 'unknown', code: 'ORDER_MISMATCH' };
  } catch (error) {
    if (error instanceof VenueRefusal) {
      if (knowsNone(card, error)) return { kind: 'gone' };
      return { kind: 'unknown', code: told(client, card, error).code };
    }
    if (error instanceof AlphaloomError && error.code !== 'INTERNAL')
      return { kind: 'unknown', code: error.code };
    throw error;
  }
}

function knowsNone(card: OrderCard, refusal: VenueRefusal): boolean {
  const meaning = meaningOf(card, refusal);
  return meaning === 'gone' || meaning === 'no-order';
}

/** The venue's error as ours, after what it says of clock and markets was taken in. */
function told(client: OrderClient, card: OrderCard, refusal: VenueRefusal): AlphaloomError {
  takeIn(client, card, refusal);
  return refusalError(card, client.venue, refusal);
}

function takeIn(client: OrderClient, card: OrderCard, refusal: VenueRefusal): void {
  const meaning = meaningOf(card, refusal);
  if (meaning === 'clock') client.forgetClock();
  if (meaning === 'symbol' || rejectionOf(card, refusal)?.code === 'symbol-closed') client.forgetMarkets();
}

function askedOrder(
  card: OrderCard,
  { clientOrderId, venueOrderId, type, sentAt }: OrderReference,
): AskedOrder {
  return { venueClientId: card.clientId.encode(clientOrderId), venueOrderId, type, sentAt };
}

function venueOrder(card: OrderCard, symbol: string, { venueClientId, ...order }: ReadOrder): VenueOrder {
  return { ...order, symbol, clientOrderId: decoded(card, venueClientId) };
}

/** Oldest first, each once: pages may overlap. */
function sortedFills(card: OrderCard, symbol: string, fills: readonly ReadFill[]): VenueFill[] {
  const byId = new Map(
    fills.map(({ venueClientId, ...fill }) => [
      fill.tradeId,
      { ...fill, symbol, clientOrderId: decoded(card, venueClientId) },
    ]),
  );
  return [...byId.values()].sort((a, b) => a.time - b.time);
}

function decoded({ clientId }: OrderCard, venueClientId: string | null): string | null {
  return venueClientId === null ? null : clientId.decode(venueClientId);
}

function isNothing({ quantity }: OrderTerms): boolean {
  return !(Number(quantity) > 0);
}

function mismatch(venue: string, { symbol, clientOrderId }: OrderReference): AlphaloomError {
  return new AlphaloomError(
    'ORDER_MISMATCH',
    `${venue} was asked for order ${clientOrderId} of ${symbol} and answered about another one.`,
    { venue, symbol, clientOrderId },
  );
}
