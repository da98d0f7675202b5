/** What a scanner meets; `depth` is the number of arrays and objects around it. Whatever is thrown ends the scan. */
export interface JsonEvents {
  open(kind: 'array' | 'object', depth: number): void;
  close(kind: 'array' | 'object', depth: number): void;
  key(name: string): void;
  /** A number's own digits, a text's characters, or null; a bare word (`true`, `NaN`) as it is. */
  scalar(value: string | null, depth: number): void;
}

const MOST_DEPTH = 2;
const LONGEST_SCALAR = 1_000;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const BARE_WORD = /^-?[a-zA-Z]+$/;

const code = (character: string) => character.charCodeAt(0);
const QUOTE = code('"');
const BACKSLASH = code('\\');
const COMMA = code(',');
const COLON = code(':');
const OPEN_ARRAY = code('[');
const CLOSE_ARRAY = code(']');
const OPEN_OBJECT = code('{');
const CLOSE_OBJECT = code('}');

type Expected = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end';

/**
 * Scans JSON, or one JSON document after the other, piece by piece: memory holds one scalar. Strict in what it takes
 * (RFC 8259), and bounded: two levels of nesting, scalars of 1,000 bytes. Texts are decoded by JSON.parse alone.
 */
export class JsonScanner {
  readonly #events: JsonEvents;
  /** Arrays and objects that are open. */
  readonly #open: ('array' | 'object')[] = [];
  #expected: Expected = 'value';
  /** Bytes of the scalar that is being read. */
  readonly #scalar = Buffer.alloc(LONGEST_SCALAR);
  #scalarLength = 0;
  #inside: 'text' | 'escape' | 'word' | 'nothing' = 'nothing';
  #line = 1;

  constructor(events: JsonEvents) {
    this.#events = events;
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at];
      if (this.#inside === 'nothing') this.#between(byte);
      else if (this.#inside === 'word') this.#word(byte);
      else this.#text(byte);
    }
  }

  finish(): void {
    if (this.#inside === 'word') this.#endWord();
    if (this.#inside !== 'nothing' || this.#open.length > 0) throw this.#fault('it ends too early');
  }

  #between(byte: number): void {
    if (byte === 32 || byte === 9 || byte === 10 || byte === 13) {
      if (byte === 10) this.#line++;
      return;
    }
    const expected = this.#expected;
    const takesValue = expected === 'value' || expected === 'value or end';
    const takesKey = expected === 'key' || expected === 'key or end';
    if (takesValue && (byte === OPEN_ARRAY || byte === OPEN_OBJECT)) {
      this.#enter(byte === OPEN_ARRAY ? 'array' : 'object');
    } else if (byte === CLOSE_ARRAY && (expected === 'value or end' || expected === 'comma or end')) {
      this.#leave('array');
    } else if (byte === CLOSE_OBJECT && (expected === 'key or end' || expected === 'comma or end')) {
      this.#leave('object');
    } else if (expected === 'comma or end' && byte === COMMA) {
      this.#expected = this.#open.at(-1) === 'array' ? 'value' : 'key';
    } else if (expected === 'colon' && byte === COLON) {
      this.#expected = 'value';
    } else if ((takesKey || takesValue) && byte === QUOTE) {
      this.#inside = 'text';
      this.#scalarLength = 0;
      this.#keep(byte);
    } else if (takesValue && isWordByte(byte)) {
      this.#inside = 'word';
      this.#scalarLength = 0;
      this.#keep(byte);
    } else {
      throw this.#fault(`${JSON.stringify(String.fromCharCode(byte))} where a ${expected} should be`);
    }
  }

  #enter(kind: 'array' | 'object'): void {
    const depth = this.#open.length;
    if (depth === MOST_DEPTH) throw this.#fault('it is nested too deep for bars');
    this.#events.open(kind, depth);
    this.#open.push(kind);
    this.#expected = kind === 'array' ? 'value or end' : 'key or end';
  }

  #leave(kind: 'array' | 'object'): void {
    if (this.#open.pop() !== kind) throw this.#fault('brackets do not match');
    this.#events.close(kind, this.#open.length);
    this.#afterValue();
  }

  #text(byte: number): void {
    this.#keep(byte);
    if (this.#inside === 'escape') this.#inside = 'text';
    else if (byte === BACKSLASH) this.#inside = 'escape';
    else if (byte === QUOTE) this.#endText();
  }

  #endText(): void {
    this.#inside = 'nothing';
    let text: string;
    try {
      text = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(this.#kept()));
    } catch {
      throw this.#fault('a text is broken');
    }
    if (this.#expected === 'key' || this.#expected === 'key or end') {
      this.#events.key(text);
      this.#expected = 'colon';
      return;
    }
    this.#events.scalar(text, this.#open.length);
    this.#afterValue();
  }

  #word(byte: number): void {
    if (isWordByte(byte)) {
      this.#keep(byte);
      return;
    }
    this.#endWord();
    this.#between(byte);
  }

  #endWord(): void {
    this.#inside = 'nothing';
    const word = this.#kept().toString('latin1');
    if (!NUMBER.test(word) && !BARE_WORD.test(word)) throw this.#fault(`${word.slice(0, 60)} is no number`);
    this.#events.scalar(word === 'null' ? null : word, this.#open.length);
    this.#afterValue();
  }

  #afterValue(): void {
    this.#expected = this.#open.length === 0 ? 'value' : 'comma or end';
  }

  #keep(byte: number): void {
    if (this.#scalarLength === LONGEST_SCALAR)
      throw this.#fault(`a number or text is longer than ${LONGEST_SCALAR} bytes`);
    this.#scalar[this.#scalarLength++] = byte;
  }

  #kept(): Buffer {
    return this.#scalar.subarray(0, this.#scalarLength);
  }

  #fault(what: string): Error {
    return new Error(`line ${this.#line}: ${what}`);
  }
}

/** Letters, digits, signs and points. */
function isWordByte(byte: number): boolean {
  return (
    (byte >= 48 && byte <= 57) ||
    (byte >= 65 && byte <= 90) ||
    (byte >= 97 && byte <= 122) ||
    byte === 43 ||
    byte === 45 ||
    byte === 46 ||
    byte === 95
  );
}
