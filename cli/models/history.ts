import type { Command } from 'commander';
import { parseSeries, type Series, seriesId } from '../../contracts/series.ts';
import type { OpenRooms } from '../../host/compose.ts';
import type { CliContext } from '../context.ts';
import { renderHistory, renderTime } from '../history-text.ts';
import { withRooms } from '../rooms.ts';
import { parseTime } from '../series-arguments.ts';

export function register(command: Command, context: CliContext): void {
  command
    .argument('<symbol>')
    .argument('<timeframe>')
    .option('--at <time>', 'the champion at that time', parseTime)
    .addHelpText('after', '\nExample:\n  alphaloom models history BTCUSD 1h --at 2026-03-01T12:00Z\n')
    .action((symbol, timeframe, { at }) =>
      withRooms(context, (rooms, loaded) =>
        history(context, rooms, parseSeries(symbol, timeframe, loaded.config.defaultVenue), at),
      ),
    );
}

async function history(
  context: CliContext,
  { registry }: OpenRooms,
  series: Series,
  at: number | undefined,
): Promise<void> {
  const id = seriesId(series);
  if (at !== undefined) {
    const champion = await registry.championAt(id, at);
    context.output.result({ series: id, at: new Date(at).toISOString(), champion: champion ?? null }, () =>
      champion
        ? `v${champion.version} (${champion.recipe}) was champion at ${renderTime(at)} UTC`
        : `No champion at ${renderTime(at)} UTC`,
    );
    return;
  }
  const events = await registry.events(id);
  context.output.result(
    { series: id, events: events.map(event => ({ ...event, at: new Date(event.at).toISOString() })) },
    () => (events.length === 0 ? `${id} has no history yet.` : renderHistory(events)),
  );
}
