import type { TestContext } from 'node:test';
import type { Market } from '../../../contracts/market.ts';
import { policySchema } from '../../../contracts/policy.ts';
import { recordedBars } from '../../../trading/deciding/traded-bars.ts';
import { PaperVenue } from '../../../trading/paper/paper-venue.ts';
import { barsFrom, type PlainBar } from '../../support/trading-exchange.ts';
import { ACCOUNT, desk, START } from '../ledger/fixtures.ts';
import { describeVenueContract, SYMBOL, type VenueScene } from '../venue-contract.ts';

const SECOND = 1_000;
const FIRST_OPEN = START - (START % SECOND);

const MARKET: Market = {
  venue: 'binance',
  symbol: SYMBOL,
  kind: 'spot',
  base: 'BTC',
  quote: 'USDT',
  settle: null,
  venueSymbol: SYMBOL,
  unifiedSymbol: 'BTC/USDT',
  active: true,
  tick: '0.01',
  lot: '0.00001',
  minQuantity: null,
  maxQuantity: null,
  minNotional: '5',
  contractSize: null,
  makerFee: null,
  takerFee: null,
  fetchedTime: 0,
};

describeVenueContract('paper', makePaperVenue);

/** The matching engine over bars that a test makes, one a second. */
async function makePaperVenue(
  t: TestContext,
  { usdt = '10000' }: { readonly usdt?: string } = {},
): Promise<VenueScene> {
  const policy = policySchema.parse({ name: 'paper' });
  const { ledger, lease } = await desk(t, {
    mode: 'paper',
    symbols: [{ symbol: SYMBOL, timeframe: '1s' }],
    capital: usdt,
    policy,
  });
  const played: PlainBar[] = [[100, 100, 100, 100]];
  const clock = { now: () => FIRST_OPEN + played.length * SECOND };
  const venue = new PaperVenue({
    record: ledger.account(ACCOUNT),
    store: ledger.paper,
    lease: () => lease,
    // Each close sees the bars as they are then.
    bars: {
      between: (...asked) => recorded().between(...asked),
      through: (...asked) => recorded().through(...asked),
      last: (...asked) => recorded().last(...asked),
    },
    market: async () => MARKET,
    now: async () => clock.now(),
    lastCloseTime: () => null,
    isFlattened: () => false,
  });
  const recorded = () => recordedBars({ read: async () => barsFrom(FIRST_OPEN, '1s', played) });
  await venue.advance(clock.now());
  return {
    venue,
    clock,
    plan: { exits: { stop: null, targets: [], trailing: null, maxBars: null }, validBars: 10 },
    async bar(bar) {
      played.push(bar);
      await venue.advance(clock.now());
    },
    trouble: null,
  };
}
