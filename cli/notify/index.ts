import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { registerVerbs, type Verb } from '../verbs.ts';
import * as run from './run.ts';
import * as test from './test.ts';

const VERBS: readonly Verb[] = [
  {
    name: 'test',
    summary: 'Send a test message through every configured channel, and say what came of each.',
    module: test,
  },
  {
    name: 'run',
    summary: 'Deliver notifications in the foreground, as up does beside the workers.',
    module: run,
  },
];

export function register(command: Command, context: CliContext): void {
  command.addHelpText('after', '\nExample:\n  alphaloom notify test --channel phone\n');
  registerVerbs(command, context, VERBS);
}
