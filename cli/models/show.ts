import type { Command } from 'commander';
import { parseSeries, type Series } from '../../contracts/series.ts';
import type { OpenRooms } from '../../host/compose.ts';
import { readEvidence } from '../../inference/package.ts';
import type { CliContext } from '../context.ts';
import { renderDecision, renderGate, renderSharpe } from '../evidence-text.ts';
import { renderTime as time } from '../history-text.ts';
import { pauseOf, renderPause } from '../pauses.ts';
import { withRooms } from '../rooms.ts';
import { chosenVersion, parseVersion } from './version-argument.ts';

export function register(command: Command, context: CliContext): void {
  command
    .argument('<symbol>')
    .argument('<timeframe>')
    .argument('[version]', 'v7', parseVersion)
    .addHelpText('after', '\nExample:\n  alphaloom models show BTCUSD 1h v2\n')
    .action((symbol, timeframe, version) =>
      withRooms(context, (rooms, loaded) =>
        show(context, rooms, parseSeries(symbol, timeframe, loaded.config.defaultVenue), version),
      ),
    );
}

async function show(
  context: CliContext,
  rooms: OpenRooms,
  series: Series,
  wanted: number | undefined,
): Promise<void> {
  const version = await chosenVersion(rooms.registry, series, wanted);
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
