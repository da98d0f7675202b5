/** Bars of a window by their age: 0 is the last one. */
export interface AgeBand {
  readonly newest: number;
  readonly oldest: number;
}

/** Bars, counted from the last one, at which a new band begins: a few that widen, as memory does. */
const BAND_STARTS: readonly number[] = [0, 1, 5, 15, 60, 240, 1_000];

/** The bands of a window of `steps` bars, the newest first. */
export function ageBands(steps: number): AgeBand[] {
  return BAND_STARTS.filter(start => start < steps).map((newest, at) => ({
    newest,
    oldest: Math.min(BAND_STARTS[at + 1] ?? steps, steps) - 1,
  }));
}

/** Cells of a row-major window `[steps, features]` that hold each feature. */
export function cellsOfFeatures(steps: number, features: number): Int32Array[] {
  return Array.from({ length: features }, (_, feature) =>
    Int32Array.from({ length: steps }, (_, step) => step * features + feature),
  );
}

/** Cells that hold the bars of each band. */
export function cellsOfBands(bands: readonly AgeBand[], steps: number, features: number): Int32Array[] {
  return bands.map(({ newest, oldest }) => {
    const first = (steps - 1 - oldest) * features;
    return Int32Array.from({ length: (oldest - newest + 1) * features }, (_, at) => first + at);
  });
}
