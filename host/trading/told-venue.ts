import { AlphaloomError } from '../../contracts/errors.ts';
import type { Ledger } from '../../trading/ledger/ledger.ts';
import type { SubmitOutcome, Venue } from '../../trading/venue.ts';
import { KEY_MEND } from '../../venues/order-failure.ts';
import type { Log } from '../log.ts';

/** Whom a venue's news is told to. */
export interface Teller {
  readonly ledger: Ledger;
  readonly account: string;
  now(): number;
  readonly log: Log;
}

/** One refusal may be a gateway's mood; so many in a row, with no answer between, are the key's. */
const REFUSALS = 3;

/**
 * A venue whose refusals of the account's key do not stay between the steps: the account is paused with the reason, and it
 * is told. Exits go on being tried; `trade resume` lets entries go again once the key is mended.
 */
export function toldVenue(venue: Venue, { ledger, account, now, log }: Teller): Venue {
  let refusals = 0;
  const refused = async (reason: string) => {
    refusals++;
    if (refusals !== REFUSALS) return;
    const at = now();
    await ledger.notify({
      event: 'venue-refused',
      key: `venue-refused/${account}`,
      subject: account,
      at,
      facts: { account, reason },
    });
    if (ledger.account(account).state !== 'running') return;
    const operation = { message: 'pause', account, operationId: `venue-refused/${account}/${at}` } as const;
    await ledger.applyMessage(
      { ...operation, actor: 'trading', reason, payload: {} },
      { now: at, policy: null },
    );
  };
  const tell = (reason: string) => {
    refused(`${reason} Then trade resume ${account}.`).catch((error: unknown) => {
      log.error(
        { account, error: error instanceof Error ? error.message : String(error) },
        'could not be told',
      );
    });
  };
  const heard = <Answer>(answer: Answer): Answer => {
    if (isRefusal(answer))
      tell(
        `${ledger.account(account).venue} does not allow the account’s key to trade: it is wrong or revoked, lacks that right, or is bound to another address. ${KEY_MEND}`,
      );
    else refusals = 0;
    return answer;
  };
  return new Proxy(venue, {
    get(of, property) {
      const value = Reflect.get(of, property, of) as unknown;
      if (typeof value !== 'function' || !SIGNED.has(property)) return value;
      return async (...given: unknown[]) => {
        try {
          return heard(await value.apply(of, given));
        } catch (error) {
          if (error instanceof AlphaloomError && error.code === 'VENUE_KEYS_REFUSED') tell(error.message);
          throw error;
        }
      };
    },
  });
}

/** What is asked with the account's key. */
const SIGNED: ReadonlySet<string | symbol> = new Set<keyof Venue>([
  'submit',
  'lookUp',
  'cancel',
  'openOrders',
  'recentOrders',
  'fills',
  'balances',
  'positions',
]);

function isRefusal(answer: unknown): boolean {
  const { kind, code } = (answer ?? {}) as Partial<Extract<SubmitOutcome, { kind: 'rejected' }>>;
  return kind === 'rejected' && code === 'permission';
}
