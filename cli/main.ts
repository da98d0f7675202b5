import { Console } from 'node:console';
import { writeSync } from 'node:fs';
import { resolveHome } from '../host/paths.ts';
import { normaliseArguments } from './arguments.ts';
import type { CliContext } from './context.ts';
import { createInterruption } from './interruption.ts';
import { createOutput, type Output } from './output.ts';
import { runProgram } from './program.ts';

// ONNX Runtime reports its use to its vendor unless told not to, before it is loaded; child processes inherit this.
process.env.ORT_DISABLE_TELEMETRY = '1';

// Answers go to standard output by themselves: what files of the user's own log must not stand among them.
globalThis.console = new Console(process.stderr, process.stderr);

const argv = process.argv.slice(2);
const environment = process.env;
const output = createProcessOutput();
const interruption = createInterruption(process);
const warned = new Set<string>();
let resultCode: 0 | 1 | 2 = 0;
let isOver = false;
// A file of the user's own (a strategy, features) may end the process; no script may take that for success.
process.on('exit', code => {
  if (isOver || code !== 0) return;
  writeSync(
    2,
    'The process was ended before the command had answered: a file of your own calls process.exit.\n',
  );
  process.exitCode = 1;
});

const exitCode = await runProgram(argv, output, createContext);
await output.flush();
isOver = true;
// Native clients may still hold the event loop; a command that has answered is over.
process.exit(exitCode || resultCode);

function createContext(): CliContext {
  const cwd = process.cwd();
  const home = resolveHome(environment, cwd);
  return {
    output,
    environment,
    cwd,
    home,
    now: Date.now,
    // Loaded when it is asked for: schemas and YAML are a third of a start's time.
    loadConfig: async flags => {
      const { loadConfig } = await import('../host/config.ts');
      const loaded = await loadConfig({ environment, cwd, homeRoot: home.root, flags });
      for (const warning of loaded.warnings) warnOnce(warning);
      return loaded;
    },
    interruption: interruption.signal,
    endWith: code => {
      resultCode = code;
    },
  };
}

/** A command may load the configuration more than once. */
function warnOnce(warning: string): void {
  if (warned.has(warning)) return;
  warned.add(warning);
  output.warn(warning);
}

function createProcessOutput(): Output {
  // A reader that has seen enough (`| head`) ends the command quietly.
  process.stdout.on('error', error => {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
    isOver = true;
    process.exit(0);
  });
  return createOutput(process, {
    ...normaliseArguments(argv).flags,
    color: process.stdout.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb',
    debug: Boolean(environment.ALPHALOOM_DEBUG),
    now: Date.now,
  });
}
