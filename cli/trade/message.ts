import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import {
  TRADING_MESSAGES,
  type TradingAnswer,
  type TradingMessageName,
  type TradingMessagePayload,
} from '../../contracts/messages.ts';
import { cliActor } from '../actor.ts';
import type { CliContext } from '../context.ts';
import { chosenAccount } from './account-argument.ts';
import { blockedNews, sayingBlocked } from './blocked-news.ts';
import { withTradingDesk } from './desk.ts';
import { oneLine } from './status-text.ts';

/** Options of every message. */
export interface MessageFlags {
  readonly reason?: string;
  readonly operationId?: string;
}

type Wish<Name extends TradingMessageName> = Omit<
  TradingMessagePayload<Name>,
  'actor' | 'operationId' | 'reason'
>;

/** A verb that is a message to an account’s workflow: its meaning comes from the table of messages. */
export function messageVerb(command: Command, message: TradingMessageName): Command {
  return command
    .description(`${TRADING_MESSAGES[message].summary}.`)
    .option('--reason <text>', 'why; kept in the ledger')
    .option('--operation-id <id>', 'the same id twice is the same operation');
}

/** Tells an account something and shows what came of it. */
export async function tellAccount<Name extends TradingMessageName>(
  context: CliContext,
  named: string | undefined,
  message: Name,
  wish: Wish<Name>,
  flags: MessageFlags,
): Promise<void> {
  await withTradingDesk(context, async desk => {
    const account = chosenAccount(desk.ledger.accounts(), named);
    const telling = desk.tell(account, message, messagePayload(context, wish, flags));
    const news = blockedNews(context.output, desk.view);
    showAnswer(context, await sayingBlocked(() => news(account), telling));
  });
}

/** Schemas are strict: a key that is not given must not be there. */
export function messagePayload<Name extends TradingMessageName>(
  { environment }: Pick<CliContext, 'environment'>,
  wish: Wish<Name>,
  { reason, operationId = randomUUID() }: MessageFlags,
): TradingMessagePayload<Name> & { operationId: string; actor: string } {
  const given = Object.entries({ ...wish, reason }).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(given), actor: cliActor(environment), operationId } as never;
}

export function showAnswer({ output }: CliContext, answer: TradingAnswer): void {
  output.result(answer, () =>
    [
      `${answer.account} ${answer.outcome}${answer.reason ? `: ${oneLine(answer.reason)}` : ''}${answer.repeated ? ' (as answered before)' : ''}`,
      `State: ${answer.state}${answer.state === 'flattening' ? `. What it waits for: trade status ${answer.account}` : ''}`,
    ].join('\n'),
  );
}
