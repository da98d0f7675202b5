import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { execa } from 'execa';
import { AlphaloomError } from '../contracts/errors.ts';
import { CHECKOUT } from '../host/paths.ts';
import type { CliContext } from './context.ts';
import { register as registerChaos } from './dev-chaos.ts';
import { register as registerExchange } from './dev-exchange.ts';
import { writeGeneratedDocs } from './generated-docs.ts';
import { createProgram } from './program.ts';
import { renderTable } from './table.ts';

const BENCHES = join(CHECKOUT, 'bench');

/** What a bench prints: ours beside a reference in the same run. */
interface BenchReport {
  readonly name: string;
  readonly machine: string;
  readonly rows: readonly BenchRow[];
}

/** One measurement; `ratio` is ours / reference. */
export interface BenchRow {
  readonly work: string;
  readonly ours: number;
  readonly reference: number | null;
  readonly reference_name: string;
  readonly unit: string;
  readonly ratio: number | null;
  readonly target: string;
  readonly holds: boolean | null;
}

export function register(command: Command, context: CliContext): void {
  command.addHelpText('after', '\nExample:\n  alphaloom dev bench predict\n');
  command
    .command('bench')
    .description('Measure our speed beside a reference, in one run.')
    .argument('[name]', 'without a name: list them')
    .addHelpText('after', '\nExample:\n  alphaloom dev bench fleet --json\n')
    .action(name => (name === undefined ? listBenches(context) : runBench(context, name)));
  registerChaos(
    command
      .command('chaos')
      .description('Kill worker, Temporal server and exchange while an account trades, and prove its books.'),
    context,
  );
  registerExchange(
    command.command('exchange').description('Run an exchange on this machine that trades recorded candles.'),
    context,
  );
  command
    .command('docs')
    .description('Write the generated pages: errors, configuration, command line.')
    .option('--check', 'fail where a page is not up to date, write nothing')
    .addHelpText('after', '\nExample:\n  alphaloom dev docs --check\n')
    .action(async ({ check }: { check?: boolean }) => {
      const changed = await writeGeneratedDocs(await createProgram(null, context, () => {}), check === true);
      if (check && changed.length > 0) {
        throw new AlphaloomError('USAGE', `Out of date: ${changed.join(', ')}. Run ./alphaloom dev docs.`, {
          changed,
        });
      }
      context.output.result({ changed }, () =>
        changed.length === 0 ? 'All pages are up to date.' : `Wrote ${changed.join(', ')}`,
      );
    });
}

async function benchNames(): Promise<string[]> {
  const files = await readdir(BENCHES);
  return files.filter(file => file.endsWith('.bench.ts')).map(file => file.slice(0, -'.bench.ts'.length));
}

async function listBenches(context: CliContext): Promise<void> {
  const names = await benchNames();
  context.output.result({ benches: names }, () => names.join('\n'));
}

async function runBench(context: CliContext, name: string): Promise<void> {
  const names = await benchNames();
  if (!names.includes(name)) {
    throw new AlphaloomError('USAGE', `There is no bench "${name}". Known: ${names.join(', ')}.`, {
      name,
      known: names,
    });
  }
  const { stdout } = await execa(process.execPath, [join(BENCHES, `${name}.bench.ts`)], {
    env: context.environment,
    stderr: 'inherit',
    cancelSignal: context.interruption(),
  });
  const report = JSON.parse(stdout) as BenchReport;
  context.output.result(report, () => `${report.name} on ${report.machine}\n\n${renderRows(report.rows)}`);
}

function renderRows(rows: readonly BenchRow[]): string {
  const number = (value: number | null) => (value === null ? null : value.toPrecision(4));
  return renderTable(rows, [
    { title: 'work', cell: row => row.work },
    { title: 'ours', align: 'right', cell: row => `${number(row.ours)} ${row.unit}` },
    { title: 'reference', align: 'right', cell: row => number(row.reference) },
    { title: '', cell: row => row.reference_name },
    { title: 'ratio', align: 'right', cell: row => number(row.ratio) },
    { title: 'target', cell: row => row.target },
    { title: 'holds', cell: row => (row.holds === null ? null : row.holds ? 'yes' : 'NO') },
  ]);
}
