import type { Command } from 'commander';
import type { Reproduction, ReproductionDifference } from '../../contracts/reproduction.ts';
import { parseSeries, seriesId } from '../../contracts/series.ts';
import { requireWorkers } from '../../host/worker-presence.ts';
import type { CliContext } from '../context.ts';
import { withRooms, withTemporal } from '../rooms.ts';
import { answerLeft, answerStarted } from '../started-work.ts';
import { renderTable } from '../table.ts';
import { followWorkflow } from '../workflow-progress.ts';
import { chosenVersion, parseVersion } from './version-argument.ts';

export function register(command: Command, context: CliContext): void {
  command
    .argument('<symbol>')
    .argument('<timeframe>')
    .argument('[version]', 'v7; the champion unless given', parseVersion)
    .option('--detach', 'start the work and return at once')
    .addHelpText(
      'after',
      '\nNothing is registered or moved. Exit 1 where another file came out.\n\nExample:\n  alphaloom models reproduce BTCUSD 1h v7\n',
    )
    .action(async (symbol, timeframe, wanted, { detach = false }: { detach?: boolean }) => {
      const { config } = await context.loadConfig();
      const series = parseSeries(symbol, timeframe, config.defaultVenue);
      const { version } = await withRooms(context, ({ registry }) => chosenVersion(registry, series, wanted));
      await withTemporal(context, async ({ orchestrator, temporal, homeId }) => {
        await requireWorkers(temporal, homeId, ['registry', 'training']);
        const work = await orchestrator.startReproduction({ series, version });
        if (detach) return answerStarted(context, work);
        const label = `${seriesId(series)} v${version} once more`;
        if (!(await followWorkflow(context, temporal.client, work, label))) return answerLeft(context, work);
        const reproduction = await orchestrator.awaitReproduction(work.workflowId);
        if (!reproduction.identical) context.endWith(1);
        context.output.result(reproduction, () => renderReproduction(reproduction));
      });
    });
}

function renderReproduction({
  steps,
  differences,
  original,
  reproduced,
  bars,
  reason,
}: Reproduction): string {
  return [
    renderTable<Reproduction['steps'][number]>(steps, [
      { title: 'step', cell: row => row.step },
      { title: 'ms', align: 'right', cell: row => (row.kept ? 'kept' : Math.round(row.workMs)) },
      { title: 'inputs', cell: row => (row.same ? 'as they were' : 'differ') },
      { title: 'result', cell: row => row.summary },
    ]),
    '',
    `bars: ${bars}`,
    `then ${original.sha256}, ${original.bytes} bytes`,
    ...(reproduced ? [`now  ${reproduced.sha256}, ${reproduced.bytes} bytes`] : []),
    ...(differences.length > 0 ? ['', renderDifferences(differences), ''] : []),
    reason,
  ].join('\n');
}

function renderDifferences(differences: readonly ReproductionDifference[]): string {
  return renderTable<ReproductionDifference>(differences, [
    { title: 'step', cell: row => row.step },
    { title: 'of', cell: row => row.what },
    { title: 'input', cell: row => row.name },
    { title: 'then', cell: row => row.before },
    { title: 'now', cell: row => row.after },
  ]);
}
