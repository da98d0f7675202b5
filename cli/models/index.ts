import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { registerVerbs, type Verb } from '../verbs.ts';
import * as card from './card.ts';
import * as history from './history.ts';
import * as importFile from './import.ts';
import * as list from './list.ts';
import { registerMessages } from './messages.ts';
import * as reproduce from './reproduce.ts';
import * as show from './show.ts';
import * as test from './test.ts';
import * as trials from './trials.ts';

/** The verbs in the order of the help page, a file each; after them stand the messages to a series' lifecycle. */
const VERBS: readonly Verb[] = [
  { name: 'list', summary: 'Show all versions, or those of one series.', module: list },
  {
    name: 'show',
    summary: 'Show a version (default: the champion) with its evidence, or several side by side.',
    module: show,
  },
  {
    name: 'card',
    summary: 'Show a version’s card (default: the champion’s), or open it as a page with figures.',
    module: card,
  },
  {
    name: 'history',
    summary: 'Show who moved the champion, when and why; or what was champion at a time, and why.',
    module: history,
  },
  {
    name: 'import',
    summary: 'Judge and register a model that was trained elsewhere, as any other.',
    module: importFile,
  },
  {
    name: 'test',
    summary: 'Put a served model to the test: broken inputs, stress, latency, batches, repeatability.',
    module: test,
  },
  {
    name: 'reproduce',
    summary: 'Train a version once more from what its package says: the same bytes, or what differs.',
    module: reproduce,
  },
  {
    name: 'trials',
    summary: 'Show what searches, evaluations and trainings have tried for a series, by whom and when.',
    module: trials,
  },
];

export function register(command: Command, context: CliContext): void {
  command.addHelpText(
    'after',
    '\nExample:\n  alphaloom models history BTCUSD 1h\n  alphaloom models rollback BTCUSD 1h --reason "drawdown"\n',
  );
  registerVerbs(command, context, VERBS);
  registerMessages(command, context);
}
