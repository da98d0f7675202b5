import { AlphaloomError } from '../contracts/errors.ts';
import { type MarketKind, type Series, seriesId } from '../contracts/series.ts';
import type { BarConflict } from './merge.ts';

export function seriesNotFound(series: Series): AlphaloomError {
  const id = seriesId(series);
  return new AlphaloomError(
    'CANDLES_NOT_FOUND',
    `The store holds no bars of ${id}. Fetch them: candles fetch --venue ${series.venue} --symbol ${series.symbol} --timeframe ${series.timeframe} --since 2024-01-01; or candles import FILE with the same options.`,
    { series: id },
  );
}

export function barConflict(series: Series, conflict: BarConflict): AlphaloomError {
  const id = seriesId(series);
  const time = new Date(conflict.openTime).toISOString();
  return new AlphaloomError(
    'CANDLES_CONFLICT',
    `The bar ${time} of ${id} differs from the stored one: ${conflict.column} is ${conflict.stored} in the store and ${conflict.given} in what was given. Nothing was stored; find out which is right.`,
    { series: id, ...conflict },
  );
}

export function kindConflict(series: Series, stored: MarketKind, given: MarketKind): AlphaloomError {
  const id = seriesId(series);
  return new AlphaloomError(
    'CANDLES_CONFLICT',
    `${id} is stored as a ${stored} market; these bars were given as ${given}. Nothing was stored.`,
    { series: id, stored, given },
  );
}

export function syntheticConflict(series: Series, storedIsSynthetic: boolean): AlphaloomError {
  const id = seriesId(series);
  const [stored, given] = storedIsSynthetic ? ['generated', 'recorded'] : ['recorded', 'generated'];
  return new AlphaloomError(
    'CANDLES_CONFLICT',
    `${id} holds ${stored} bars; ${given} ones can’t be mixed in. Nothing was stored.`,
    { series: id, storedIsSynthetic },
  );
}
