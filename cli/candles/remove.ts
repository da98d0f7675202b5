import type { Command } from 'commander';
import { AlphaloomError } from '../../contracts/errors.ts';
import { parseSeriesId, seriesId } from '../../contracts/series.ts';
import type { CliContext } from '../context.ts';
import { withRooms } from '../rooms.ts';

export function register(command: Command, context: CliContext): void {
  command
    .argument('<series>', 'coinbase:BTCUSD/1h')
    .option('--yes', 'confirm: the bars are gone afterwards')
    .addHelpText('after', '\nExample:\n  alphaloom candles remove coinbase:BTCUSD/1h --yes\n')
    .action((series, options) => remove(context, series, options));
}

async function remove(context: CliContext, text: string, { yes }: { yes?: boolean }): Promise<void> {
  await withRooms(context, async ({ candles }, { config }) => {
    const series = parseSeriesId(text, config.defaultVenue);
    const { bars: stored } = await candles.describe(series);
    if (!yes) {
      throw new AlphaloomError(
        'USAGE',
        `This drops ${stored} bars of ${seriesId(series)}. Say --yes to do it.`,
        { series: seriesId(series), bars: stored },
      );
    }
    const bars = await candles.remove(series);
    context.output.result(
      { series: seriesId(series), bars },
      () => `${seriesId(series)}: ${bars} bars removed`,
    );
  });
}
