import type { Command } from 'commander';
import { loadCatalog } from '../../features/own-features.ts';
import { FEATURE_SETS } from '../../features/sets.ts';
import type { CliContext } from '../context.ts';
import { renderTable } from '../table.ts';
import { ownFiles, type SelectionOptions, selectFeatures } from './selection.ts';

export function register(command: Command, context: CliContext): void {
  command
    .option('--family <families>', 'trend,momentum')
    .option('--set <set>', 'the features of a named set, in its order')
    .option('--files <files...>', 'modules with features of your own')
    .addHelpText('after', '\nExample:\n  alphaloom features list --family momentum\n')
    .action(options => list(context, options));
}

async function list(context: CliContext, options: SelectionOptions): Promise<void> {
  const isSelected = (options.set ?? options.family) !== undefined;
  const definitions = isSelected
    ? (await selectFeatures(context, await context.loadConfig(), options)).definitions
    : (await loadCatalog(ownFiles(context, options.files))).definitions;
  const rows = definitions.map(({ kernel, ...definition }) => ({
    ...definition,
    kernel: kernel.name,
    inputs: kernel.inputs,
  }));
  const sets = Object.fromEntries(Object.entries(FEATURE_SETS).map(([name, names]) => [name, names.length]));
  context.output.result({ features: rows, sets }, () =>
    [
      renderTable<(typeof rows)[number]>(rows, [
        { title: 'feature', cell: row => row.name },
        { title: 'family', cell: row => row.family },
        { title: 'inputs', cell: row => row.inputs.join(' ') },
        { title: 'look-back', align: 'right', cell: row => row.lookBack },
        { title: 'unit', cell: row => row.unit },
        { title: 'source', cell: row => row.source },
        { title: 'version', align: 'right', cell: row => row.version },
      ]),
      '',
      `${rows.length} features. Sets: ${Object.entries(sets)
        .map(([name, size]) => `${name} (${size})`)
        .join(', ')}.`,
    ].join('\n'),
  );
}
