import type { Command } from 'commander';
import { AlphaloomError } from '../../contracts/errors.ts';
import { parseSeries, type Series, seriesId } from '../../contracts/series.ts';
import type { OpenRooms } from '../../host/compose.ts';
import type { CliContext } from '../context.ts';
import { renderNumber } from '../evidence-text.ts';
import { renderTime } from '../history-text.ts';
import { withRooms } from '../rooms.ts';
import { renderTable } from '../table.ts';
import { estimatorName } from './estimator-text.ts';

export function register(command: Command, context: CliContext): void {
  command
    .argument('[symbol]')
    .argument('[timeframe]')
    .addHelpText('after', '\nExample:\n  alphaloom models list BTCUSD 1h\n')
    .action((symbol, timeframe) =>
      withRooms(context, (rooms, loaded) =>
        list(context, rooms, optionalSeries(symbol, timeframe, loaded.config.defaultVenue)),
      ),
    );
}

function optionalSeries(
  symbol: string | undefined,
  timeframe: string | undefined,
  defaultVenue: string,
): Series | null {
  if (symbol === undefined) return null;
  if (timeframe === undefined)
    throw new AlphaloomError('USAGE', 'Name the timeframe too, e.g. models list BTCUSD 1h.');
  return parseSeries(symbol, timeframe, defaultVenue);
}

async function list(
  context: CliContext,
  { registry, artifacts }: OpenRooms,
  series: Series | null,
): Promise<void> {
  const versions = await registry.list(series ? seriesId(series) : undefined);
  const champions = new Map<string, number | undefined>();
  for (const { series: id } of versions) {
    if (!champions.has(id)) champions.set(id, (await registry.champion(id))?.version);
  }
  const paused = new Set((await registry.listPaused()).map(event => event.series));
  const rows = await Promise.all(
    versions.map(async version => ({
      ...version,
      champion: champions.get(version.series) === version.version,
      paused: paused.has(version.series),
      estimator: await estimatorName(artifacts, version),
    })),
  );
  context.output.result({ versions: rows }, () =>
    rows.length === 0
      ? 'No version yet. Train one: alphaloom train BTCUSD 1h'
      : renderTable<(typeof rows)[number]>(rows, [
          { title: 'series', cell: row => row.series },
          { title: 'version', cell: row => `v${row.version}` },
          { title: 'champion', cell: row => (row.champion ? 'yes' : null) },
          { title: 'paused', cell: row => (row.paused ? 'yes' : null) },
          { title: 'recipe', cell: row => row.recipe },
          { title: 'estimator', cell: row => row.estimator },
          { title: 'origin', cell: row => row.origin ?? 'trained' },
          { title: 'gate', cell: row => (row.eligible ? 'passed' : 'failed') },
          { title: 'tradable', cell: row => (row.tradable ? 'yes' : 'no') },
          { title: 'mcc', align: 'right', cell: row => renderNumber(row.metrics.mcc) },
          { title: 'dir. AUC', align: 'right', cell: row => renderNumber(row.metrics.directionalAuc) },
          { title: 'registered (UTC)', cell: row => renderTime(row.registeredAt) },
        ]),
  );
}
