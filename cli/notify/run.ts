import type { Command } from 'commander';
import type { CliContext } from '../context.ts';

export function register(command: Command, context: CliContext): void {
  command.addHelpText('after', '\nExample:\n  alphaloom notify run\n').action(async () => {
    const { output, home, environment, now } = context;
    const loaded = await context.loadConfig();
    const [{ runNotifier }, { createLog }] = await Promise.all([
      import('../../host/notify/run-notifier.ts'),
      import('../../host/log.ts'),
    ]);
    const log = createLog(loaded.config.log.level, process.stderr);
    const signal = context.interruption();
    output.say('Delivering notifications. Ctrl-C stops.');
    await runNotifier({ home, environment, loaded, log, now, signal });
    output.result({ stopped: true }, () => 'Stopped.');
  });
}
