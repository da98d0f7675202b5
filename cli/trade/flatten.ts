import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { cliActor } from '../actor.ts';
import type { CliContext } from '../context.ts';
import { withRooms } from '../rooms.ts';
import { chosenAccount } from './account-argument.ts';
import { type MessageFlags, messageVerb, tellAccount } from './message.ts';
import { parseSymbols } from './symbols-option.ts';

interface FlattenFlags extends MessageFlags {
  readonly symbols?: string[];
  readonly direct?: true;
}

export function register(command: Command, context: CliContext): void {
  messageVerb(command, 'flatten')
    .argument('[account]')
    .option('--symbols <list>', 'only these: BTCUSDT,ETHUSDT', parseSymbols)
    .option('--direct', 'from this process, without Temporal: takes the ledger’s lease over')
    .addHelpText(
      'after',
      '\nThe account stays halted. With Temporal gone, --direct does the same from here.\n\nExample:\n  alphaloom trade flatten paper --reason "weekend"\n',
    )
    .action((account: string | undefined, flags: FlattenFlags) =>
      flags.direct
        ? flattenFromHere(context, account, flags)
        : tellAccount(context, account, 'flatten', { symbols: flags.symbols }, flags),
    );
}

async function flattenFromHere(
  context: CliContext,
  named: string | undefined,
  { symbols, operationId = randomUUID() }: FlattenFlags,
): Promise<void> {
  const { output, environment } = context;
  await withRooms(context, async (rooms, loaded) => {
    const account = chosenAccount((await rooms.ledger()).accounts(), named);
    output.say(`Closing positions of ${account}. Ctrl-C breaks off; the account stays as it is then.`);
    const [{ flattenDirect }, { createLog }] = await Promise.all([
      import('../../host/trading/flatten-direct.ts'),
      import('../../host/log.ts'),
    ]);
    const log = createLog(loaded.config.log.level, process.stderr);
    const { record, passes } = await flattenDirect(
      { rooms, loaded, environment, log },
      {
        account,
        symbols: symbols ?? null,
        actor: cliActor(environment),
        operationId,
        signal: context.interruption(),
        onBlocked: blocked => output.warn(`Not closed yet, it is tried again: ${blocked}`),
      },
    );
    output.result({ account, symbols: symbols ?? null, state: record.state, passes }, () =>
      [`${symbols?.join(', ') ?? account}: all positions are closed.`, `State: ${record.state}`].join('\n'),
    );
  });
}
