import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { number } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { chosenAccount } from './account-argument.ts';
import { type TradingDesk, withTradingDesk } from './desk.ts';
import { renderAccounts, type ShownAccount } from './status-text.ts';

interface StatusFlags {
  readonly once?: true;
  readonly jsonl?: true;
  readonly every: number;
}

export function register(command: Command, context: CliContext): void {
  command
    .argument('[account]', 'without it, all')
    .option('--once', 'print it once, on a terminal too')
    .option('--jsonl', 'one JSON document per line, again and again')
    .option('--every <seconds>', 'how often it is read', number, 2)
    .addHelpText('after', '\nExample:\n  alphaloom trade status\n  alphaloom trade status paper --json\n')
    .action((named: string | undefined, flags: StatusFlags) => show(context, named, flags));
}

async function show(
  context: CliContext,
  named: string | undefined,
  { once, jsonl, every }: StatusFlags,
): Promise<void> {
  const { output, now, interruption } = context;
  await withTradingDesk(context, async desk => {
    const { validation } = desk;
    const read = () => readAccounts(desk, named);
    const render = (accounts: readonly ShownAccount[]) =>
      `${renderAccounts(accounts, now(), output.paint)}\n\n${validation}`;
    const screen = once || jsonl || output.json ? null : output.screen();
    if (screen === null && !jsonl) {
      const accounts = await read();
      output.result({ accounts, validation }, () => render(accounts));
      return;
    }
    const signal = interruption();
    try {
      while (!signal.aborted) {
        const accounts = await read();
        if (screen === null) output.line({ at: now(), accounts, validation });
        else screen.show(`${render(accounts)}\n\nCtrl-C ends.`);
        await sleep(Math.max(MIN_PAUSE_MS, every * 1_000), undefined, { signal }).catch(() => {});
      }
    } finally {
      screen?.close();
    }
  });
}

const MIN_PAUSE_MS = 100;

async function readAccounts(desk: TradingDesk, named: string | undefined): Promise<ShownAccount[]> {
  const all = desk.ledger.accounts();
  const wanted = named === undefined ? all.map(({ account }) => account) : [chosenAccount(all, named)];
  return await Promise.all(
    wanted.map(async account => ({ ...(await desk.view(account)), workflow: await desk.workflow(account) })),
  );
}
