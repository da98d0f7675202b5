import { SingleBar } from 'cli-progress';
import { AlphaloomError, ERROR_CODES } from '../contracts/errors.ts';
import { terminalJson, terminalText } from './terminal-text.ts';

/** Where a command writes. One rule: with `--json` standard output carries exactly one document, all else goes to standard error. */
export interface Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly paint: Paint;
  /** The command's answer, once: the document with `--json`, else the rendered text (shown even when quiet). */
  result(document: unknown, render: () => string): void;
  /** One JSON document on a line of standard output, as often as it is called: for streams, instead of `result`. */
  line(document: unknown): void;
  /** A text that is drawn again and again in place; null where standard output is no terminal. */
  screen(): Screen | null;
  /** A line of the story, for people; nothing when quiet. */
  say(line: string): void;
  /** Something the user should know although the work goes on; always on standard error. */
  warn(line: string): void;
  /** Long work: a bar on a terminal, a plain line now and then elsewhere, nothing when quiet. */
  progress(label: string): Progress;
  /** The last word of a command that failed. */
  error(error: AlphaloomError): void;
  /** Resolves when everything written has left the process. */
  flush(): Promise<void>;
}

export interface Progress {
  /** `share` from 0 to 1, null where it is not known. */
  update(share: number | null, text: string): void;
  /** Ends the bar; always call it. */
  stop(): void;
}

export interface Screen {
  show(text: string): void;
  /** Gives the terminal back as it was; always call it. */
  close(): void;
}

export interface OutputStreams {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly rows?: number };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
  /** Show stacks of unexpected errors. */
  readonly debug: boolean;
  readonly now: () => number;
}

export function createOutput(streams: OutputStreams, options: OutputOptions): Output {
  const { json, quiet } = options;
  const paint = createPaint(options.color);
  let answered = false;
  const print = (stream: NodeJS.WritableStream, text: string) => {
    const shown = terminalText(text);
    stream.write(shown.endsWith('\n') ? shown : `${shown}\n`);
  };
  return {
    json,
    quiet,
    paint,
    result(document, render) {
      if (answered) throw new AlphaloomError('INTERNAL', 'A command gave two results.');
      answered = true;
      if (json) streams.stdout.write(`${jsonText(document, 2)}\n`);
      else print(streams.stdout, render());
    },
    line(document) {
      answered = true;
      streams.stdout.write(`${jsonText(document)}\n`);
    },
    screen: () => (streams.stdout.isTTY ? screenOn(streams.stdout) : null),
    say(line) {
      if (!quiet) print(json ? streams.stderr : streams.stdout, line);
    },
    warn(line) {
      print(streams.stderr, paint.yellow(line));
    },
    progress(label) {
      if (quiet) return { update: () => {}, stop: () => {} };
      return streams.stderr.isTTY ? bar(label, streams.stderr) : lines(label, streams.stderr, options.now);
    },
    error(error) {
      if (json && !answered) {
        answered = true;
        const { code, message, details } = error;
        streams.stdout.write(`${jsonText({ error: { code, message, details } }, 2)}\n`);
        return;
      }
      print(streams.stderr, `${paint.red(error.code)}: ${error.message}`);
      const { mend } = ERROR_CODES[error.code];
      if (!saysAlready(error.message, mend)) print(streams.stderr, paint.dim(mend));
      if (options.debug) print(streams.stderr, `${error.stack}\n${(error.cause as Error)?.stack ?? ''}`);
    },
    flush: async () => {
      for (const stream of [streams.stdout, streams.stderr])
        await new Promise<void>(resolve => stream.write('', () => resolve()));
    },
  };
}

/** Whether a message holds every word of the hint, or the hint only points back at the message. */
function saysAlready(message: string, mend: string): boolean {
  const words = (text: string) => text.toLowerCase().match(/[\p{L}\d_-]{3,}/gu) ?? [];
  const said = new Set(words(message));
  return mend.startsWith('The message ') || words(mend).every(word => said.has(word));
}

type Painter = (text: string) => string;
export type Paint = Readonly<Record<'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', Painter>>;

/** Colours, or nothing at all where they are not wanted. */
function createPaint(color: boolean): Paint {
  const painter =
    (on: number, off: number): Painter =>
    text =>
      color ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return {
    bold: painter(1, 22),
    dim: painter(2, 22),
    red: painter(31, 39),
    green: painter(32, 39),
    yellow: painter(33, 39),
    cyan: painter(36, 39),
  };
}

/** The terminal's second page, so that what stood there comes back; lines under its end are left out. */
function screenOn(stream: OutputStreams['stdout']): Screen {
  const [SECOND_PAGE, FIRST_PAGE] = ['\u001b[?1049h\u001b[?25l', '\u001b[?25h\u001b[?1049l'];
  const [HOME, END_OF_LINE, END_OF_PAGE] = ['\u001b[H', '\u001b[K', '\u001b[J'];
  stream.write(SECOND_PAGE);
  return {
    show(text) {
      const lines = terminalText(text).split('\n').slice(0, stream.rows);
      stream.write(`${HOME}${lines.map(line => line + END_OF_LINE).join('\r\n')}${END_OF_PAGE}`);
    },
    close: () => stream.write(FIRST_PAGE),
  };
}

function bar(label: string, stream: NodeJS.WritableStream): Progress {
  const view = new SingleBar({
    stream,
    format: `${label} {bar} {percentage}% {text}`,
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: true,
  });
  let started = false;
  return {
    update(share, text) {
      if (!started) {
        started = true;
        view.start(1, 0, { text: terminalText(text) });
      }
      const shown = { text: terminalText(text) };
      if (share === null) view.update(shown);
      else view.update(Math.min(1, Math.max(0, share)), shown);
    },
    stop: () => view.stop(),
  };
}

const LINE_INTERVAL_MS = 2_000;

/** One line at the start and then at most every two seconds, so that logs stay readable. */
function lines(label: string, stream: NodeJS.WritableStream, now: () => number): Progress {
  let lastTime = Number.NEGATIVE_INFINITY;
  let lastLine = '';
  return {
    update(share, text) {
      const line = `${label}${share === null ? '' : ` ${Math.floor(share * 100)}%`} ${text}`.trimEnd();
      if (line === lastLine || now() - lastTime < LINE_INTERVAL_MS) return;
      lastTime = now();
      lastLine = line;
      stream.write(`${terminalText(line)}\n`);
    },
    stop() {},
  };
}

function jsonText(document: unknown, indent?: number): string {
  return terminalJson(JSON.stringify(document, plainValues, indent));
}

/** Values JSON does not know: bigints and typed arrays; NaN and infinities become null by JSON's own rule. */
function plainValues(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as Float64Array);
  return value;
}
