import { AlphaloomError } from '../../contracts/errors.ts';
import { tradingSources } from '../../contracts/policy.ts';
import { seriesId } from '../../contracts/series.ts';
import type { AccountSettings } from '../../trading/ledger/records.ts';
import type { OpenRooms } from '../compose.ts';
import type { StartWiring } from './start-account.ts';

/** Of workers that run on another configuration than this process. */
export function outdatedWarnings({ outdated = [] }: Pick<StartWiring, 'outdated'>): string[] {
  if (outdated.length === 0) return [];
  return [
    `The workers run on the configuration that up read, and this one is another (${outdated.join(', ')}): down, then up, and they have it too.`,
  ];
}

/** What this process was allowed to do, and the worker was not, is mended at the worker. */
export function ofWorker(error: unknown, wiring: Pick<StartWiring, 'outdated'>): unknown {
  if (!(error instanceof AlphaloomError)) return error;
  const { code, message, details } = error;
  if (code === 'VENUE_KEYS_REFUSED') {
    return new AlphaloomError(
      code,
      `${message} The key that trade start has was accepted; the trading worker has another, as it stood when up was called: down --leave-positions, then up with the right one, then trade start again.`,
      details,
      { cause: error },
    );
  }
  const outdated = outdatedWarnings(wiring).map(warning => ` ${warning}`);
  if (outdated.length === 0) return error;
  return new AlphaloomError(code, `${message}${outdated.join('')}`, details, { cause: error });
}

/** A symbol that only a model may enter, and that has none, is looked at close by close in silence. */
export async function missingChampions(
  { registry }: Pick<OpenRooms, 'registry'>,
  { venue, symbols, policy }: AccountSettings,
): Promise<string[]> {
  if (tradingSources(policy).some(source => source !== 'ML_PER_COIN_V1')) return [];
  const warnings: string[] = [];
  for (const { symbol, timeframe } of symbols) {
    const series = seriesId({ venue, symbol, timeframe });
    if ((await registry.champion(series)) !== null) continue;
    warnings.push(
      `${series} has no champion, and by policy ${policy.name} nothing else opens a position: no entries until there is one (train ${venue}:${symbol} ${timeframe}).`,
    );
  }
  return warnings;
}
