import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Commands } from './command.ts';
import { ACCOUNT } from './policy.ts';
import { SYMBOLS } from './template.ts';

/** What an operator says while things break, and what has it trade on afterwards. */
const WORDS = {
  flatten: { said: ['flatten', ACCOUNT], undone: ['resume', ACCOUNT, '--acknowledge'], flat: SYMBOLS },
  'flatten-symbol': {
    said: ['flatten', ACCOUNT, '--symbols', SYMBOLS[0]],
    undone: ['resume', ACCOUNT, '--symbols', SYMBOLS[0]],
    flat: SYMBOLS.slice(0, 1),
  },
  pause: { said: ['pause', ACCOUNT], undone: ['resume', ACCOUNT], flat: [] },
} as const;

export type ChaosMessage = keyof typeof WORDS;
export const CHAOS_MESSAGES = Object.keys(WORDS) as ChaosMessage[];

/** Longer than the server is away and the worker takes to come back, twice. */
const PATIENCE_MS = 240_000;
const AGAIN_MS = 1_000;

/** A message that is on its way while something is struck. */
export interface SaidMessage {
  readonly message: ChaosMessage;
  /** Symbols that must have no position once it is done, until it is undone. */
  readonly flat: readonly string[];
  /** @throws Error where nobody answered for four minutes */
  answered(): Promise<void>;
  /** @throws Error where nobody answered for four minutes */
  undo(): Promise<void>;
}

/** Tells it now; as a user would, again, under the same id, until it is answered. */
export function tell(commands: Commands, message: ChaosMessage): SaidMessage {
  const { said, undone, flat } = WORDS[message];
  const answer = insist(commands, said);
  // Whoever waits for it hears of it.
  answer.catch(() => {});
  return { message, flat, answered: () => answer, undo: () => insist(commands, undone) };
}

async function insist(commands: Commands, words: readonly string[]): Promise<void> {
  const id = randomUUID();
  const deadline = Date.now() + PATIENCE_MS;
  let last: Answer;
  do {
    last = await commands.ask('trade', ...words, '--operation-id', id);
    if (last.exitCode === 0) return;
    await sleep(AGAIN_MS);
  } while (Date.now() < deadline);
  throw new Error(`trade ${words.join(' ')} was not done in four minutes: ${last.stdout}\n${last.stderr}`);
}
