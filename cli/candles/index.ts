import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { registerVerbs, type Verb } from '../verbs.ts';
import * as check from './check.ts';
import * as collect from './collect.ts';
import * as exportFiles from './export.ts';
import * as fetchBars from './fetch.ts';
import * as generate from './generate.ts';
import * as importFile from './import.ts';
import * as importFreqtrade from './import-freqtrade.ts';
import * as importTicks from './import-ticks.ts';
import * as list from './list.ts';
import * as remove from './remove.ts';
import * as resample from './resample.ts';

/** The verbs in the order of the help page; a file each. */
const VERBS: readonly Verb[] = [
  {
    name: 'fetch',
    summary: 'Fetch bars from a venue and store them; goes on where it stopped.',
    module: fetchBars,
  },
  {
    name: 'collect',
    summary: 'Fetch what closed since for all series of the configuration, as the schedule does.',
    module: collect,
  },
  { name: 'import', summary: 'Store the bars of a file; all of them, or none.', module: importFile },
  {
    name: 'import-ticks',
    summary: 'Make bars of seconds from recorded trades and books, and store them.',
    module: importTicks,
  },
  {
    name: 'resample',
    summary: 'Make and store bars of a longer timeframe from complete runs of bars.',
    module: resample,
  },
  {
    name: 'import-freqtrade',
    summary: 'Store the bars of a whole freqtrade folder and propose a recipe of its settings.',
    module: importFreqtrade,
  },
  { name: 'export', summary: 'Write stored bars as JSON, CSV or Parquet files.', module: exportFiles },
  {
    name: 'generate',
    summary: 'Make the bars of a made-up market from a seed, for tests.',
    module: generate,
  },
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
