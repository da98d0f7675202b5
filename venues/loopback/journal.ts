import { closeSync, fdatasyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { BookEvent } from './orders/book-event.ts';

/**
 * A book on disk: a first line about the exchange, then one line per turn with the events that belong together. A turn is
 * synced before it is answered, so that a killed exchange comes back with all that it ever told of.
 */
export interface Journal<Header> {
  /** What was given when the file was made. */
  readonly header: Header;
  /** Those of earlier processes, in their order. */
  readonly events: readonly BookEvent[];
  append(events: readonly BookEvent[]): void;
  close(): void;
}

/**
 * Opens (or makes) a journal. A last line that is not whole was never answered: it is dropped.
 * @throws AlphaloomError STORE_UNREADABLE
 */
export function openJournal<Header>(path: string, header: Header): Journal<Header> {
  const file = openSync(path, 'a+');
  const text = readFileSync(file, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) ftruncateSync(file, Buffer.byteLength(whole));
  let isOpen = true;
  const append = (value: unknown) => {
    writeSync(file, `${JSON.stringify(value)}\n`);
    fdatasyncSync(file);
  };
  const [first, ...turns] = whole.split('\n').filter(Boolean).map(parseLine(path));
  if (first === undefined) append(header);
  return {
    header: first === undefined ? header : (first as Header),
    events: turns.flat() as BookEvent[],
    append,
    close: () => {
      if (isOpen) closeSync(file);
      isOpen = false;
    },
  };
}

function parseLine(path: string): (line: string, index: number) => unknown {
  return (line, index) => {
    try {
      return JSON.parse(line);
    } catch (cause) {
      const reason = `Line ${index + 1} of ${path} is not one of a loopback exchange's journal.`;
      throw new AlphaloomError('STORE_UNREADABLE', reason, { path, line: index + 1 }, { cause });
    }
  };
}
