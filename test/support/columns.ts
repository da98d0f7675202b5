import assert from 'node:assert/strict';
import type { Column } from '../../features/kernels/kernel.ts';

/** Every row within `tolerance · max(|x|, median |x|)`, and missing in the same rows. */
export function assertColumn(name: string, got: Column, expected: Float64Array, tolerance: number): void {
  const median = medianSize(expected);
  for (let t = 0; t < expected.length; t++) {
    const row = `${name}, row ${t}: ${got[t]} for ${expected[t]}`;
    assert.equal(Number.isNaN(got[t]), Number.isNaN(expected[t]), row);
    if (Number.isNaN(expected[t])) continue;
    assert.ok(Math.abs(got[t] - expected[t]) <= tolerance * Math.max(Math.abs(expected[t]), median), row);
  }
}

function medianSize(column: Float64Array): number {
  const known = column.filter(value => !Number.isNaN(value)).map(Math.abs);
  return known.toSorted()[known.length >> 1];
}
