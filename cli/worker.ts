import { writeFile } from 'node:fs/promises';
import { flushCompileCache } from 'node:module';
import { type Command, InvalidArgumentError } from 'commander';
import { QUEUES, type Queue } from '../contracts/queues.ts';
import type { ReadyWorker } from '../host/run-state.ts';
import { runWorkers } from '../host/run-workers.ts';
import { sendsOrders } from '../host/trading/live-word.ts';
import type { CliContext } from './context.ts';

const QUEUE_NAMES = Object.keys(QUEUES) as Queue[];

export function register(command: Command, context: CliContext): void {
  command
    .argument('[queues...]', `${QUEUE_NAMES.join(', ')}; without any, all`, collectQueues)
    .option('--ready-file <file>', 'written once work is taken')
    .addHelpText('after', '\nExample:\n  alphaloom worker training\n')
    .action(async (queues: Queue[] | undefined, { readyFile }: { readyFile?: string }) => {
      const { output, environment, home } = context;
      const wanted = queues ?? QUEUE_NAMES;
      await runWorkers({
        queues: wanted,
        home,
        environment,
        loaded: await context.loadConfig(),
        signal: context.interruption(),
        async onReady() {
          output.say(`Taking work from ${wanted.join(', ')}. Ctrl-C stops after the work in hand.`);
          // Else it is written at the end, which a killed worker does not reach: the next would compile all again.
          flushCompileCache();
          const ready: ReadyWorker = { pid: process.pid, sendsOrders: sendsOrders(environment) };
          if (readyFile) await writeFile(readyFile, `${JSON.stringify(ready)}\n`);
        },
      });
      output.result({ queues: wanted, stopped: true }, () => 'Stopped.');
    });
}

function collectQueues(word: string, before: Queue[] | undefined): Queue[] {
  if (!Object.hasOwn(QUEUES, word))
    throw new InvalidArgumentError(`Expected one of ${QUEUE_NAMES.join(', ')}.`);
  return [...(before ?? []), word as Queue];
}
