import type { Command } from 'commander';
import { TRADING_MESSAGES } from '../../contracts/messages.ts';
import type { CliContext } from '../context.ts';
import { registerVerbs, type Verb } from '../verbs.ts';
import * as adjust from './adjust.ts';
import * as cancel from './cancel.ts';
import * as check from './check.ts';
import * as exportLedger from './export.ts';
import * as flatten from './flatten.ts';
import * as pause from './pause.ts';
import * as resolve from './resolve.ts';
import * as resume from './resume.ts';
import * as set from './set.ts';
import * as start from './start.ts';
import * as status from './status.ts';
import * as stop from './stop.ts';
import * as why from './why.ts';

const told = (name: keyof typeof TRADING_MESSAGES) => `${TRADING_MESSAGES[name].summary}.`;

/** The verbs in the order of the help page, a file each. */
const VERBS: readonly Verb[] = [
  {
    name: 'start',
    summary: 'Trade an account: on paper, or for real where all that needs is there.',
    module: start,
  },
  {
    name: 'status',
    summary: 'Show states, positions, orders and decisions; on a terminal again and again.',
    module: status,
  },
  {
    name: 'why',
    summary: 'Show the decision about a symbol: prediction, every rule with its numbers, orders.',
    module: why,
  },
  { name: 'set', summary: told('set'), module: set },
  { name: 'pause', summary: told('pause'), module: pause },
  { name: 'resume', summary: told('resume'), module: resume },
  { name: 'flatten', summary: told('flatten'), module: flatten },
  { name: 'cancel', summary: told('cancel'), module: cancel },
  { name: 'resolve', summary: told('resolve'), module: resolve },
  { name: 'adjust', summary: told('adjust'), module: adjust },
  { name: 'stop', summary: told('stop'), module: stop },
  {
    name: 'check',
    summary: 'Prove from the ledger that nothing was sent twice and nothing was lost.',
    module: check,
  },
  {
    name: 'export',
    summary: 'Write decisions, orders, fills, trades or events of an account to a file.',
    module: exportLedger,
  },
];

export function register(command: Command, context: CliContext): void {
  command.addHelpText(
    'after',
    '\nExample:\n  alphaloom trade start paper --symbols BTCUSDT,ETHUSDT --timeframe 15m\n  alphaloom trade status\n  alphaloom trade why BTCUSDT\n',
  );
  registerVerbs(command, context, VERBS);
}
