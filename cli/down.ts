import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { AlphaloomError } from '../contracts/errors.ts';
import type { HeldAccount } from '../host/trading/held-positions.ts';
import type { CliContext } from './context.ts';

interface DownFlags {
  readonly flatten?: true;
  readonly leavePositions?: true;
}

export function register(command: Command, context: CliContext): void {
  command
    .addOption(
      new Option('--flatten', 'close all positions of accounts that trade first').conflicts('leavePositions'),
    )
    .option('--leave-positions', 'leave them open, with the stops that rest at the venue')
    .addHelpText(
      'after',
      '\nRunning workflows are kept and go on at the next up. With open positions it is refused unless told what to do.\n\nExample:\n  alphaloom down\n',
    )
    .action(async ({ flatten, leavePositions }: DownFlags) => {
      const { output, home, now } = context;
      const { down, isAnythingRunning } = await import('../host/down.ts');
      if (!leavePositions) {
        const { readHeldPositions } = await import('../host/trading/held-positions.ts');
        const held = await readHeldPositions(home, now);
        if (held.length > 0 && !flatten && isAnythingRunning(home)) throw stillHeld(held);
        if (held.length > 0 && flatten) await flattenAll(context, held);
      }
      const report = await down(home, () => output.say('Another up or down is under way; waiting for it.'));
      output.result(report, () =>
        report.stopped.length === 0 ? 'Nothing ran.' : `Stopped ${report.stopped.join(', ')}.`,
      );
    });
}

function stillHeld(held: readonly HeldAccount[]): AlphaloomError {
  return new AlphaloomError(
    'ACCOUNT_STATE',
    `Nobody would look after ${named(held)}. Close what is open (down --flatten), or leave it (down --leave-positions).`,
    { held },
  );
}

const POLL_MS = 500;

/** Asks for it once, then waits until the ledger says that it is done: an exchange that is down keeps it waiting. */
async function flattenAll(context: CliContext, held: readonly HeldAccount[]): Promise<void> {
  const { output, interruption } = context;
  const [{ withTradingDesk }, { messagePayload }, { blockedNews }, { heldPositions }] = await Promise.all([
    import('./trade/desk.ts'),
    import('./trade/message.ts'),
    import('./trade/blocked-news.ts'),
    import('../host/trading/held-positions.ts'),
  ]);
  const signal = interruption();
  await withTradingDesk(context, async ({ ledger, tell, view }) => {
    const news = blockedNews(output, view);
    for (const { account } of held)
      await tell(account, 'flatten', messagePayload<'flatten'>(context, {}, { reason: 'down' }));
    const progress = output.progress('flatten');
    try {
      for (let left = heldPositions(ledger); left.length > 0; left = heldPositions(ledger)) {
        if (signal.aborted) throw stillHeld(left);
        progress.update(null, named(left));
        for (const { account } of left) await news(account);
        await sleep(POLL_MS, undefined, { signal }).catch(() => {});
      }
    } finally {
      progress.stop();
    }
  });
}

function named(held: readonly HeldAccount[]): string {
  return held.map(({ account, state, symbols }) => `${account} (${state}): ${symbols.join(', ')}`).join('; ');
}
