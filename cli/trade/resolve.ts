import { type Command, Option } from 'commander';
import type { CliContext } from '../context.ts';
import { withTradingDesk } from './desk.ts';
import { type MessageFlags, messagePayload, messageVerb, showAnswer } from './message.ts';
import { orderOf } from './order-argument.ts';

interface ResolveFlags extends MessageFlags {
  readonly as: 'filled' | 'cancelled' | 'rejected';
  readonly evidence: string;
}

export function register(command: Command, context: CliContext): void {
  messageVerb(command, 'resolve')
    .argument('<order>', 'its id, or how it begins')
    .addOption(
      new Option('--as <outcome>', 'what became of it')
        .choices(['filled', 'cancelled', 'rejected'])
        .makeOptionMandatory(),
    )
    .requiredOption('--evidence <text>', 'how you know; kept in the ledger')
    .addHelpText(
      'after',
      '\nExample:\n  alphaloom trade resolve 1f0e8c2a --as cancelled --evidence "order page, 1 March 12:04"\n',
    )
    .action((text: string, { as, evidence, ...flags }: ResolveFlags) =>
      withTradingDesk(context, async desk => {
        const { account, clientOrderId } = orderOf(desk.ledger, text, context.now());
        const payload = messagePayload<'resolve'>(context, { order: clientOrderId, as, evidence }, flags);
        showAnswer(context, await desk.tell(account, 'resolve', payload));
      }),
    );
}
