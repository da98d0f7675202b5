import type { Command } from 'commander';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { CliContext } from '../context.ts';
import { type MessageFlags, messageVerb, tellAccount } from './message.ts';
import { tradedSymbols } from './symbols-option.ts';

interface SetFlags extends MessageFlags {
  readonly symbols?: string;
  readonly timeframe?: string;
  readonly policy?: string;
}

export function register(command: Command, context: CliContext): void {
  messageVerb(command, 'set')
    .argument('[account]')
    .option('--symbols <list>', 'all that it trades from now on: BTCUSDT,ETHUSDT/5m')
    .option('--timeframe <tf>', 'of symbols that name none')
    .option('--policy <name>', 'another policy')
    .addHelpText(
      'after',
      '\nExample:\n  alphaloom trade set paper --symbols BTCUSDT,ETHUSDT --timeframe 15m\n',
    )
    .action(async (account: string | undefined, { symbols, timeframe, policy, ...flags }: SetFlags) => {
      if (symbols === undefined && policy === undefined)
        throw new AlphaloomError('USAGE', 'Say what to set: --symbols or --policy.');
      const traded = symbols === undefined ? undefined : tradedSymbols(symbols, timeframe);
      await tellAccount(context, account, 'set', { symbols: traded, policy }, flags);
    });
}
