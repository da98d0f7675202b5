import { missingParameter, VenueRefusal } from '../refusal.ts';
import { Amount, ZERO } from './amount.ts';
import { ORDER_TYPES, type OrderType, type Side, TIMES_IN_FORCE, type TimeInForce } from './order.ts';

/** A new order as it was asked for. Amounts that were not sent are 0. */
export interface OrderRequest {
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly quantity: Amount;
  readonly quoteOrderQuantity: Amount;
  readonly price: Amount;
  readonly stopPrice: Amount;
  /** Null: the exchange makes one. */
  readonly clientOrderId: string | null;
  readonly responseType: ResponseType;
}

export const RESPONSE_TYPES = ['ACK', 'RESULT', 'FULL'] as const;
export type ResponseType = (typeof RESPONSE_TYPES)[number];

type Parameter = 'timeInForce' | 'quantity' | 'price' | 'stopPrice';

/** What each type of order needs; of market orders one of two quantities. */
const NEEDED: Readonly<Record<OrderType, readonly Parameter[]>> = {
  LIMIT: ['timeInForce', 'quantity', 'price'],
  LIMIT_MAKER: ['quantity', 'price'],
  MARKET: [],
  STOP_LOSS: ['quantity', 'stopPrice'],
  STOP_LOSS_LIMIT: ['timeInForce', 'quantity', 'price', 'stopPrice'],
  TAKE_PROFIT: ['quantity', 'stopPrice'],
  TAKE_PROFIT_LIMIT: ['timeInForce', 'quantity', 'price', 'stopPrice'],
};
const ORDER_PARAMETERS: readonly Parameter[] = ['timeInForce', 'quantity', 'price', 'stopPrice'];
const KNOWN = new Set([
  ...ORDER_PARAMETERS,
  'symbol',
  'side',
  'type',
  'quoteOrderQty',
  'newClientOrderId',
  'newOrderRespType',
  'selfTradePreventionMode',
  'strategyId',
  'strategyType',
  'recvWindow',
  'timestamp',
  'signature',
]);
const MAX_DECIMALS = 8;

/** Reads the parameters of `POST order`. @throws VenueRefusal in Binance's codes */
export function readOrderRequest(parameters: URLSearchParams): OrderRequest {
  const unknown = [...parameters.keys()].filter(name => !KNOWN.has(name));
  if (unknown.length > 0) {
    const sent = [...parameters.keys()].length;
    throw new VenueRefusal(
      -1104,
      `Not all sent parameters were read; read '${sent - unknown.length}' parameter(s) but was sent '${sent}'.`,
    );
  }
  const side = oneOf(parameters, 'side', ['BUY', 'SELL'], -1117);
  const type = oneOf(parameters, 'type', ORDER_TYPES, -1116);
  requireParameters(parameters, type);
  const quantity = amount(parameters, 'quantity');
  const quoteOrderQuantity = amount(parameters, 'quoteOrderQty');
  if (quantity.isZero() && quoteOrderQuantity.isZero()) throw new VenueRefusal(-1013, 'Invalid quantity.');
  const responseType = parameters.get('newOrderRespType');
  return {
    symbol: parameters.get('symbol') ?? '',
    side,
    type,
    timeInForce: parameters.has('timeInForce')
      ? oneOf(parameters, 'timeInForce', TIMES_IN_FORCE, -1115)
      : 'GTC',
    quantity,
    quoteOrderQuantity,
    price: positive(parameters, 'price'),
    stopPrice: positive(parameters, 'stopPrice'),
    clientOrderId: clientOrderId(parameters, 'newClientOrderId'),
    responseType:
      responseType === null
        ? defaultResponse(type)
        : oneOf(parameters, 'newOrderRespType', RESPONSE_TYPES, -1100),
  };
}

/** An id that the client chose. @throws VenueRefusal -1100 */
export function clientOrderId(parameters: URLSearchParams, name: string): string | null {
  const id = parameters.get(name);
  if (id === null || id === '') return null;
  const legal = '^[a-zA-Z0-9-_]{1,36}$';
  if (!/^[a-zA-Z0-9\-_]{1,36}$/.test(id)) throw illegalCharacters(name, legal);
  return id;
}

function requireParameters(parameters: URLSearchParams, type: OrderType): void {
  const needed = NEEDED[type];
  const missing = needed.find(name => !parameters.get(name));
  if (missing) throw missingParameter(missing);
  const surplus = ORDER_PARAMETERS.find(
    name => parameters.has(name) && !needed.includes(name) && !(type === 'MARKET' && name === 'quantity'),
  );
  if (surplus) throw new VenueRefusal(-1106, `Parameter '${surplus}' sent when not required.`);
  const hasQuantity = parameters.has('quantity');
  const hasQuote = parameters.has('quoteOrderQty');
  if (type !== 'MARKET' && hasQuote)
    throw new VenueRefusal(-1106, `Parameter 'quoteOrderQty' sent when not required.`);
  if (type === 'MARKET' && hasQuantity && hasQuote)
    throw new VenueRefusal(-1128, 'Combination of optional parameters invalid.');
  if (type === 'MARKET' && !hasQuantity && !hasQuote) throw missingParameter('quantity');
}

function defaultResponse(type: OrderType): ResponseType {
  return type === 'MARKET' || type === 'LIMIT' ? 'FULL' : 'ACK';
}

const INVALID_CHOICE: Readonly<Record<number, string>> = {
  [-1115]: 'Invalid timeInForce.',
  [-1116]: 'Invalid orderType.',
  [-1117]: 'Invalid side.',
};

function oneOf<Value extends string>(
  parameters: URLSearchParams,
  name: string,
  allowed: readonly Value[],
  code: number,
): Value {
  const text = parameters.get(name);
  if (text === null || text === '') throw missingParameter(name);
  const value = allowed.find(candidate => candidate === text);
  if (value === undefined)
    throw new VenueRefusal(code, INVALID_CHOICE[code] ?? `Invalid value for parameter '${name}'.`);
  return value;
}

function amount(parameters: URLSearchParams, name: string): Amount {
  const text = parameters.get(name);
  if (text === null) return ZERO;
  if (!/^\d{1,20}(\.\d{1,20})?$/.test(text))
    throw illegalCharacters(name, '^([0-9]{1,20})(\\.[0-9]{1,20})?$');
  const value = new Amount(text);
  if (value.decimalPlaces() > MAX_DECIMALS)
    throw new VenueRefusal(-1111, `Parameter '${name}' has too much precision.`);
  return value;
}

function positive(parameters: URLSearchParams, name: string): Amount {
  const value = amount(parameters, name);
  if (parameters.has(name) && value.isZero()) throw new VenueRefusal(-1013, 'Invalid price.');
  return value;
}

function illegalCharacters(name: string, legal: string): VenueRefusal {
  return new VenueRefusal(
    -1100,
    `Illegal characters found in parameter '${name}'; legal range is '${legal}'.`,
  );
}
