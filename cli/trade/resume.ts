import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { type MessageFlags, messageVerb, tellAccount } from './message.ts';
import { parseSymbols } from './symbols-option.ts';

interface ResumeFlags extends MessageFlags {
  readonly symbols?: string[];
  readonly acknowledge?: true;
}

export function register(command: Command, context: CliContext): void {
  messageVerb(command, 'resume')
    .argument('[account]')
    .option('--symbols <list>', 'only these: BTCUSDT,ETHUSDT', parseSymbols)
    .option('--acknowledge', 'the reason of a halt is understood')
    .addHelpText(
      'after',
      '\nExample:\n  alphaloom trade resume paper --acknowledge --reason "news are out"\n',
    )
    .action((account: string | undefined, { symbols, acknowledge, ...flags }: ResumeFlags) =>
      tellAccount(context, account, 'resume', { symbols, acknowledge }, flags),
    );
}
