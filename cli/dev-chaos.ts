import { join } from 'node:path';
import type { Command } from 'commander';
import { execa } from 'execa';
import { CHECKOUT } from '../host/paths.ts';
import { integer } from './arguments.ts';
import type { CliContext } from './context.ts';
import { renderTable } from './table.ts';

/** What the run prints; `bench/chaos/report.ts` says what it means. */
interface ChaosReport {
  readonly seed: number;
  readonly seconds: number;
  readonly machine: string;
  readonly home: string | null;
  readonly strikes: Readonly<Record<string, number>>;
  readonly boundaries: { readonly reached: readonly string[]; readonly notReached: readonly string[] };
  readonly closes: number;
  readonly orders: number;
  readonly fills: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly unknown: { readonly ever: number; readonly settled: number; readonly lapsed: number };
  readonly recoveryMs: {
    readonly count: number;
    readonly p50: number;
    readonly p99: number;
    readonly max: number;
  };
  readonly comparisons: number;
  readonly duplicateOrders: number;
  readonly lostFills: number;
  readonly orphanedPositions: number;
  readonly violations: readonly { readonly kind: string; readonly strikes: number; readonly says: string }[];
}

export function register(command: Command, context: CliContext): void {
  command
    .option(
      '--kills <count>',
      'strikes against worker, Temporal server and exchange',
      integer(1, 100_000),
      200,
    )
    .option('--seed <seed>', 'the same strikes and faults for the same seed', integer(0, 4_294_967_295), 1)
    .addHelpText(
      'after',
      '\nEverything runs in a home of its own, at an exchange on this machine. It ends with exit code 1 where anything was violated.\ndocs/chaos.md tells the rest.\n\nExample:\n  alphaloom dev chaos --kills 200 --seed 7\n',
    )
    .action((options: { kills: number; seed: number }) => runChaos(context, options));
}

async function runChaos(
  context: CliContext,
  { kills, seed }: { kills: number; seed: number },
): Promise<void> {
  const { stdout } = await execa(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(CHECKOUT, 'bench/chaos/chaos.ts'),
      ...['--kills', `${kills}`, '--seed', `${seed}`],
    ],
    {
      env: context.environment,
      stderr: 'inherit',
      cancelSignal: context.interruption(),
      forceKillAfterDelay: 60_000,
    },
  );
  const report = JSON.parse(stdout) as ChaosReport;
  if (report.violations.length > 0) context.endWith(1);
  context.output.result(report, () => render(report));
}

function render(report: ChaosReport): string {
  const { boundaries, unknown, recoveryMs, violations } = report;
  const counts = (of: Readonly<Record<string, number>>) =>
    Object.entries(of)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ');
  const rows = [
    ['strikes', counts(report.strikes)],
    ['boundaries', `${boundaries.reached.length} reached; not: ${boundaries.notReached.join(', ') || '-'}`],
    ['closes', `${report.closes}`],
    ['at the exchange', `${report.orders} orders, ${report.fills} fills`],
    ['in the ledger', counts(report.statuses)],
    ['unknown', `${unknown.ever} once, ${unknown.settled} settled, ${unknown.lapsed} lapsed`],
    [
      'recovery',
      `p50 ${recoveryMs.p50} ms, p99 ${recoveryMs.p99} ms, most ${recoveryMs.max} ms (${recoveryMs.count} strikes)`,
    ],
    ['comparisons', `${report.comparisons}`],
    ['duplicate orders', `${report.duplicateOrders}`],
    ['lost fills', `${report.lostFills}`],
    ['orphaned positions', `${report.orphanedPositions}`],
    ['violations', `${violations.length}`],
    ...violations.map(({ kind, strikes, says }) => [`  ${kind}`, `after ${strikes} strikes: ${says}`]),
    ...(report.home === null ? [] : [['evidence', report.home]]),
  ];
  const table = renderTable(rows, [
    { title: 'what', cell: ([what]) => what },
    { title: '', cell: ([, value]) => value },
  ]);
  return `Seed ${report.seed}, ${report.seconds} s on ${report.machine}\n\n${table}`;
}
