import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { MESSAGES, type MessageName, type MessagePayload } from '../../contracts/messages.ts';
import { parseSeries, seriesId } from '../../contracts/series.ts';
import { requireKnownSeries } from '../../host/known-series.ts';
import { requireWorkers } from '../../host/worker-presence.ts';
import { cliActor } from '../actor.ts';
import type { CliContext } from '../context.ts';
import { withRooms, withTemporal } from '../rooms.ts';
import { renderReview } from './review-text.ts';
import { parseVersion } from './version-argument.ts';

interface VerbOptions {
  readonly reason?: string;
  readonly operationId?: string;
  readonly recipe?: string;
}

/** Verbs that are messages to a series' lifecycle: their names and meanings come from the table of messages. */
export function registerMessages(parent: Command, context: CliContext): void {
  tell(parent, context, 'offer', '<version>');
  tell(parent, context, 'promote', '<version>');
  tell(parent, context, 'rollback', '[version]');
  tell(parent, context, 'review', null);
  tell(parent, context, 'pause', null);
  tell(parent, context, 'resume', null);
  tell(parent, context, 'retrain', null).option('--recipe <name>', 'another recipe than the champion’s');
}

function tell(
  parent: Command,
  context: CliContext,
  message: MessageName,
  versionArgument: string | null,
): Command {
  const verb = parent
    .command(message)
    .description(`${MESSAGES[message].summary}.`)
    .argument('<symbol>')
    .argument('<timeframe>');
  if (versionArgument) verb.argument(versionArgument, 'v7', parseVersion);
  return verb
    .option('--reason <text>', 'why; kept in the history')
    .option('--operation-id <id>', 'the same id twice is the same operation')
    .addHelpText(
      'after',
      `\nExample:\n  alphaloom models ${message} BTCUSD 1h${versionArgument === '<version>' ? ' v2' : ''} --reason "…"\n`,
    )
    .action(async (...words: unknown[]) => {
      const [symbol, timeframe] = words as [string, string];
      const version = versionArgument ? (words[2] as number | undefined) : undefined;
      await send(context, message, symbol, timeframe, version, verb.opts<VerbOptions>());
    });
}

async function send(
  context: CliContext,
  message: MessageName,
  symbol: string,
  timeframe: string,
  version: number | undefined,
  { reason, operationId = randomUUID(), recipe }: VerbOptions,
): Promise<void> {
  const { config } = await context.loadConfig();
  const series = parseSeries(symbol, timeframe, config.defaultVenue);
  const actor = cliActor(context.environment);
  const payload = withoutUndefined({ version, reason, recipe, actor, operationId });
  await withRooms(context, async rooms => {
    await requireKnownSeries(rooms, series);
    if (version !== undefined) await rooms.registry.get(seriesId(series), version);
  });
  await withTemporal(context, async ({ orchestrator, temporal, homeId }) => {
    await requireWorkers(temporal, homeId, ['registry']);
    const answer = await orchestrator.askLifecycle(
      series,
      message,
      payload as MessagePayload<MessageName> & { operationId: string },
    );
    context.output.result({ series: seriesId(series), ...answer }, () =>
      [
        `${seriesId(series)} ${answer.outcome}: ${answer.reason}`,
        `Champion: ${answer.champion ? `v${answer.champion}` : 'none'}`,
        ...(answer.review ? ['', renderReview(answer.review)] : []),
      ].join('\n'),
    );
  });
}

/** Schemas are strict: a key that is not given must not be there. */
function withoutUndefined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
