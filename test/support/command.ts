import { PassThrough } from 'node:stream';
import { normaliseArguments } from '../../cli/arguments.ts';
import type { CliContext } from '../../cli/context.ts';
import { createOutput, type Output } from '../../cli/output.ts';
import { runProgram } from '../../cli/program.ts';
import { loadConfig } from '../../host/config.ts';
import { homeAt } from '../../host/paths.ts';
import type { TestCluster } from './temporal.ts';

export interface Captured {
  readonly output: Output;
  stdout(): string;
  stderr(): string;
}

/** An output whose texts are kept. */
export function capture(options: { json?: boolean; quiet?: boolean; debug?: boolean } = {}): Captured {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    streams[name].on('data', chunk => {
      texts[name] += chunk;
    });
  let time = 0;
  const defaults = { json: false, quiet: false, color: false, debug: false };
  const output = createOutput(streams, { ...defaults, ...options, now: () => (time += 1_000) });
  return { output, stdout: () => texts.stdout, stderr: () => texts.stderr };
}

type Place = Pick<TestCluster, 'environment'> & { readonly home: { readonly root: string } };

/** What a command of this home is given. */
export function contextIn(
  { home, environment }: Place,
  output: Output,
  changes: Partial<CliContext> = {},
): CliContext {
  return {
    output,
    environment,
    cwd: home.root,
    home: homeAt(home.root),
    now: Date.now,
    loadConfig: flags => loadConfig({ environment: {}, cwd: home.root, homeRoot: home.root, flags }),
    interruption: () => new AbortController().signal,
    endWith: () => {},
    ...changes,
  };
}

/** Runs a command line in this process, as `main.ts` would. */
export async function runCommand(place: Place, ...argv: string[]): Promise<Captured & { code: number }> {
  const captured = capture(normaliseArguments(argv).flags);
  let resultCode = 0;
  const changes: Partial<CliContext> = {
    endWith(code) {
      resultCode = code;
    },
  };
  const code = await runProgram(argv, captured.output, () => contextIn(place, captured.output, changes));
  await captured.output.flush();
  return { ...captured, code: code || resultCode };
}
