import { AlphaloomError } from '../../contracts/errors.ts';
import type { Policy } from '../../contracts/policy.ts';
import { tradingSources } from '../../contracts/policy.ts';
import { type MarketKind, seriesId } from '../../contracts/series.ts';
import type { AccountSettings } from '../../trading/ledger/records.ts';
import { isSkewed } from '../../trading/orders/clock-skew.ts';
import type { OpenRooms } from '../compose.ts';
import { fileVariable } from '../config.ts';
import type { StartAccountRequest, StartWiring } from './start-account.ts';
import { requireListed } from './traded-markets.ts';
import { cardOf } from './venue-card.ts';

/**
 * All that real orders need (docs/trading.md, "Real orders").
 * @returns what is to be told before it starts; of a paper account nothing
 * @throws AlphaloomError LIVE_NOT_ALLOWED naming everything that is missing
 */
export async function requireLiveAllowed(
  wiring: StartWiring,
  { understandsRisk }: StartAccountRequest,
  settings: AccountSettings,
): Promise<string[]> {
  if (settings.mode === 'paper') return [];
  const { account, venue, clock } = settings;
  const { apiKey, apiSecret } = wiring.loaded.config.accounts[account];
  const missing: string[] = [];
  if (!understandsRisk) missing.push('--i-understand-the-risk: these are real orders, and money can be lost');
  if (wiring.workerSendsOrders === false)
    missing.push('ALPHALOOM_LIVE=yes in the trading worker’s environment: down, then up with it set');
  if (clock.kind === 'replay') missing.push('recorded bars are played on paper alone: leave the replay out');
  if (apiKey === undefined || apiSecret === undefined)
    missing.push(
      `credentials: set accounts.${account}.apiKey and apiSecret, best by the variables ${keyVariables(account)}, each of which names a file that holds one, and set them for up too`,
    );
  if (cardOf(wiring.loaded.config, venue) === null)
    missing.push(`a card: ${venue} gives data and paper trading only`);
  missing.push(...(await missingOf(wiring.rooms, settings)));
  refuseMissing(account, missing);
  const warnings = await requireBalance(wiring, settings);
  if (wiring.isEmbedded) {
    warnings.push(
      'Temporal runs embedded, on this machine alone: where it stops, nobody trades. Stops rest at the venue meanwhile.',
    );
  }
  return warnings;
}

function keyVariables(account: string): string {
  return ['apiKey', 'apiSecret'].map(key => fileVariable(`accounts.${account}.${key}`)).join(' and ');
}

/**
 * Asks the venue with the account's key.
 * @returns what is short of the capital, and what is wrong with the clock
 * @throws AlphaloomError LIVE_NOT_ALLOWED where there is no money at all and nothing to look after, VENUE_KEYS_REFUSED, VENUE_* where it
 *   can't be asked
 */
async function requireBalance(
  { rooms, loaded }: StartWiring,
  { account, venue, quote, capital }: AccountSettings,
): Promise<string[]> {
  const { apiKey = '', apiSecret = '', apiPassword: password } = loaded.config.accounts[account];
  const credentials = { apiKey, secret: apiSecret, ...(password && { password }) };
  const live = await rooms.venues.orders(venue, cardOf(loaded.config, venue)!, () => credentials);
  try {
    const balances = await live.balances();
    const held = balances.find(({ currency }) => currency === quote);
    const free = held?.free ?? '0';
    if (Number(free) === 0 && Number(held?.locked ?? '0') === 0 && !(await holdsSomething(rooms, account)))
      refuseMissing(account, [
        `money: ${venue} has no ${quote} for it at all; deposit some there, or check that it is the right account`,
      ]);
    const warnings = clockWarnings(venue, live.clockOffsetMs ?? 0);
    if (Number(free) < Number(capital))
      warnings.push(
        `${venue} has ${free} ${quote} free for account ${account}, less than its capital of ${capital}: entries that want more are rejected there.`,
      );
    return warnings;
  } finally {
    await live.close();
  }
}

async function holdsSomething(rooms: OpenRooms, account: string): Promise<boolean> {
  const ledger = await rooms.ledger();
  return ledger.positions(account).length > 0 || ledger.openOrders(account).length > 0;
}

function clockWarnings(venue: string, clockOffsetMs: number): string[] {
  if (!isSkewed({ clockOffsetMs })) return [];
  const seconds = Math.round(Math.abs(clockOffsetMs) / 100) / 10;
  return [
    `This machine’s clock is ${seconds} s ${clockOffsetMs < 0 ? 'ahead of' : 'behind'} that of ${venue}: no entry is sent before they agree to a second. Set it (NTP).`,
  ];
}

type Traded = Pick<AccountSettings, 'account' | 'mode' | 'venue' | 'kind' | 'symbols' | 'policy'>;

/**
 * Whether an account that trades may trade these symbols by this policy from now on.
 * @throws AlphaloomError LIVE_NOT_ALLOWED, ACCOUNT_INVALID, CANDLES_NOT_FOUND
 */
export async function requireSettable(
  { registry, candles, venues }: Pick<OpenRooms, 'registry' | 'candles' | 'venues'>,
  traded: Traded,
): Promise<void> {
  const { account, mode, venue, kind, symbols, policy } = traded;
  requireFitting(account, policy, kind);
  await requireListed({ candles, venues }, { venue, symbols: [] }, symbols);
  for (const symbol of symbols) await candles.describe({ venue, ...symbol });
  if (mode === 'live') refuseMissing(account, await missingOf({ registry }, traded));
}

/** @throws AlphaloomError ACCOUNT_INVALID where spot is to be traded with leverage */
export function requireFitting(account: string, { name, maxLeverage }: Policy, kind: MarketKind): void {
  if (kind === 'swap' || maxLeverage <= 1) return;
  throw new AlphaloomError(
    'ACCOUNT_INVALID',
    `Policy ${name} uses a leverage of ${maxLeverage}, and account ${account} trades spot, where nothing is lent. Choose another policy.`,
    { account, policy: name },
  );
}

function refuseMissing(account: string, missing: readonly string[]): void {
  if (missing.length === 0) return;
  throw new AlphaloomError(
    'LIVE_NOT_ALLOWED',
    `Account ${account} may not send real orders. Missing: ${missing.join('; ')}.`,
    { account, missing },
  );
}

/** What symbols and policy lack for real orders. */
async function missingOf(
  rooms: Pick<OpenRooms, 'registry'>,
  traded: Pick<Traded, 'venue' | 'symbols' | 'policy'>,
): Promise<string[]> {
  const { policy } = traded;
  const missing = await untradable(rooms, traded);
  if (policy.exits.stop.kind === 'none') missing.unshift(`a stop: policy ${policy.name} has none`);
  return missing;
}

/** Sources without evidence that passed a gate, and champions without an edge after costs. */
async function untradable(
  { registry }: Pick<OpenRooms, 'registry'>,
  { venue, symbols, policy }: Pick<Traded, 'venue' | 'symbols' | 'policy'>,
): Promise<string[]> {
  const missing = tradingSources(policy)
    .filter(source => source !== 'ML_PER_COIN_V1')
    .map(
      source => `gate evidence of ${source}: it has none, and policy ${policy.name} lets it open positions`,
    );
  for (const symbol of symbols) {
    const series = seriesId({ venue, ...symbol });
    const champion = await registry.champion(series);
    if (champion === null) missing.push(`a champion of ${series}`);
    else if (!champion.tradable)
      missing.push(`a tradable champion of ${series}: v${champion.version} has no edge after costs`);
  }
  return missing;
}
