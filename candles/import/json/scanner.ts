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

/** 1 at letters, digits, signs and points: what numbers and bare words are made of. */
const IN_WORD = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(byte < 128 && /[\w.+-]/.test(String.fromCharCode(byte))),
);
const UTF8 = new TextDecoder('utf-8', { fatal: true });

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
    for (let at = 0; at < bytes.length; ) {
      if (this.#inside === 'nothing') this.#between(bytes[at++]);
      else if (this.#inside === 'word') at = this.#word(bytes, at);
      else at = this.#text(bytes, at);
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
      this.#scalar[0] = byte;
      this.#scalarLength = 1;
    } else if (takesValue && IN_WORD[byte] === 1) {
      this.#inside = 'word';
      this.#scalar[0] = byte;
      this.#scalarLength = 1;
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

  /** Takes what of the text is in this piece; answers where it stopped. */
  #text(bytes: Uint8Array, from: number): number {
    let at = from;
    while (at < bytes.length) {
      const byte = bytes[at++];
      if (this.#inside === 'escape') this.#inside = 'text';
      else if (byte === BACKSLASH) this.#inside = 'escape';
      else if (byte === QUOTE) {
        this.#keep(bytes, from, at);
        this.#endText();
        return at;
      }
    }
    this.#keep(bytes, from, at);
    return at;
  }

  #endText(): void {
    this.#inside = 'nothing';
    const text = this.#decode();
    if (this.#expected === 'key' || this.#expected === 'key or end') {
      this.#events.key(text);
      this.#expected = 'colon';
      return;
    }
    this.#events.scalar(text, this.#open.length);
    this.#afterValue();
  }

  #word(bytes: Uint8Array, from: number): number {
    let at = from;
    while (at < bytes.length && IN_WORD[bytes[at]] === 1) at++;
    this.#keep(bytes, from, at);
    if (at < bytes.length) this.#endWord();
    return at;
  }

  #endWord(): void {
    this.#inside = 'nothing';
    const word = this.#scalar.toString('latin1', 0, this.#scalarLength);
    if (!NUMBER.test(word) && !BARE_WORD.test(word)) throw this.#fault(`${word.slice(0, 60)} is no number`);
    this.#events.scalar(word === 'null' ? null : word, this.#open.length);
    this.#afterValue();
  }

  #afterValue(): void {
    this.#expected = this.#open.length === 0 ? 'value' : 'comma or end';
  }

  #keep(bytes: Uint8Array, from: number, to: number): void {
    const length = this.#scalarLength + to - from;
    if (length > LONGEST_SCALAR) throw this.#fault(`a number or text is longer than ${LONGEST_SCALAR} bytes`);
    for (let at = from; at < to; at++) this.#scalar[this.#scalarLength++] = bytes[at];
  }

  /** The text that was kept with its quotes. */
  #decode(): string {
    const kept = this.#scalar.subarray(0, this.#scalarLength);
    try {
      return JSON.parse(UTF8.decode(kept));
    } catch {
      throw this.#fault('a text is broken');
    }
  }

  #fault(what: string): Error {
    return new Error(`line ${this.#line}: ${what}`);
  }
}
