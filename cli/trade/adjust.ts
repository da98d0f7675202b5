import type { Command } from 'commander';
import { parseSymbol } from '../../contracts/series.ts';
import type { CliContext } from '../context.ts';
import { type MessageFlags, messageVerb, tellAccount } from './message.ts';

interface AdjustFlags extends MessageFlags {
  readonly account?: string;
  readonly quantity: string;
  readonly price: string;
  readonly evidence: string;
}

export function register(command: Command, context: CliContext): void {
  messageVerb(command, 'adjust')
    .argument('<symbol>', 'BTCUSDT')
    .option('--account <name>', 'whose; where one account alone trades, it is that')
    .requiredOption('--quantity <amount>', 'how much is gone, in base, as trade status says')
    .requiredOption('--price <amount>', 'what each brought, in quote; 0 where it was moved away')
    .requiredOption('--evidence <text>', 'how you know; kept in the ledger')
    .addHelpText(
      'after',
      '\nExample:\n  alphaloom trade adjust BTCUSDT --quantity 0.2 --price 61250 --evidence "sold by hand, order page, 1 March"\n',
    )
    .action((text: string, { account, quantity, price, evidence, ...flags }: AdjustFlags) =>
      tellAccount(
        context,
        account,
        'adjust',
        { symbol: parseSymbol(text), quantity, price, evidence },
        flags,
      ),
    );
}
