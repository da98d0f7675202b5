import type { Command } from 'commander';
import type { ConfigValue } from '../host/config-layers.ts';
import type { CliContext } from './context.ts';
import { renderTable } from './table.ts';

const MASK = '********';

export function register(command: Command, context: CliContext): void {
  const { output } = context;
  command.addHelpText('after', '\nExample:\n  alphaloom config show\n');
  command
    .command('check')
    .description('Check alphaloom.yaml and the variables; say what is wrong and where.')
    .addHelpText('after', '\nExample:\n  alphaloom config check\n')
    .action(async () => {
      const { file, values, warnings } = await context.loadConfig();
      const set = values.filter(value => value.origin !== 'default').length;
      output.result(
        { ok: true, file, values: values.length, set, warnings },
        () =>
          `${output.paint.green('ok')}  ${file ?? 'no alphaloom.yaml'}: ${set} of ${values.length} values set, the others are defaults`,
      );
    });
  command
    .command('show')
    .description('Show every value and where it comes from; secrets are masked.')
    .addHelpText('after', '\nExample:\n  alphaloom config show --json\n')
    .action(async () => {
      const { file, values } = await context.loadConfig();
      const shown = values.map(value => ({ ...value, value: visible(value) }));
      output.result({ file, home: context.home.root, values: shown }, () =>
        [
          `home  ${context.home.root}`,
          `file  ${file ?? 'none'}`,
          '',
          renderTable(shown, [
            { title: 'value of', cell: row => row.path },
            {
              title: 'is',
              cell: row => (typeof row.value === 'object' ? JSON.stringify(row.value) : String(row.value)),
            },
            { title: 'from', cell: row => row.origin },
          ]),
        ].join('\n'),
      );
    });
}

function visible({ value, secret }: ConfigValue): unknown {
  return secret && value !== null ? MASK : value;
}
