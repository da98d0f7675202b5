import { BIGINT, BOOLEAN, DOUBLE, VARCHAR } from '@duckdb/node-api';
import type { BacktestMarket, BacktestSetup } from '../../contracts/backtest.ts';
import { barsBefore } from '../../contracts/candles.ts';
import { TASK_CLASSES } from '../../contracts/tasks.ts';
import { fundingOf } from '../../strategy/funding.ts';
import type { PlayedBacktest } from './played-backtest.ts';
import { type RowColumns, writeRowTable } from './row-table.ts';
import { seenThroughTimes } from './seen-bars.ts';

interface BarRow {
  readonly market: BacktestMarket;
  readonly bar: number;
  /** Sum of the rates that are settled at its open. */
  readonly funding: number;
  /** Open time of the last bar that the symbol's model had seen. */
  readonly seenThrough: number;
}

/**
 * The columns of `bars.parquet`: all that the rule book asks of a bar, so that a backtest can be played again by other means.
 * `direction` is null where there was no answer, `volatility` where it was not known.
 */
const COLUMNS: RowColumns<BarRow> = {
  symbol: { type: VARCHAR, of: ({ market }) => market.symbol },
  ts: { type: BIGINT, of: ({ market, bar }) => BigInt(market.candles.openTime[bar]) },
  open: { type: DOUBLE, of: ({ market, bar }) => market.candles.open[bar] },
  high: { type: DOUBLE, of: ({ market, bar }) => market.candles.high[bar] },
  low: { type: DOUBLE, of: ({ market, bar }) => market.candles.low[bar] },
  close: { type: DOUBLE, of: ({ market, bar }) => market.candles.close[bar] },
  volume: { type: DOUBLE, of: ({ market, bar }) => market.candles.volume[bar] },
  direction: {
    type: VARCHAR,
    of: ({ market: { signals }, bar }) => TASK_CLASSES.direction3[signals.direction[bar]] ?? null,
  },
  confidence: {
    type: DOUBLE,
    of: ({ market: { signals }, bar }) =>
      signals.direction[bar] < 0 ? null : (signals.confidence?.[bar] ?? 1),
  },
  volatility: {
    type: DOUBLE,
    of: ({ market: { signals }, bar }) =>
      Number.isNaN(signals.volatility[bar]) ? null : signals.volatility[bar],
  },
  funding_rate: { type: DOUBLE, of: ({ funding }) => funding },
  in_sample: {
    type: BOOLEAN,
    of: ({ market, bar, seenThrough }) => market.candles.openTime[bar] <= seenThrough,
  },
};

/**
 * Writes the played bars of all symbols, those of one after those of another.
 * @throws AlphaloomError DISK_FULL, PERMISSION_DENIED
 */
export async function writeBarTable(
  path: string,
  { document, setup }: Pick<PlayedBacktest, 'document' | 'setup'>,
): Promise<void> {
  await writeRowTable(path, barRows(setup, seenThroughTimes(document)), COLUMNS);
}

function* barRows(
  { markets, costs, fromTime, toTime }: BacktestSetup,
  seen: ReadonlyMap<string, number>,
): Generator<BarRow> {
  for (const market of markets) {
    const seenThrough = seen.get(market.symbol)!;
    const { candles, kind } = market;
    const from = barsBefore(candles, fromTime);
    const to = barsBefore(candles, toTime);
    const funding = kind === 'swap' ? fundingOf(market.funding, costs) : null;
    for (let bar = from; bar < to; bar++) {
      const isDue = funding !== null && bar > from;
      const due = isDue ? funding.due(candles.openTime[bar - 1], candles.openTime[bar]) : 0;
      yield { market, bar, funding: due, seenThrough };
    }
  }
}
