import type { Command } from 'commander';
import type { HomeStatus, ProcessStatus } from '../host/status.ts';
import type { CliContext } from './context.ts';
import { renderTable } from './table.ts';

export function register(command: Command, context: CliContext): void {
  command.addHelpText('after', '\nExample:\n  alphaloom status --json\n').action(async () => {
    const { home, environment, output } = context;
    const loaded = await context.loadConfig();
    const { readStatus } = await import('../host/status.ts');
    const status = await readStatus({ home, environment, loaded });
    output.result(status, () => describeStatus(status, context));
  });
}

/** What runs, for people. */
export function describeStatus(status: HomeStatus, context: CliContext): string {
  const { paint } = context.output;
  if (!status.running && !status.processes.some(({ running }) => running)) {
    return `Nothing runs for ${status.home}. Start it: ./alphaloom up`;
  }
  const { temporal } = status;
  const lines = [
    `home      ${status.home}`,
    `temporal  ${temporal ? describeTemporal(temporal, context) : paint.red('not started')}`,
    ...(temporal?.uiAddress ? [`web page  ${temporal.uiAddress}`] : []),
    ...(status.running ? [] : [paint.red('The supervisor is gone; run up to mend it.')]),
    '',
    renderTable(status.processes, [
      { title: 'process', cell: row => row.name },
      { title: 'state', cell: row => (row.running ? paint.green('running') : paint.red('not running')) },
      { title: 'pid', align: 'right', cell: row => row.pid },
      { title: 'up for', align: 'right', cell: row => uptime(row, context.now()) },
      { title: 'restarts', align: 'right', cell: row => row.restarts },
      { title: 'last end', cell: row => row.lastEnd },
    ]),
  ];
  return lines.join('\n');
}

function describeTemporal(temporal: NonNullable<HomeStatus['temporal']>, { output }: CliContext): string {
  const owner = temporal.external ? ' (from the environment)' : '';
  const state = temporal.answers ? output.paint.green('answers') : output.paint.red('does not answer');
  return `${temporal.address}, namespace ${temporal.namespace}${owner}, ${state}`;
}

function uptime(process: ProcessStatus, now: number): string | null {
  if (!process.running) return null;
  const seconds = Math.max(0, Math.floor((now - process.startedTime) / 1_000));
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min` : `${seconds} s`;
}
