import type { Command } from 'commander';
import type { CliContext } from './context.ts';

/** What a verb's file exports: it adds arguments, options, an example and the action. */
interface VerbModule {
  register(command: Command, context: CliContext): void;
}

/** A line of the table of a command's verbs. */
export interface Verb {
  readonly name: string;
  readonly summary: string;
  readonly module: VerbModule;
}

export function registerVerbs(command: Command, context: CliContext, verbs: readonly Verb[]): void {
  for (const { name, summary, module } of verbs)
    module.register(command.command(name).description(summary), context);
}
