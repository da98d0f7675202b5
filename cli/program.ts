import { Command, CommanderError } from 'commander';
import { AlphaloomError, ERROR_CODES } from '../contracts/errors.ts';
import packageJson from '../package.json' with { type: 'json' };
import { normaliseArguments } from './arguments.ts';
import { COMMANDS } from './commands.ts';
import type { CliContext } from './context.ts';
import type { Output } from './output.ts';

/**
 * Runs one command line (without node and script) and resolves to the exit code: 0 done, 1 failed, 2 wrong use.
 * Nothing is thrown: errors, those of making the context too, go to the output.
 */
export async function runProgram(
  argv: readonly string[],
  output: Output,
  createContext: () => CliContext,
): Promise<0 | 1 | 2> {
  try {
    await runWords(normaliseArguments(argv).arguments, createContext());
    return 0;
  } catch (error) {
    const known = toAlphaloomError(error);
    output.error(known);
    return ERROR_CODES[known.code].exit;
  }
}

async function runWords(words: readonly string[], context: CliContext): Promise<void> {
  const help: string[] = [];
  const program = await createProgram(words, context, text => help.push(text));
  try {
    if (words.length === 0) program.outputHelp();
    else await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usageError(error, program, words[0]);
  }
  if (help.length > 0) context.output.result({ help: help.join('') }, () => help.join(''));
}

/**
 * The program with all commands' names, and the definition of those among the first two of `words` (the second is the
 * command's name in `help up`); of all where `words` is null. Help goes to `write`, piece by piece.
 */
export async function createProgram(
  words: readonly string[] | null,
  context: CliContext,
  write: (text: string) => void,
): Promise<Command> {
  const program = new Command('alphaloom')
    .description('Train, gate, promote and roll back crypto trading models, durably, on Temporal.')
    .version(packageJson.version)
    .option('--json', 'print one JSON document on standard output, everything else on standard error')
    .option('-q, --quiet', 'print only the result')
    // The program's own options stand before a command's name, so that a command may have a --version too.
    .enablePositionalOptions()
    .addHelpText('after', '\nExample:\n  alphaloom demo\n');
  frame(program, write);
  for (const [name, entry] of Object.entries(COMMANDS)) {
    const command = program.command(name).summary(entry.summary).description(`${entry.summary}.`);
    const names = [name, ...(entry.aliases ?? [])];
    command.aliases(names.slice(1));
    if (words !== null && !words.slice(0, 2).some(word => names.includes(word))) continue;
    (await entry.load()).register(command, context);
    frameAll(command, write);
  }
  return program;
}

function frameAll(command: Command, write: (text: string) => void): void {
  frame(command, write);
  for (const child of command.commands) frameAll(child, write);
}

/** Commander must not end the process nor write errors by itself. */
function frame(command: Command, write: (text: string) => void): void {
  command
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: write, writeErr: () => {} });
}

function usageError(error: CommanderError, program: Command, commandName: string): AlphaloomError {
  const verbs = program.commands.find(command => command.name() === commandName)?.commands ?? [];
  const message =
    error.code === 'commander.help'
      ? `${commandName} needs a verb: ${verbs.map(verb => verb.name()).join(', ')}.`
      : error.message.replace(/^error: /, '');
  return new AlphaloomError('USAGE', message);
}

function toAlphaloomError(error: unknown): AlphaloomError {
  if (error instanceof AlphaloomError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new AlphaloomError('INTERNAL', message, {}, { cause: error });
}
