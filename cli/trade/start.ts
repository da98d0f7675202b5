import type { Command } from 'commander';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { AccountState } from '../../contracts/trading.ts';
import { describeJoined } from '../../host/trading/joined-account.ts';
import type { StartedAccount } from '../../host/trading/start-account.ts';
import { cliActor } from '../actor.ts';
import { integer } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { parseTime } from '../series-arguments.ts';
import { withTradingDesk } from './desk.ts';
import { oneLine } from './status-text.ts';
import { tradedSymbols } from './symbols-option.ts';

interface StartFlags {
  readonly symbols?: string;
  readonly timeframe?: string;
  readonly policy?: string;
  readonly iterations?: number;
  readonly replayFrom?: number;
  readonly replayTo?: number;
  readonly iUnderstandTheRisk?: true;
}

const MAX_ITERATIONS = 100_000_000;
const NOT_ENTERING: ReadonlyMap<AccountState, string> = new Map([
  ['paused', 'To let it: trade resume ACCOUNT'],
  ['halted', 'To let it: trade resume ACCOUNT --acknowledge'],
  ['flattening', 'Its positions are being closed.'],
]);

export function register(command: Command, context: CliContext): void {
  command
    .argument('[account]', 'of alphaloom.yaml; paper is always there', 'paper')
    .option('--symbols <list>', 'BTCUSDT,ETHUSDT/5m; without it, those of the last time')
    .option('--timeframe <tf>', 'of symbols that name none')
    .option('--policy <name>', 'how it trades; without it, the account’s')
    .option('--iterations <n>', 'stop after so many closes', integer(1, MAX_ITERATIONS))
    .option('--replay-from <time>', 'on paper: play recorded bars from there', parseTime)
    .option('--replay-to <time>', 'up to there', parseTime)
    .option('--i-understand-the-risk', 'real orders with real money')
    .addHelpText(
      'after',
      '\nExample:\n  alphaloom trade start paper --symbols BTCUSDT,ETHUSDT --timeframe 15m\n  alphaloom trade start paper --symbols BTCUSD/1h --replay-from 2024-01-01 --replay-to 2024-03-01\n',
    )
    .action((account: string, flags: StartFlags) => start(context, account, flags));
}

async function start(context: CliContext, account: string, flags: StartFlags): Promise<void> {
  const { output, environment } = context;
  const { symbols, timeframe, policy, iterations } = flags;
  const request = {
    account,
    symbols: symbols === undefined ? null : tradedSymbols(symbols, timeframe),
    policy: policy ?? null,
    iterations: iterations ?? null,
    replay: replayOf(flags),
    understandsRisk: flags.iUnderstandTheRisk === true,
    actor: cliActor(environment),
  };
  await withTradingDesk(context, async desk => {
    const started = await desk.start(request);
    const { workflowId, joined, record, warnings } = started;
    for (const warning of warnings) output.warn(warning);
    output.say(desk.validation);
    output.result({ account, workflowId, joined, state: record.state, warnings }, () =>
      joined ? describeJoined(record) : renderStarted(started),
    );
  });
}

/** That it trades; where its workflow runs and it takes no entries, why, and what lets it. */
export function renderStarted({ workflowId, record }: Pick<StartedAccount, 'workflowId' | 'record'>): string {
  const { account, state, stateReason } = record;
  const next = NOT_ENTERING.get(state);
  const does = next === undefined ? 'trades' : 'is looked after';
  const line = `${account} ${does} (${workflowId}). Look: trade status ${account}`;
  if (next === undefined) return line;
  return `${line}\nIt takes no entries: it is ${state} (${oneLine(stateReason)}). ${next.replace('ACCOUNT', account)}`;
}

/** @throws AlphaloomError USAGE where only one end is given, or they stand the wrong way round */
function replayOf({ replayFrom, replayTo }: StartFlags): { fromTime: number; toTime: number } | null {
  if (replayFrom === undefined && replayTo === undefined) return null;
  if (replayFrom !== undefined && replayTo !== undefined && replayFrom < replayTo)
    return { fromTime: replayFrom, toTime: replayTo };
  throw new AlphaloomError('USAGE', 'A replay needs both --replay-from and --replay-to, the earlier first.');
}
