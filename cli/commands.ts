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
  setup: {
    summary: 'Install the native tools: Temporal server, LightGBM’s and XGBoost’s libraries',
    load: () => import('./setup.ts'),
  },
  doctor: {
    summary: 'Check every part of the machine and say how to mend what is wrong',
    load: () => import('./doctor.ts'),
  },
  up: { summary: 'Start Temporal and the workers', load: () => import('./up.ts') },
  down: { summary: 'Stop what up started', load: () => import('./down.ts') },
  status: { summary: 'Show what runs', load: () => import('./status.ts') },
  logs: { summary: 'Show the logs of what runs', load: () => import('./logs.ts') },
  init: {
    summary: 'Write a first alphaloom.yaml, and an example of a recipe, features and a strategy of your own',
    load: () => import('./init.ts'),
  },
  config: {
    summary: 'Check or show the configuration and where each value comes from',
    load: () => import('./config.ts'),
  },
  candles: {
    summary: 'Fetch, import, export, list and check candles',
    load: () => import('./candles/index.ts'),
  },
  features: {
    summary: 'List, build, export and audit features',
    load: () => import('./features/index.ts'),
  },
  train: {
    summary: 'Train one series or many, and offer the versions for promotion',
    aliases: ['train-all'],
    load: () => import('./train.ts'),
  },
  evaluate: {
    summary: 'Judge a recipe out of fold: walk-forward, or by combinatorial purged cross-validation',
    load: () => import('./evaluate.ts'),
  },
  models: {
    summary: 'List, compare, promote and roll back versions; show who moved a champion and why',
    load: () => import('./models/index.ts'),
  },
  artifacts: {
    summary: 'Remove intermediate results that nothing needs any more',
    load: () => import('./artifacts.ts'),
  },
  backtest: {
    summary: 'Play a version over stored bars as it would have traded, with costs and a report',
    load: () => import('./backtest.ts'),
  },
  audit: {
    summary: 'Look for anything that looks ahead, from features to orders',
    load: () => import('./audit.ts'),
  },
  predict: { summary: 'Predict from the champion of a series', load: () => import('./predict.ts') },
  trade: {
    summary: 'Trade accounts on paper or for real: start, watch, steer, stop, explain and prove',
    load: () => import('./trade/index.ts'),
  },
  notify: {
    summary: 'Test the channels of notifications, or deliver them in the foreground',
    load: () => import('./notify/index.ts'),
  },
  worker: { summary: 'Run a worker in the foreground', load: () => import('./worker.ts') },
  demo: {
    summary: 'Show the whole story on real candles, in a home of its own',
    load: () => import('./demo.ts'),
  },
  test: { summary: 'Check the code and run its tests', load: () => import('./test.ts') },
  dev: {
    summary: 'An exchange to try things on, benches and generated pages, for those who work on Alphaloom',
    load: () => import('./dev.ts'),
  },
};
