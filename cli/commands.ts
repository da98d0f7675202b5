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
  candles: { summary: 'Import, list and check candles', load: () => import('./candles.ts') },
  train: {
    summary: 'Train one series or many, and offer the versions for promotion',
    aliases: ['train-all'],
    load: () => import('./train.ts'),
  },
  models: {
    summary: 'List, compare, promote and roll back versions; show who moved a champion and why',
    load: () => import('./models.ts'),
  },
  predict: { summary: 'Predict from the champion of a series', load: () => import('./predict.ts') },
  worker: { summary: 'Run a worker in the foreground', load: () => import('./worker.ts') },
  test: { summary: 'Check the code and run its tests', load: () => import('./test.ts') },
  dev: { summary: 'Benches and generated pages, for those who work on Alphaloom', load: () => import('./dev.ts') },
};
