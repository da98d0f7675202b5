import { readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Command } from 'commander';
import { execa } from 'execa';
import { AlphaloomError } from '../contracts/errors.ts';
import { CHECKOUT } from '../host/paths.ts';
import type { CliContext } from './context.ts';
import { installNativeTools } from './setup.ts';

/** Files run side by side: as many as a small machine bears beside the servers that some of them start. */
const CONCURRENCY = '2';
/** A test or file that hangs ends then with its name, instead of keeping the run forever. */
const LONGEST_TEST_MS = 900_000;

export function register(command: Command, context: CliContext): void {
  command
    .argument('[paths...]', 'parts of test files’ paths; without any, everything')
    .option('--no-lint', 'tests only')
    .addHelpText('after', '\nExample:\n  alphaloom test features datasets\n')
    .action(async (paths: string[], { lint }: { lint: boolean }) => {
      const environment = {
        ...context.environment,
        PATH: `${dirname(process.execPath)}:${context.environment.PATH ?? ''}`,
        ...(await nativeTools(context)),
      };
      if (lint && paths.length === 0) await run(['--run', 'lint'], environment, 'The checks failed.');
      const files = await testFiles(paths);
      await run(
        ['--test', `--test-concurrency=${CONCURRENCY}`, `--test-timeout=${LONGEST_TEST_MS}`, ...files],
        environment,
        'Tests failed.',
      );
      context.output.result({ ok: true, files: files.length }, () => `All passed (${files.length} files).`);
    });
}

/** The tests run on the real ones; they are installed where they are missing. */
async function nativeTools(context: CliContext): Promise<Record<string, string>> {
  const tools = await installNativeTools(context);
  const path = (wanted: string) => tools.find(({ tool }) => tool === wanted)!.path;
  return {
    ALPHALOOM_TEST_LIGHTGBM: path('lightgbm'),
    ALPHALOOM_TEST_XGBOOST: path('xgboost'),
    ALPHALOOM_TEST_TEMPORAL: path('temporal'),
  };
}

async function testFiles(parts: readonly string[]): Promise<string[]> {
  const root = join(CHECKOUT, 'test');
  const found = await readdir(root, { recursive: true });
  const files = found
    .filter(
      file => file.endsWith('.test.ts') && (parts.length === 0 || parts.some(part => file.includes(part))),
    )
    .map(file => relative(CHECKOUT, join(root, file)))
    .sort();
  if (files.length > 0) return files;
  throw new AlphaloomError('USAGE', `No test file’s path holds ${parts.join(' or ')}.`, { parts });
}

async function run(args: readonly string[], environment: NodeJS.ProcessEnv, failure: string): Promise<void> {
  const { failed } = await execa(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    cwd: CHECKOUT,
    env: environment,
    extendEnv: false,
    stdin: 'ignore',
    stdout: ['inherit'],
    stderr: ['inherit'],
    reject: false,
  });
  if (failed) throw new AlphaloomError('CHECK_FAILED', `${failure} See above.`);
}
