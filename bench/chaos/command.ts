import { join } from 'node:path';
import { execa } from 'execa';
import { CHECKOUT } from '../../host/paths.ts';

/** What a command answered. */
export interface Answer {
  readonly exitCode: number;
  /** The document it printed; null where it printed none. */
  readonly document: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program itself, as a user would, in the given home. */
export class Commands {
  readonly environment: NodeJS.ProcessEnv;
  readonly folder: string;

  constructor(home: string, environment: NodeJS.ProcessEnv) {
    // What the caller’s shell says of its own home and server must not reach this one.
    const inherited = Object.entries(environment).filter(
      ([name]) => !/^(TEMPORAL_|ALPHALOOM__|ALPHALOOM_(HOME|CONFIG))/.test(name),
    );
    this.environment = { ...Object.fromEntries(inherited), ALPHALOOM_HOME: home };
    this.folder = home;
  }

  async ask(...words: string[]): Promise<Answer> {
    const { exitCode, stdout, stderr } = await execa(join(CHECKOUT, 'alphaloom'), [...words, '--json'], {
      cwd: this.folder,
      env: this.environment,
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
    });
    return { exitCode: exitCode ?? 1, document: documentOf(stdout), stdout, stderr };
  }

  /** @throws Error with what it printed where it failed */
  async run(...words: string[]): Promise<unknown> {
    const { exitCode, document, stdout, stderr } = await this.ask(...words);
    if (exitCode === 0) return document;
    throw new Error(`alphaloom ${words.join(' ')} failed (${exitCode}): ${stdout}\n${stderr}`);
  }
}

function documentOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
