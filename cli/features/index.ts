import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { registerVerbs, type Verb } from '../verbs.ts';
import * as audit from './audit.ts';
import * as build from './build.ts';
import * as exportFile from './export.ts';
import * as list from './list.ts';

/** The verbs in the order of the help page; a file each. */
const VERBS: readonly Verb[] = [
  { name: 'list', summary: 'Show the features that recipes can name.', module: list },
  {
    name: 'build',
    summary: 'Compute features of a series and keep them, so that later bars cost only themselves.',
    module: build,
  },
  { name: 'export', summary: 'Write features of a series as a table.', module: exportFile },
  {
    name: 'audit',
    summary: 'Look for features that see the future; exit 1 where one does.',
    module: audit,
  },
];

export function register(command: Command, context: CliContext): void {
  command.addHelpText('after', '\nExample:\n  alphaloom features audit features/example.ts\n');
  registerVerbs(command, context, VERBS);
}
