/** Steps that a venue rounds prices or quantities to, computed in floats so that a value on a step is the double nearest to it. */
export interface Grid {
  readonly step: number;
  /** Steps in one unit where that is a whole number, else 0. */
  readonly perUnit: number;
}

/** Nearer than this to a step, in steps, is on it; so is what a double can't tell apart. */
const TOLERANCE_STEPS = 1e-9;
const DOUBLE_SLACK = 2e-15;

/** @param step over 0; null: no grid, every value stands as it is */
export function gridOf(step: number | null): Grid | null {
  if (step === null) return null;
  const perUnit = Math.round(1 / step);
  const isWhole = perUnit > 0 && Math.abs(perUnit * step - 1) < 1e-12;
  return { step, perUnit: isWhole ? perUnit : 0 };
}

export function floorTo(grid: Grid | null, value: number): number {
  if (grid === null) return value;
  const steps = stepsOf(grid, value);
  return valueAt(grid, Math.floor(steps + toleranceOf(steps)));
}

export function ceilTo(grid: Grid | null, value: number): number {
  if (grid === null) return value;
  const steps = stepsOf(grid, value);
  return valueAt(grid, Math.ceil(steps - toleranceOf(steps)));
}

/** Half a step goes up. */
export function nearestTo(grid: Grid | null, value: number): number {
  if (grid === null) return value;
  const steps = stepsOf(grid, value);
  return valueAt(grid, Math.floor(steps + 0.5 + toleranceOf(steps)));
}

function stepsOf({ step, perUnit }: Grid, value: number): number {
  return perUnit > 0 ? value * perUnit : value / step;
}

/** A quotient of whole numbers is rounded once: 0.3 comes out as the double that is written 0.3. */
function valueAt({ step, perUnit }: Grid, steps: number): number {
  return perUnit > 0 ? steps / perUnit : steps * step;
}

function toleranceOf(steps: number): number {
  return Math.max(TOLERANCE_STEPS, DOUBLE_SLACK * Math.abs(steps));
}
