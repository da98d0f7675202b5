import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { registerVerbs, type Verb } from '../verbs.ts';
import * as check from './check.ts';
import * as importFile from './import.ts';
import * as list from './list.ts';
import * as remove from './remove.ts';

/** The verbs in the order of the help page; a file each. */
const VERBS: readonly Verb[] = [
  { name: 'import', summary: 'Store the bars of a file; all of them, or none.', module: importFile },
  { name: 'list', summary: 'Show the stored series.', module: list },
  {
    name: 'check',
    summary: 'Verify the stored bars of all series, or of one, and report gaps.',
    module: check,
  },
  { name: 'remove', summary: 'Drop a series with all its bars.', module: remove },
];

export function register(command: Command, context: CliContext): void {
  command.addHelpText(
    'after',
    '\nExample:\n  alphaloom candles import btc.parquet --venue coinbase --symbol BTCUSD --timeframe 1h\n',
  );
  registerVerbs(command, context, VERBS);
}
