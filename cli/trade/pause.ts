import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { parseTime } from '../series-arguments.ts';
import { type MessageFlags, messageVerb, tellAccount } from './message.ts';
import { parseSymbols } from './symbols-option.ts';

interface PauseFlags extends MessageFlags {
  readonly symbols?: string[];
  readonly until?: number;
}

export function register(command: Command, context: CliContext): void {
  messageVerb(command, 'pause')
    .argument('[account]')
    .option('--symbols <list>', 'only these: BTCUSDT,ETHUSDT', parseSymbols)
    .option('--until <time>', 'resume by itself then: 2026-03-01T12:00Z', parseTime)
    .addHelpText('after', '\nExample:\n  alphaloom trade pause --symbols BTCUSDT --until 2026-03-01T12:00Z\n')
    .action((account: string | undefined, { symbols, until, ...flags }: PauseFlags) =>
      tellAccount(context, account, 'pause', { symbols, until }, flags),
    );
}
