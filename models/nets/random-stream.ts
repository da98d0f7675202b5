import { fillPhilox, type PhiloxKey } from './philox.ts';

const WORD = 2 ** 32;

/**
 * Random numbers that are asked by a counter, not one after another: the same seed, stream and counter give the same
 * numbers, whatever was asked before. Streams of different names are independent.
 */
export class RandomStream {
  readonly #key: PhiloxKey;
  #words = new Uint32Array(0);

  /** @param seed a whole number from 0 to 2³² − 1 */
  constructor(seed: number, name: string) {
    this.#key = [seed, fnv1a(name)];
  }

  /** Uniform on [0, 1), with 24 bits. */
  uniform(counter: number, out: Float32Array): Float32Array {
    const words = this.#draw(counter, out.length);
    for (let i = 0; i < out.length; i++) out[i] = (words[i] >>> 8) * 2 ** -24;
    return out;
  }

  /** Standard normal (Box and Muller 1958). */
  normal(counter: number, out: Float32Array): Float32Array {
    const words = this.#draw(counter, out.length + (out.length & 1));
    for (let i = 0; i < out.length; i += 2) {
      const radius = Math.sqrt(-2 * Math.log((words[i] + 1) / WORD));
      const angle = (2 * Math.PI * words[i + 1]) / WORD;
      out[i] = radius * Math.cos(angle);
      if (i + 1 < out.length) out[i + 1] = radius * Math.sin(angle);
    }
    return out;
  }

  /** A dropout mask: 0 with probability `rate`, else 1 / (1 − rate), so that means are kept. */
  mask(counter: number, rate: number, out: Float32Array): Float32Array {
    const words = this.#draw(counter, out.length);
    const limit = rate * WORD;
    const kept = 1 / (1 - rate);
    for (let i = 0; i < out.length; i++) out[i] = words[i] < limit ? 0 : kept;
    return out;
  }

  /** The numbers 0 … count − 1 in random order (Fisher and Yates, by Durstenfeld). */
  permutation(counter: number, count: number): Int32Array {
    const words = this.#draw(counter, count);
    const order = Int32Array.from({ length: count }, (_, at) => at);
    for (let last = count - 1; last > 0; last--) {
      // Multiply and shift (Lemire 2019): its bias is under count / 2³².
      const chosen = Math.floor((words[last] * (last + 1)) / WORD);
      [order[last], order[chosen]] = [order[chosen], order[last]];
    }
    return order;
  }

  #draw(counter: number, count: number): Uint32Array {
    if (this.#words.length < count) this.#words = new Uint32Array(count);
    const words = this.#words.subarray(0, count);
    fillPhilox(this.#key, [0, counter % WORD, Math.floor(counter / WORD), 0], words);
    return words;
  }
}

/** FNV-1a, 32 bits. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
