import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Candles } from '../../../contracts/candles.ts';
import { type Inspection, inspectBook } from '../../../venues/loopback/inspection.ts';
import { listMarket } from '../../../venues/loopback/listed-market.ts';
import { Amount } from '../../../venues/loopback/orders/amount.ts';
import { ORDER_TYPES } from '../../../venues/loopback/orders/order.ts';
import { readOrderRequest } from '../../../venues/loopback/orders/order-request.ts';
import { VenueRefusal } from '../../../venues/loopback/refusal.ts';
import { TradingAccount } from '../../../venues/loopback/trading-account.ts';
import { barsFrom, type PlainBar, START } from '../../support/trading-exchange.ts';

const INITIAL = { USDT: '5000', BTC: '20', ETH: '0' };

/** Prices in cents, so that bars and orders meet often; a bar's extremes lie around its open and close. */
const price = fc.integer({ min: 9_000, max: 11_000 }).map(cents => cents / 100);
const bar = fc
  .tuple(
    price,
    price,
    fc.integer({ min: 0, max: 300 }),
    fc.integer({ min: 0, max: 300 }),
    fc.integer({ max: 40, min: 0 }),
  )
  .map(([open, close, above, below, volume]): PlainBar => {
    const cents = (value: number) => Math.round(value * 100) / 100;
    return [
      open,
      cents(Math.max(open, close) + above / 100),
      cents(Math.min(open, close) - below / 100),
      close,
      volume / 4,
    ];
  });

const order = fc.record({
  symbol: fc.constantFrom('BTCUSDT', 'ETHBTC'),
  side: fc.constantFrom('BUY', 'SELL'),
  type: fc.constantFrom(...ORDER_TYPES),
  timeInForce: fc.constantFrom('GTC', 'IOC', 'FOK'),
  quantity: fc.integer({ min: 1, max: 50_000_000 }).map(units => new Amount(units).div(10_000_000).toFixed()),
  quoteOrderQty: fc.integer({ min: 1, max: 300_000 }).map(units => new Amount(units).div(1_000).toFixed()),
  byQuote: fc.boolean(),
  price: price.map(String),
  stopPrice: price.map(String),
});
type RandomOrder = typeof order extends fc.Arbitrary<infer Value> ? Value : never;

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('place' as const), order }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), orderId: fc.nat({ max: 30 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 1_500 }) }),
  },
);

const scene = fc.record({
  btc: fc.array(bar, { minLength: 4, maxLength: 12 }),
  eth: fc.array(bar, { minLength: 4, maxLength: 12 }),
  makerShare: fc.option(fc.constantFrom(0.1, 0.5, 1)),
  takerShare: fc.option(fc.constantFrom(0.1, 0.5, 1)),
  makerFee: fc.constantFrom('0', '0.0002', '0.00123457'),
  takerFee: fc.constantFrom('0', '0.001', '0.00075'),
  spreadTicks: fc.integer({ min: 0, max: 5 }),
  steps: fc.array(step, { minLength: 5, maxLength: 40 }),
});

function play({
  btc,
  eth,
  steps,
  ...matching
}: typeof scene extends fc.Arbitrary<infer Value> ? Value : never): Inspection {
  const list = (base: string, quote: string, candles: Candles) =>
    listMarket(
      { base, quote, kind: 'spot', timeframe: '1s', candles, lot: '0.0000001', minNotional: '0.01' },
      'path',
    );
  const markets = [
    list('BTC', 'USDT', barsFrom(START, '1s', btc)),
    list('ETH', 'BTC', barsFrom(START, '1s', eth)),
  ];
  const account = new TradingAccount({ balances: INITIAL, keys: [], matching }, markets);
  let now = START;
  for (const next of steps) {
    if (next.kind === 'wait') now += next.ms;
    else if (next.kind === 'place') refusable(() => place(account, next.order, now));
    else {
      const name = { orderId: next.orderId, clientOrderId: null };
      const symbol = account.book.order(next.orderId)?.symbol ?? 'BTCUSDT';
      refusable(() => account.turn(now, () => account.desk.cancel(symbol, name, now)));
    }
    assertSound(inspectBook(account.book, now));
  }
  return account.turn(now + 20_000, () => inspectBook(account.book, now + 20_000));
}

function place(account: TradingAccount, random: RandomOrder, now: number): void {
  const { type } = random;
  const sent = new URLSearchParams({ symbol: random.symbol, side: random.side, type });
  const byQuote = type === 'MARKET' && random.byQuote;
  sent.set(byQuote ? 'quoteOrderQty' : 'quantity', byQuote ? random.quoteOrderQty : random.quantity);
  if (type.includes('LIMIT')) sent.set('price', random.price);
  if (type.includes('LIMIT') && type !== 'LIMIT_MAKER') sent.set('timeInForce', random.timeInForce);
  if (/STOP|PROFIT/.test(type)) sent.set('stopPrice', random.stopPrice);
  account.turn(now, () =>
    account.desk.place(account.market(random.symbol), readOrderRequest(sent), now, now),
  );
}

function refusable(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof VenueRefusal)) throw error;
  }
}

const PAIRS: Readonly<Record<string, readonly [base: string, quote: string]>> = {
  BTCUSDT: ['BTC', 'USDT'],
  ETHBTC: ['ETH', 'BTC'],
};

/** Balances as the trades alone tell them. */
function assertSound({ orders, trades, balances }: Inspection): void {
  const expected = new Map(Object.entries(INITIAL).map(([asset, amount]) => [asset, new Amount(amount)]));
  const add = (asset: string, amount: InstanceType<typeof Amount>) =>
    expected.set(asset, (expected.get(asset) ?? new Amount(0)).plus(amount));
  for (const trade of trades) {
    const [base, quote] = PAIRS[trade.symbol];
    const sign = trade.side === 'BUY' ? 1 : -1;
    add(base, new Amount(trade.quantity).times(sign));
    add(quote, new Amount(trade.quote).times(-sign));
    add(trade.commissionAsset, new Amount(trade.commission).negated());
  }
  for (const [asset, total] of expected) {
    const { free, locked } = balances[asset];
    assert.equal(new Amount(free).plus(locked).toFixed(), total.toFixed(), `${asset} is not conserved`);
    assert.ok(!free.startsWith('-') && !locked.startsWith('-'), `${asset}: ${free} free, ${locked} locked`);
  }
  const locked = new Map<string, InstanceType<typeof Amount>>();
  for (const order of orders) {
    const asset = PAIRS[order.symbol][order.side === 'SELL' ? 0 : 1];
    locked.set(asset, (locked.get(asset) ?? new Amount(0)).plus(order.locked));
    const own = trades.filter(trade => trade.orderId === order.orderId);
    const executed = own.reduce((sum, trade) => sum.plus(trade.quantity), new Amount(0));
    assert.equal(executed.toFixed(8), order.executed);
    assert.ok(executed.lte(order.quantity), 'more was filled than was asked for');
    if (order.type.includes('LIMIT'))
      for (const trade of own)
        assert.ok(
          order.side === 'BUY'
            ? Number(trade.price) <= Number(order.price)
            : Number(trade.price) >= Number(order.price),
          `order ${order.orderId} was filled at ${trade.price}, beyond its limit ${order.price}`,
        );
    if (['FILLED', 'CANCELED', 'EXPIRED'].includes(order.status)) assert.equal(order.locked, '0.00000000');
  }
  for (const [asset, amount] of locked) assert.equal(balances[asset].locked, amount.toFixed(8));
  trades.forEach((trade, index) => {
    assert.ok(index === 0 || trade.time >= trades[index - 1].time, 'trades run back in time');
  });
}

test('whatever is ordered, coins are conserved and no order is filled beyond its limit or its size', () => {
  let filled = 0;
  fc.assert(
    fc.property(scene, run => {
      const end = play(run);
      assertSound(end);
      filled += end.trades.length;
    }),
    { numRuns: 400, seed: 42 },
  );
  assert.ok(filled > 500, `only ${filled} trades were looked at`);
});
