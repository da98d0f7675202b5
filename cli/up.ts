import type { Command } from 'commander';
import type { UpReport } from '../host/up.ts';
import { integer } from './arguments.ts';
import type { CliContext } from './context.ts';
import { installNativeTools } from './setup.ts';
import { describeStatus } from './status.ts';

interface Options {
  readonly port?: number;
  readonly uiPort?: number;
}

export function register(command: Command, context: CliContext): void {
  command
    .option('--port <port>', 'port of the Temporal server', integer(1, 65_535))
    .option('--ui-port <port>', 'port of Temporal’s web page', integer(1, 65_535))
    .addHelpText('after', '\nWhat is missing is installed first.\n\nExample:\n  alphaloom up\n')
    .action(async (options: Options) => {
      const report = await startHome(context, {
        'temporal.port': options.port,
        'temporal.uiPort': options.uiPort,
      });
      context.output.result(report, () => describeStatus(report, context));
    });
}

/** Brings the home up: tools, Temporal, workers; says what it does. Where everything runs already, it says so. */
export async function startHome(
  context: CliContext,
  flags: Readonly<Record<string, unknown>>,
): Promise<UpReport> {
  const { home, environment, output } = context;
  const loaded = await context.loadConfig(flags);
  await installNativeTools(context);
  const [{ up }, { replayBeforeWorkers }] = await Promise.all([
    import('../host/up.ts'),
    import('../host/replay-gate.ts'),
  ]);
  const progress = output.progress('Up');
  try {
    const report = await up({
      home,
      environment,
      loaded,
      onProgress: (share, text) => progress.update(share, text),
      beforeWorkers: temporal => replayBeforeWorkers(home, temporal),
    });
    if (!report.already) await warnOfUnkept(context);
    if (report.outdated)
      output.warn('The configuration has changed since up; run down, then up, to apply it.');
    return report;
  } finally {
    progress.stop();
  }
}

async function warnOfUnkept({ home, environment, output, now }: CliContext): Promise<void> {
  const { readHeldPositions, unkeptWarnings } = await import('../host/trading/held-positions.ts');
  for (const warning of unkeptWarnings(await readHeldPositions(home, now), environment)) output.warn(warning);
}
