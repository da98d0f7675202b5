import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { AlphaloomError } from '../contracts/errors.ts';
import { QUEUES } from '../contracts/queues.ts';
import { logFile, logSize, readLogFile, tailLogFile } from '../host/log-file.ts';
import { integer } from './arguments.ts';
import type { CliContext } from './context.ts';

const POLL_MS = 300;
const LOGS = [
  'temporal',
  'supervisor',
  ...Object.keys(QUEUES).map(queue => `worker-${queue}`),
  'worker-trading-standby',
  'notifier',
];

interface Options {
  readonly lines: number;
  readonly follow?: boolean;
}

export function register(command: Command, context: CliContext): void {
  const { output, home } = context;
  command
    .argument('[name]', `${LOGS.join(', ')}; without it, all`)
    .option('-n, --lines <n>', 'lines of each log', integer(0, 100_000), 20)
    .option('-f, --follow', 'go on until interrupted')
    .addHelpText('after', '\nExample:\n  alphaloom logs worker-training -n 50 -f\n')
    .action(async (name: string | undefined, options: Options) => {
      if (options.follow && output.json)
        throw new AlphaloomError('USAGE', '--follow has no end and gives no JSON document; leave one out.');
      const names = await chooseLogs(home.logs, name);
      const logs = await Promise.all(
        names.map(async each => {
          const file = logFile(home.logs, each);
          return { name: each, file, lines: await tailLogFile(file, options.lines) };
        }),
      );
      if (!options.follow) {
        output.result({ logs }, () => logs.flatMap(log => prefixed(log.name, log.lines)).join('\n'));
        return;
      }
      for (const log of logs) for (const line of prefixed(log.name, log.lines)) output.say(line);
      await follow(names, context);
    });
}

/** @throws AlphaloomError USAGE for a log that is not there */
async function chooseLogs(folder: string, name: string | undefined): Promise<string[]> {
  const files = await readdir(folder).catch(() => []);
  const names = files.filter(file => file.endsWith('.log')).map(file => file.slice(0, -'.log'.length));
  if (name === undefined) return names.sort();
  if (names.includes(name)) return [name];
  throw new AlphaloomError(
    'USAGE',
    `There is no log "${name}" in ${folder}. ${names.length > 0 ? `There are: ${names.join(', ')}.` : 'Nothing has run yet.'}`,
    { name, names },
  );
}

/** Prints what is appended, whole lines only, until the interruption. */
async function follow(names: readonly string[], { home, output, interruption }: CliContext): Promise<void> {
  const signal = interruption();
  const logs = await Promise.all(
    names.map(async name => {
      const file = logFile(home.logs, name);
      return { name, file, next: await logSize(file), rest: '' };
    }),
  );
  while (!signal.aborted) {
    for (const log of logs) {
      const { text, next } = await readLogFile(log.file, log.next);
      const lines = (log.rest + text).split('\n');
      log.next = next;
      log.rest = lines.pop() ?? '';
      for (const line of prefixed(log.name, lines)) output.say(line);
    }
    await sleep(POLL_MS, undefined, { signal }).catch(() => {});
  }
}

function prefixed(name: string, lines: readonly string[]): string[] {
  return lines.filter(Boolean).map(line => `${name}  ${line}`);
}
