import type { Command } from 'commander';
import type { CliContext } from './context.ts';

export function register(command: Command, context: CliContext): void {
  command
    .argument('[folder]', 'where to write; made if it is not there', '.')
    .addHelpText(
      'after',
      '\nFiles that are there are never overwritten.\n\nExample:\n  alphaloom init my-models\n',
    )
    .action(async (folder: string) => {
      const { initProject } = await import('../host/init.ts');
      const files = await initProject(folder);
      context.output.result({ files }, () => ['Wrote:', ...files.map(file => `  ${file}`)].join('\n'));
    });
}
