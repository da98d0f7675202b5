import type { LoadedConfig } from '../host/config.ts';
import type { Home } from '../host/paths.ts';
import type { Output } from './output.ts';

/** What a command is given instead of reaching for globals. */
export interface CliContext {
  readonly output: Output;
  readonly environment: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly home: Home;
  readonly now: () => number;
  /** Reads the configuration; `flags` are values by path (`{'temporal.port': 7300}`) that win over all else. */
  loadConfig(flags?: Readonly<Record<string, unknown>>): Promise<LoadedConfig>;
  /**
   * Aborted at the first SIGINT or SIGTERM. A command that asks for it ends by itself in an orderly way (the second
   * signal ends it at once); for any other the first signal ends it.
   */
  interruption(): AbortSignal;
  /** For results that are bad news (a doctor's findings): the process ends with this code although nothing was thrown. */
  endWith(exitCode: 0 | 1 | 2): void;
}
