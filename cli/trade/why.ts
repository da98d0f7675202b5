import type { Command } from 'commander';
import { AlphaloomError } from '../../contracts/errors.ts';
import { parseSymbol } from '../../contracts/series.ts';
import type { CliContext } from '../context.ts';
import { renderTime } from '../history-text.ts';
import { futureTime, parseTime } from '../series-arguments.ts';
import { chosenAccount } from './account-argument.ts';
import { renderDecision } from './decision-text.ts';
import { withTradingDesk } from './desk.ts';

interface WhyFlags {
  readonly at?: number;
  readonly account?: string;
}

export function register(command: Command, context: CliContext): void {
  command
    .argument('<symbol>', 'BTCUSDT')
    .option('--at <time>', 'the decision that stood then', parseTime)
    .option('--account <name>', 'whose; where one account alone trades, it is that')
    .addHelpText('after', '\nExample:\n  alphaloom trade why BTCUSDT --at 2026-03-01T12:00Z\n')
    .action((text: string, flags: WhyFlags) => explain(context, parseSymbol(text), flags));
}

async function explain(context: CliContext, symbol: string, { at, account: named }: WhyFlags): Promise<void> {
  const { output, now } = context;
  if (at !== undefined && at > now()) throw futureTime('--at', at, now(), 'Nothing is decided yet.');
  await withTradingDesk(context, async ({ ledger }) => {
    const { holdingOf, viewDecision } = await import('../../host/trading/decision-view.ts');
    const account = chosenAccount(ledger.accounts(), named);
    const decision = viewDecision(ledger, account, symbol, at ?? null);
    if (decision === null) {
      const when = at === undefined ? 'yet' : `by ${renderTime(at)} UTC`;
      throw new AlphaloomError(
        'DECISION_NOT_FOUND',
        [
          `${account} has decided nothing about ${symbol} ${when}. See trade status ${account}.`,
          ...holdingOf(ledger, account, symbol),
        ].join(' '),
        { account, symbol, at: at ?? null },
      );
    }
    output.result(decision, () => renderDecision(decision, output.paint));
  });
}
