import assert from 'node:assert/strict';

/** Equal to a tolerance (1e-12, absolute and relative), null only to null. */
export function near(got: number | null, expected: number | null, tolerance = 1e-12): void {
  if (got === null || expected === null) {
    assert.equal(got, expected);
    return;
  }
  const allowed = tolerance * Math.max(1, Math.abs(expected));
  assert.ok(Math.abs(got - expected) <= allowed, `${got} differs from ${expected} by more than ${allowed}`);
}
