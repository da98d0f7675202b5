import type { Command } from 'commander';
import { parseSeries, type Series } from '../../contracts/series.ts';
import type { OfferOutcome } from '../../contracts/training.ts';
import type { OpenRooms } from '../../host/compose.ts';
import { readPackage } from '../../inference/package.ts';
import type { Registry, VersionRecord } from '../../registry/registry.ts';
import type { CliContext } from '../context.ts';
import { renderDecision, renderGate, renderSharpe } from '../evidence-text.ts';
import { renderTime as time } from '../history-text.ts';
import { pauseOf, renderPause } from '../pauses.ts';
import { withRooms } from '../rooms.ts';
import { compare } from './compare.ts';
import { renderEstimator } from './estimator-text.ts';
import { chosenVersion, parseVersions } from './version-argument.ts';

export function register(command: Command, context: CliContext): void {
  command
    .argument('<symbol>')
    .argument('<timeframe>')
    .argument('[versions...]', 'v7; of several: side by side', parseVersions)
    .addHelpText(
      'after',
      '\nExample:\n  alphaloom models show BTCUSD 1h v2\n  alphaloom models show BTCUSD 1h v3 v7\n',
    )
    .action((symbol, timeframe, versions: number[] = []) =>
      withRooms(context, async (rooms, loaded) => {
        const series = parseSeries(symbol, timeframe, loaded.config.defaultVenue);
        if (versions.length > 1) await compare(context, rooms, series, versions);
        else await show(context, rooms, series, versions[0]);
      }),
    );
}

async function show(
  context: CliContext,
  rooms: OpenRooms,
  series: Series,
  wanted: number | undefined,
): Promise<void> {
  const version = await chosenVersion(rooms.registry, series, wanted);
  const { meta, evidence } = await readPackage(rooms.artifacts, version);
  const champion = await rooms.registry.champion(version.series);
  const isChampion = champion?.version === version.version;
  const paused = (await rooms.registry.listPaused())
    .map(pauseOf)
    .find(pause => pause.series === version.series);
  const verdict = await lastVerdict(rooms.registry, version);
  const { train } = meta.recipe;
  const probation = await lastProbation(rooms.registry, version);
  const document = {
    ...version,
    champion: isChampion,
    paused: paused ?? null,
    train,
    verdict,
    probation,
    evidence,
  };
  context.output.result(document, () =>
    [
      `${version.series} v${version.version} (${version.recipe}${version.origin ? `, ${version.origin}` : ''})${isChampion ? ', champion' : ''}`,
      ...(paused ? [`the series is ${renderPause(paused)}`] : []),
      `data ${time(version.dataFromTime)} to ${time(version.dataToTime)}, trained through ${time(version.trainedThroughTime)} (UTC)`,
      `package ${version.packageId}`,
      ...renderEstimator(train),
      ...(verdict ? [`verdict (${time(verdict.at)} UTC): ${verdict.decision}: ${verdict.reason}`] : []),
      ...(probation ? [`probation (${time(probation.at)} UTC): ${probation.reason}`] : []),
      ...renderDecision(version.task, evidence),
      '',
      renderGate(evidence),
      ...renderSharpe(evidence),
    ].join('\n'),
  );
}

/** How the latest offer of this version was answered, and the look that this rests on, if any. */
async function lastVerdict(registry: Registry, { series, version }: VersionRecord) {
  const events = await registry.events(series);
  const event = events.findLast(one => one.kind === 'verdict' && one.version === version);
  if (!event) return null;
  const { decision, reason, against, look } = event.detail as unknown as Verdict;
  return { at: event.at, decision, reason, against, look: look ?? null };
}

type Verdict = Pick<OfferOutcome, 'decision' | 'reason' | 'look'> & { readonly against: number | null };

/** What the latest review of this version came to. */
async function lastProbation(registry: Registry, { series, version }: VersionRecord) {
  const events = await registry.events(series);
  const event = events.findLast(one => one.kind === 'probation' && one.version === version);
  if (!event) return null;
  const { reason } = event.detail as { reason: string };
  return { at: event.at, reason };
}
