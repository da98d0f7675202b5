import { dirname, join, relative } from 'node:path';
import type { Command } from 'commander';
import { CHECKOUT } from '../host/paths.ts';
import type { CliContext } from './context.ts';

export function register(command: Command, context: CliContext): void {
  command
    .argument('[folder]', 'where to write; made if it is not there', '.')
    .addHelpText(
      'after',
      '\nFiles that are there are never overwritten.\n\nExample:\n  alphaloom init my-models\n',
    )
    .action(async (folder: string) => {
      const { initProject, EXAMPLE_RECIPE } = await import('../host/init.ts');
      const files = await initProject(folder);
      const next = nextSteps(dirname(files[0]), EXAMPLE_RECIPE);
      context.output.result({ files, next }, () =>
        ['Wrote:', ...indented(files), 'Next: change what you like, then', ...indented(next)].join('\n'),
      );
    });
}

/** The configuration holds where it lies; so that is where the next commands are run. */
function nextSteps(folder: string, recipe: string): string[] {
  const launcher = relative(folder, join(CHECKOUT, 'alphaloom'));
  const alphaloom = launcher.startsWith('.') ? launcher : `./${launcher}`;
  return [
    `cd ${/^[\w./-]+$/.test(folder) ? folder : `'${folder}'`}`,
    `${alphaloom} config check`,
    `${alphaloom} up`,
    `${alphaloom} candles fetch --symbol BTCUSD --timeframe 1h --since 2024-01-01`,
    `${alphaloom} train BTCUSD 1h --recipe ${recipe}`,
  ];
}

function indented(lines: readonly string[]): string[] {
  return lines.map(line => `  ${line}`);
}
