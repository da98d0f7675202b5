import type { Command } from 'commander';
import type { CliContext } from './context.ts';

/** What each file `cli/<command>.ts` exports: it adds arguments, options, verbs, an example and the action. */
interface CommandModule {
  register(command: Command, context: CliContext): void;
}

interface CommandEntry {
  readonly summary: string;
  readonly aliases?: readonly string[];
  /** Only the file of the command that runs is loaded. */
  load(): Promise<CommandModule>;
}

/** The commands in the order of the help page. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  config: {
    summary: 'Check or show the configuration and where each value comes from',
    load: () => import('./config.ts'),
  },
};
