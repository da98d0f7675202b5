import type { Command } from 'commander';
import { parseSeriesId, seriesId } from '../../contracts/series.ts';
import type { CliContext } from '../context.ts';
import { withRooms } from '../rooms.ts';
import { renderTable } from '../table.ts';

export function register(command: Command, context: CliContext): void {
  command
    .argument('[series]', 'coinbase:BTCUSD/1h')
    .addHelpText('after', '\nExample:\n  alphaloom candles check coinbase:BTCUSD/1h\n')
    .action(series => check(context, series));
}

async function check(context: CliContext, text: string | undefined): Promise<void> {
  await withRooms(context, async ({ candles }, { config }) => {
    const series = text
      ? [parseSeriesId(text, config.defaultVenue)]
      : (await candles.list()).map(row => row.series);
    const rows = await Promise.all(
      series.map(async each => ({ ...(await candles.check(each)), series: seriesId(each) })),
    );
    context.output.result({ series: rows }, () =>
      renderTable<(typeof rows)[number]>(rows, [
        { title: 'series', cell: row => row.series },
        { title: 'bars', align: 'right', cell: row => row.bars },
        { title: 'gaps', align: 'right', cell: row => row.gaps.length },
        { title: 'missing bars', align: 'right', cell: row => row.missingBars },
        { title: 'longest gap', align: 'right', cell: row => row.longestGap?.missingBars },
        { title: 'zero volume', align: 'right', cell: row => row.zeroVolumeBars },
      ]),
    );
  });
}
