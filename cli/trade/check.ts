import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { renderTable } from '../table.ts';
import { chosenAccount } from './account-argument.ts';
import { withTradingDesk } from './desk.ts';

export function register(command: Command, context: CliContext): void {
  command
    .argument('[account]', 'without it, all')
    .addHelpText('after', '\nExample:\n  alphaloom trade check --json\n')
    .action((named: string | undefined) => check(context, named));
}

async function check(context: CliContext, named: string | undefined): Promise<void> {
  const { output } = context;
  await withTradingDesk(context, async ({ ledger }) => {
    const all = ledger.accounts();
    const wanted = named === undefined ? all.map(({ account }) => account) : [chosenAccount(all, named)];
    const accounts = wanted.map(account => ({ account, violations: ledger.check(account) }));
    const violations = accounts.flatMap(row =>
      row.violations.map(violation => ({ account: row.account, ...violation })),
    );
    output.result({ ok: violations.length === 0, accounts }, () =>
      violations.length === 0
        ? `${output.paint.green('ok')}  all invariants hold of ${wanted.length === 0 ? 'no account: none has traded yet' : wanted.join(', ')}`
        : renderTable(violations, [
            { title: 'account', cell: row => row.account },
            { title: 'invariant', cell: row => output.paint.red(row.invariant) },
            { title: 'what', cell: row => row.detail },
          ]),
    );
    if (violations.length > 0) context.endWith(1);
  });
}
