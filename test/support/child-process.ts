import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A `.ts` script in its own process, to be killed or awaited. */
export function startScript(
  path: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): ChildProcess {
  return spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'], env: environment });
}

/** What a script printed, one JSON value per line; throws unless it exits with 0. */
export async function runScript(
  path: string,
  args: readonly string[],
  environment?: NodeJS.ProcessEnv,
): Promise<unknown[]> {
  const child = startScript(path, args, environment);
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', chunk => {
    text += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${path} exited with ${code}`);
  return text
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line));
}

/** Waits for a script's first output, then ends it with SIGKILL after `delayMs`. */
export async function killAfterFirstOutput(child: ChildProcess, delayMs: number): Promise<void> {
  const closed = once(child, 'close');
  await once(child.stdout!, 'data');
  await new Promise(resolve => setTimeout(resolve, delayMs));
  child.kill('SIGKILL');
  await closed;
}
