/**
 * Philox4x32-10: four random words from a counter and a key, without any state (Salmon, Moraes, Dror and Shaw, Parallel
 * random numbers: as easy as 1, 2, 3; 2011). Any part of a stream can be asked at any time.
 */
export type PhiloxKey = readonly [number, number];

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
/** Weyl sequence: golden ratio and √3 − 1. */
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

export type PhiloxCounter = readonly [number, number, number, number];

/** Fills `out` with random words: four for the given counter, then four for the next one (its first word plus 1), and so on. */
export function fillPhilox(key: PhiloxKey, counter: PhiloxCounter, out: Uint32Array): void {
  for (let at = 0, block = 0; at < out.length; at += 4, block++) {
    let c0 = (counter[0] + block) >>> 0;
    let c1 = counter[1] >>> 0;
    let c2 = counter[2] >>> 0;
    let c3 = counter[3] >>> 0;
    let k0 = key[0] >>> 0;
    let k1 = key[1] >>> 0;
    for (let round = 0; round < ROUNDS; round++) {
      const high0 = highWord(MULTIPLIER_0, c0);
      const low0 = Math.imul(MULTIPLIER_0, c0);
      const high1 = highWord(MULTIPLIER_1, c2);
      const low1 = Math.imul(MULTIPLIER_1, c2);
      c0 = high1 ^ c1 ^ k0;
      c2 = high0 ^ c3 ^ k1;
      c1 = low1;
      c3 = low0;
      k0 = (k0 + WEYL_0) | 0;
      k1 = (k1 + WEYL_1) | 0;
    }
    // Writing past the end of a typed array is ignored: the last block may be cut.
    out[at] = c0;
    out[at + 1] = c1;
    out[at + 2] = c2;
    out[at + 3] = c3;
  }
}

/** The upper 32 bits of a product of two unsigned words, from 16-bit halves. */
function highWord(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) | 0;
}
