/** Places values along an axis. */
export interface Scale {
  at(value: number): number;
  readonly ticks: readonly Tick[];
}

export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** Pixels of an axis: where its low end and its high end stand. */
export type Extent = readonly [from: number, to: number];

/** About so many ticks. */
const TICKS = 5;
const STEPS = [1, 2, 5, 10];
const MOST_LABEL = 14;

/** From the lowest value to the highest with a margin; a single value stands in the middle. */
export function linearScale(values: readonly number[], extent: Extent): Scale {
  const [low, high] = padded(values);
  const at = placer(low, high, extent);
  const step = niceStep((high - low) / TICKS);
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step) - first + 1;
  const ticks = Array.from({ length: count }, (_, i) => ticked((first + i) * step, at));
  return { at, ticks };
}

/** The same in the logarithm: ticks at 1, 2 and 5 of each decade, or at the decades alone where those are many. */
export function logScale(values: readonly number[], extent: Extent): Scale {
  const [low, high] = padded(values.map(Math.log10));
  const place = placer(low, high, extent);
  const at = (value: number) => place(Math.log10(value));
  const parts = high - low > 3 ? [1] : [1, 2, 5];
  const ticks: Tick[] = [];
  for (let decade = Math.floor(low); decade <= high; decade++) {
    for (const part of parts) {
      const value = Number(`${part}e${decade}`);
      if (Math.log10(value) >= low && Math.log10(value) <= high) ticks.push(ticked(value, at));
    }
  }
  return { at, ticks };
}

/** Names at equal distances, by their position. */
export function bandScale(names: readonly string[], extent: Extent): Scale {
  const at = placer(-0.5, names.length - 0.5, extent);
  return { at, ticks: names.map((name, i) => ({ at: at(i), label: shortened(name) })) };
}

function padded(values: readonly number[]): [number, number] {
  let low = Math.min(...values);
  let high = Math.max(...values);
  if (!Number.isFinite(low)) [low, high] = [0, 1];
  const margin = 0.05 * (high - low) || 0.05 * Math.abs(low) || 1;
  return [low - margin, high + margin];
}

function placer(low: number, high: number, [from, to]: Extent): (value: number) => number {
  return value => from + ((value - low) / (high - low)) * (to - from);
}

/** The next of 1, 2, 5 times a power of ten. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return STEPS.map(part => part * power).find(step => step >= least * (1 - 1e-9)) ?? 10 * power;
}

function ticked(value: number, at: (value: number) => number): Tick {
  return { at: at(value), label: String(Number(value.toPrecision(3))).replace('-', '−') };
}

function shortened(name: string): string {
  return name.length <= MOST_LABEL ? name : `${name.slice(0, MOST_LABEL - 1)}…`;
}
