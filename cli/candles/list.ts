import type { Command } from 'commander';
import { seriesId } from '../../contracts/series.ts';
import type { CliContext } from '../context.ts';
import { withRooms } from '../rooms.ts';
import { minute, renderTable } from '../table.ts';

export function register(command: Command, context: CliContext): void {
  command.addHelpText('after', '\nExample:\n  alphaloom candles list --json\n').action(() => list(context));
}

async function list(context: CliContext): Promise<void> {
  await withRooms(context, async ({ candles }) => {
    const rows = (await candles.list()).map(row => ({ ...row, series: seriesId(row.series) }));
    context.output.result({ series: rows }, () =>
      rows.length === 0
        ? 'No candles yet. Import some: alphaloom candles import --help'
        : renderTable<(typeof rows)[number]>(rows, [
            { title: 'series', cell: row => row.series },
            { title: 'market', cell: row => row.kind },
            { title: 'bars', align: 'right', cell: row => row.bars },
            { title: 'first', cell: row => minute(row.firstTime) },
            { title: 'last', cell: row => minute(row.lastTime) },
            { title: 'gaps', align: 'right', cell: row => row.gaps },
          ]),
    );
  });
}
