import type { Command } from 'commander';
import type { CollectionReport, CollectionRow } from '../../contracts/collection.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { requireWorkers } from '../../host/worker-presence.ts';
import type { CliContext } from '../context.ts';
import { withTemporal } from '../rooms.ts';
import { minute, renderTable } from '../table.ts';

export function register(command: Command, context: CliContext): void {
  command
    .addHelpText('after', '\nExample:\n  alphaloom candles collect --json\n')
    .action(() => collect(context));
}

async function collect(context: CliContext): Promise<void> {
  await withTemporal(context, async ({ loaded, temporal, homeId, orchestrator }) => {
    if (loaded.config.collection.series.length === 0) {
      throw new AlphaloomError(
        'CONFIG_INVALID',
        'No series is collected. Write e.g. collection: {series: [binance:BTCUSDT/15m]} into alphaloom.yaml.',
        { path: 'collection.series' },
      );
    }
    await requireWorkers(temporal, homeId, ['registry', 'collection']);
    const report = await orchestrator.collectCandles();
    if (report.rows.some(({ error }) => error !== null)) context.endWith(1);
    context.output.result(report, () => describeCollection(report));
  });
}

function note({ fetching, error }: CollectionRow): string | null {
  if (error) return `${error.code}: ${error.message}`;
  return fetching ? 'its history is being fetched' : null;
}

function describeCollection({ rows, folded }: CollectionReport): string {
  const table = renderTable<CollectionRow>(rows, [
    { title: 'series', cell: row => row.series },
    { title: 'new bars', align: 'right', cell: row => row.added },
    { title: 'last bar (UTC)', cell: row => row.lastTime && minute(row.lastTime) },
    { title: 'features (UTC)', cell: row => row.featuresTime && minute(row.featuresTime) },
    { title: '', cell: note },
  ]);
  return folded > 0 ? `${table}\n${folded} older bars moved into the history.` : table;
}
