import type { Command } from 'commander';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { Channel } from '../../host/notify/channels/channel.ts';
import type { CliContext } from '../context.ts';
import { renderTable } from '../table.ts';

export function register(command: Command, context: CliContext): void {
  command
    .option('--channel <name>', 'only this one')
    .addHelpText('after', '\nExample:\n  alphaloom notify test --channel phone\n')
    .action(async ({ channel }: { channel?: string }) => {
      const { output, home, now } = context;
      const { config } = await context.loadConfig();
      const [{ openChannels }, { testChannels }, { createLog }] = await Promise.all([
        import('../../host/notify/channels/index.ts'),
        import('../../host/notify/test-message.ts'),
        import('../../host/log.ts'),
      ]);
      const log = createLog(config.log.level, { write: line => output.say(line) });
      const all = openChannels(config.notifications, log);
      try {
        const results = await testChannels(named(all, channel), home.root, now);
        output.result({ ok: results.every(({ ok }) => ok), channels: results }, () =>
          renderTable(results, [
            { title: 'channel', cell: row => row.channel },
            { title: 'kind', cell: row => row.kind },
            {
              title: 'result',
              cell: row => (row.ok ? output.paint.green('sent') : output.paint.red('FAILED')),
            },
            { title: 'ms', align: 'right', cell: row => row.ms },
            { title: '', cell: row => row.reason },
          ]),
        );
        if (all.length === 1) {
          output.say(
            'Only the log is a channel. Add others under notifications.channels (docs/notifications.md).',
          );
        }
        if (results.some(({ ok }) => !ok)) context.endWith(1);
      } finally {
        for (const { close } of all) close();
      }
    });
}

function named(channels: readonly Channel[], name: string | undefined): readonly Channel[] {
  if (name === undefined) return channels;
  const found = channels.filter(channel => channel.name === name);
  if (found.length > 0) return found;
  const known = channels.map(channel => channel.name);
  throw new AlphaloomError('USAGE', `There is no channel "${name}". Configured: ${known.join(', ')}.`, {
    known,
  });
}
