import type { OpenAccount, TradingRooms } from '../../activities/trading-rooms.ts';
import { seriesOf } from '../../activities/trading-rooms.ts';
import type { ArtifactStore } from '../../artifacts/store.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { LabelSpec } from '../../contracts/labels.ts';
import type { InferredClose } from '../../contracts/live-trading.ts';
import type { SymbolResult, TradedSymbol } from '../../contracts/trading.ts';
import { volatilityOf, volatilityPerBar } from '../../datasets/labels/volatility.ts';
import { readPackage } from '../../inference/package.ts';
import type { Predictor } from '../../inference/predictor.ts';
import type { Registry } from '../../registry/registry.ts';

interface InferRooms {
  readonly predictor: Predictor;
  readonly registry: Registry;
  readonly artifacts: ArtifactStore;
}

type Inferred = SymbolResult<Omit<InferredClose, 'quote'>>;

const DEFAULT_LABELS: LabelSpec = { kind: 'triple-barrier', horizonBars: 24, upAtr: 2, downAtr: 2 };

export function createInfer({ predictor, registry, artifacts }: InferRooms): TradingRooms['infer'] {
  const inferOne = async (account: OpenAccount, traded: TradedSymbol, closeTime: number): Promise<Inferred> => {
    const series = seriesOf(account.record, traded);
    try {
      const bars = await account.bars.through(series, closeTime);
      const prediction = await predictor.predictOn(series, bars);
      const champion = await registry.champion(`${series.venue}:${series.symbol}/${series.timeframe}`);
      const labels = champion === null ? DEFAULT_LABELS : (await readPackage(artifacts, champion)).meta.recipe.labels;
      const last = bars.openTime.length - 1;
      const volatility = volatilityPerBar(bars, volatilityOf(labels))[last];
      return {
        symbol: traded.symbol,
        ok: true,
        value: {
          timeframe: traded.timeframe,
          barTime: bars.openTime[last],
          prediction,
          bar: {
            openTime: bars.openTime[last],
            open: bars.open[last],
            high: bars.high[last],
            low: bars.low[last],
            close: bars.close[last],
            volume: bars.volume[last],
          },
          volatility: Number.isNaN(volatility) ? null : volatility,
          labels,
          confirmation: null,
        },
      };
    } catch (error) {
      if (!(error instanceof AlphaloomError)) throw error;
      return { symbol: traded.symbol, ok: false, error: { code: error.code, message: error.message } };
    }
  };
  return (account, symbols, closeTime) =>
    Promise.all(symbols.map(symbol => inferOne(account, symbol, closeTime)));
}
