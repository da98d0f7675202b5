import { type Command, Option } from 'commander';
import type { CliContext } from '../context.ts';
import { type MessageFlags, messageVerb, tellAccount } from './message.ts';

interface StopFlags extends MessageFlags {
  readonly flatten?: true;
  readonly leavePositions?: true;
}

export function register(command: Command, context: CliContext): void {
  messageVerb(command, 'stop')
    .argument('[account]')
    .addOption(new Option('--flatten', 'close all positions first').conflicts('leavePositions'))
    .option('--leave-positions', 'leave them open, with the stops that rest at the venue')
    .addHelpText('after', '\nExample:\n  alphaloom trade stop paper --flatten\n')
    .action((account: string | undefined, { flatten, leavePositions, ...flags }: StopFlags) => {
      const positions = flatten ? 'flatten' : leavePositions ? 'leave' : 'refuse';
      return tellAccount(context, account, 'stop', { positions }, flags);
    });
}
