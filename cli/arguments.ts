import { InvalidArgumentError } from 'commander';

/** Options every command takes; they may stand anywhere on the line. */
export interface GlobalFlags {
  readonly json: boolean;
  readonly quiet: boolean;
}

const ALIASES: Readonly<Record<string, string>> = { '--tf': '--timeframe', '--fees': '--fee-bps' };

/**
 * Brings a command line to its standard form: global flags are taken out wherever they stand, `--max_workers` is
 * `--max-workers`, `--tf` is `--timeframe`, `--fees` is `--fee-bps`. What follows `--` is left alone.
 */
export function normaliseArguments(argv: readonly string[]): { arguments: string[]; flags: GlobalFlags } {
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  const rest = end < 0 ? [] : argv.slice(end);
  const isGlobal = (word: string) => word === '--json' || word === '--quiet' || word === '-q';
  return {
    arguments: [...words.filter(word => !isGlobal(word)).map(standardName), ...rest],
    flags: {
      json: words.includes('--json'),
      quiet: words.includes('--quiet') || words.includes('-q'),
    },
  };
}

function standardName(word: string): string {
  if (!word.startsWith('--')) return word;
  const equals = word.indexOf('=');
  const name = (equals < 0 ? word : word.slice(0, equals)).replaceAll('_', '-');
  return (ALIASES[name] ?? name) + (equals < 0 ? '' : word.slice(equals));
}

/** An option's parser for whole numbers within a range: `command.option('-n <lines>', '…', integer(1, 1000))`. */
export function integer(low: number, high: number): (text: string) => number {
  return text => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${low} to ${high}.`);
  };
}

/** An option's parser for numbers of any kind: what may be asked is for others to say. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a number.');
}
