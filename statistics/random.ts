/** Name of the generator, written into evidence: the same name and seed give the same draws anywhere. */
export const GENERATOR = 'mt19937';

/** Uniform 32-bit integers, 0 to 2³² − 1. */
export type Random = () => number;

const SIZE = 624;
const SHIFT = 397;

/**
 * The Mersenne Twister MT19937 (Matsumoto and Nishimura 1998), seeded by `init_genrand`: the stream of C++'s
 * `std::mt19937(seed)` and of numpy's `RandomState(seed)`, so that others can repeat every resample.
 * Of the seed, the low 32 bits count.
 */
export function seededRandom(seed: number): Random {
  const state = seedState(seed);
  let position = SIZE;
  return () => {
    if (position === SIZE) {
      twist(state);
      position = 0;
    }
    return temper(state[position++]!);
  };
}

/** A uniform index in 0 … size − 1 as ⌊u·size / 2³²⌋; its bias is under size / 2³². */
export function randomIndex(random: Random, size: number): number {
  return Math.floor((random() * size) / 4_294_967_296);
}

function seedState(seed: number): Uint32Array {
  const state = new Uint32Array(SIZE);
  state[0] = seed % 4_294_967_296;
  for (let i = 1; i < SIZE; i++) {
    const previous = state[i - 1]!;
    state[i] = Math.imul(1_812_433_253, previous ^ (previous >>> 30)) + i;
  }
  return state;
}

function twist(state: Uint32Array): void {
  for (let i = 0; i < SIZE; i++) {
    const mixed = (state[i]! & 0x80000000) | (state[(i + 1) % SIZE]! & 0x7fffffff);
    state[i] = state[(i + SHIFT) % SIZE]! ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
  }
}

function temper(word: number): number {
  let y = word ^ (word >>> 11);
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  return (y ^ (y >>> 18)) >>> 0;
}
