import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { withTradingDesk } from './desk.ts';
import { type MessageFlags, messagePayload, messageVerb, showAnswer } from './message.ts';
import { orderOf } from './order-argument.ts';

export function register(command: Command, context: CliContext): void {
  messageVerb(command, 'cancel')
    .argument('<order>', 'its id, or how it begins')
    .addHelpText('after', '\nExample:\n  alphaloom trade cancel 1f0e8c2a --reason "wrong symbol"\n')
    .action((text: string, flags: MessageFlags) =>
      withTradingDesk(context, async desk => {
        const { account, clientOrderId } = orderOf(desk.ledger, text, context.now());
        const payload = messagePayload<'cancel'>(context, { order: clientOrderId }, flags);
        showAnswer(context, await desk.tell(account, 'cancel', payload));
      }),
    );
}
