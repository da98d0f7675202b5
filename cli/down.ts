import type { Command } from 'commander';
import type { CliContext } from './context.ts';

export function register(command: Command, context: CliContext): void {
  command
    .addHelpText(
      'after',
      '\nRunning workflows are kept and go on at the next up.\n\nExample:\n  alphaloom down\n',
    )
    .action(async () => {
      const { output, home } = context;
      const { down } = await import('../host/down.ts');
      const report = await down(home, () => output.say('Another up or down is under way; waiting for it.'));
      output.result(report, () =>
        report.stopped.length === 0 ? 'Nothing ran.' : `Stopped ${report.stopped.join(', ')}.`,
      );
    });
}
