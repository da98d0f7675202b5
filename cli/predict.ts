import type { Command } from 'commander';
import type { Prediction } from '../contracts/prediction.ts';
import { parseSeries } from '../contracts/series.ts';
import type { CliContext } from './context.ts';
import { withRooms } from './rooms.ts';

export function register(command: Command, context: CliContext): void {
  command
    .argument('<symbol>', 'BTCUSD; with a venue: coinbase:BTCUSD')
    .argument('<timeframe>', '1h')
    .addHelpText('after', '\nExample:\n  alphaloom predict BTCUSD 1h --json\n')
    .action((symbol, timeframe) =>
      withRooms(context, async ({ predictor }, { config }) => {
        const prediction = await predictor.predict(parseSeries(symbol, timeframe, config.defaultVenue));
        context.output.result(prediction, () => renderPrediction(prediction));
      }),
    );
}

export function renderPrediction(prediction: Prediction): string {
  const { probabilities, take_profits: targets } = prediction;
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  return [
    `${prediction.venue}:${prediction.symbol}/${prediction.timeframe} ${prediction.direction} (${percent(prediction.confidence)}), bar of ${prediction.bar_time}${prediction.stale ? ', STALE' : ''}`,
    `LONG ${percent(probabilities.LONG)}, SHORT ${percent(probabilities.SHORT)}, NO_TRADE ${percent(probabilities.NO_TRADE)}`,
    prediction.model_version
      ? `by ${prediction.source} ${prediction.model_version}, ${prediction.tradable ? 'tradable' : 'not tradable: no proven edge after costs'}`
      : `by ${prediction.source}: nobody could answer`,
    `${prediction.levels_side}: entry ${price(prediction.entry)}, stop ${price(prediction.stop_loss)}, targets ${[targets.tp1, targets.tp2, targets.tp3].map(price).join(' / ')}`,
    ...prediction.reasons.map(reason => `because ${reason}`),
  ].join('\n');
}

function price(value: number): string {
  return value.toPrecision(7);
}
