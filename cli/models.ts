import type { Command } from 'commander';
import { AlphaloomError } from '../contracts/errors.ts';
import { parseSeries, type Series, seriesId } from '../contracts/series.ts';
import { readEvidence } from '../inference/package.ts';
import type { VersionRecord } from '../registry/registry.ts';
import type { CliContext } from './context.ts';
import { renderDecision, renderGate, renderNumber, renderSharpe } from './evidence-text.ts';
import { renderHistory, renderTime as time } from './history-text.ts';
import { registerImport } from './import-model.ts';
import { parseVersion, registerLifecycleVerbs } from './lifecycle-verbs.ts';
import { registerTrials } from './models-trials.ts';
import { pauseOf, renderPause } from './pauses.ts';
import { withRooms } from './rooms.ts';
import { parseTime } from './series-arguments.ts';
import { renderTable } from './table.ts';

export function register(command: Command, context: CliContext): void {
  command.addHelpText(
    'after',
    '\nExample:\n  alphaloom models history BTCUSD 1h\n  alphaloom models rollback BTCUSD 1h --reason "drawdown"\n',
  );
  command
    .command('list')
    .description('Show all versions, or those of one series.')
    .argument('[symbol]')
    .argument('[timeframe]')
    .addHelpText('after', '\nExample:\n  alphaloom models list BTCUSD 1h\n')
    .action((symbol, timeframe) =>
      withRooms(context, (rooms, loaded) =>
        list(context, rooms, optionalSeries(symbol, timeframe, loaded.config.defaultVenue)),
      ),
    );
  command
    .command('show')
    .description('Show a version (default: the champion) with its evidence.')
    .argument('<symbol>')
    .argument('<timeframe>')
    .argument('[version]', 'v7', parseVersion)
    .addHelpText('after', '\nExample:\n  alphaloom models show BTCUSD 1h v2\n')
    .action((symbol, timeframe, version) =>
      withRooms(context, (rooms, loaded) =>
        show(context, rooms, parseSeries(symbol, timeframe, loaded.config.defaultVenue), version),
      ),
    );
  command
    .command('history')
    .description('Show who moved the champion, when and why; or what was champion at a time.')
    .argument('<symbol>')
    .argument('<timeframe>')
    .option('--at <time>', 'the champion at that time', parseTime)
    .addHelpText('after', '\nExample:\n  alphaloom models history BTCUSD 1h --at 2026-03-01T12:00Z\n')
    .action((symbol, timeframe, { at }) =>
      withRooms(context, (rooms, loaded) =>
        history(context, rooms, parseSeries(symbol, timeframe, loaded.config.defaultVenue), at),
      ),
    );

  registerImport(command, context);
  registerTrials(command, context);
  registerLifecycleVerbs(command, context);
}

type Rooms = Parameters<Parameters<typeof withRooms>[1]>[0];

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

async function list(context: CliContext, { registry }: Rooms, series: Series | null): Promise<void> {
  const versions = await registry.list(series ? seriesId(series) : undefined);
  const champions = new Map<string, number | undefined>();
  for (const { series: id } of versions) {
    if (!champions.has(id)) champions.set(id, (await registry.champion(id))?.version);
  }
  const paused = new Set((await registry.listPaused()).map(event => event.series));
  const rows = versions.map(version => ({
    ...version,
    champion: champions.get(version.series) === version.version,
    paused: paused.has(version.series),
  }));
  context.output.result({ versions: rows }, () =>
    rows.length === 0
      ? 'No version yet. Train one: alphaloom train BTCUSD 1h'
      : renderTable<(typeof rows)[number]>(rows, [
          { title: 'series', cell: row => row.series },
          { title: 'version', cell: row => `v${row.version}` },
          { title: 'champion', cell: row => (row.champion ? 'yes' : null) },
          { title: 'paused', cell: row => (row.paused ? 'yes' : null) },
          { title: 'recipe', cell: row => row.recipe },
          { title: 'origin', cell: row => row.origin ?? 'trained' },
          { title: 'gate', cell: row => (row.eligible ? 'passed' : 'failed') },
          { title: 'tradable', cell: row => (row.tradable ? 'yes' : 'no') },
          { title: 'mcc', align: 'right', cell: row => renderNumber(row.metrics.mcc) },
          { title: 'dir. AUC', align: 'right', cell: row => renderNumber(row.metrics.directionalAuc) },
          { title: 'registered (UTC)', cell: row => time(row.registeredAt) },
        ]),
  );
}

async function show(
  context: CliContext,
  rooms: Rooms,
  series: Series,
  wanted: number | undefined,
): Promise<void> {
  const version = await chosenVersion(rooms, series, wanted);
  const evidence = await readEvidence(rooms.artifacts, version.package);
  const champion = await rooms.registry.champion(version.series);
  const isChampion = champion?.version === version.version;
  const paused = (await rooms.registry.listPaused())
    .map(pauseOf)
    .find(pause => pause.series === version.series);
  context.output.result({ ...version, champion: isChampion, paused: paused ?? null, evidence }, () =>
    [
      `${version.series} v${version.version} (${version.recipe}${version.origin ? `, ${version.origin}` : ''})${isChampion ? ', champion' : ''}`,
      ...(paused ? [`the series is ${renderPause(paused)}`] : []),
      `data ${time(version.dataFromTime)} to ${time(version.dataToTime)}, trained through ${time(version.trainedThroughTime)} (UTC)`,
      `package ${version.packageId}`,
      ...renderDecision(version.task, evidence),
      '',
      renderGate(evidence),
      ...renderSharpe(evidence),
    ].join('\n'),
  );
}

async function chosenVersion(
  { registry }: Rooms,
  series: Series,
  wanted: number | undefined,
): Promise<VersionRecord> {
  if (wanted !== undefined) return await registry.get(seriesId(series), wanted);
  const champion = await registry.champion(seriesId(series));
  if (champion) return champion;
  throw new AlphaloomError(
    'CHAMPION_NONE',
    `${seriesId(series)} has no champion. Name a version: models show ${series.symbol} ${series.timeframe} v1.`,
  );
}

async function history(
  context: CliContext,
  { registry }: Rooms,
  series: Series,
  at: number | undefined,
): Promise<void> {
  const id = seriesId(series);
  if (at !== undefined) {
    const champion = await registry.championAt(id, at);
    context.output.result({ series: id, at: new Date(at).toISOString(), champion: champion ?? null }, () =>
      champion
        ? `v${champion.version} (${champion.recipe}) was champion at ${time(at)} UTC`
        : `No champion at ${time(at)} UTC`,
    );
    return;
  }
  const events = await registry.events(id);
  context.output.result(
    { series: id, events: events.map(event => ({ ...event, at: new Date(event.at).toISOString() })) },
    () => (events.length === 0 ? `${id} has no history yet.` : renderHistory(events)),
  );
}
