import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOffsetValid } from '../../venues/clock-offset.ts';

const measured = (ms: number) => ({ ms, measuredTime: 1_000_000, lead: 5 });

test('an offset holds for ten minutes, whichever clock is ahead', () => {
  for (const ms of [-1_000, 0, 1_000]) {
    assert.ok(isOffsetValid(measured(ms), 1_600_000, 5));
    assert.ok(!isOffsetValid(measured(ms), 1_600_001, 5));
  }
});

test('one of over a second is measured again after ten seconds: it may be mended at any moment', () => {
  for (const ms of [-60_000, 1_001]) {
    assert.ok(isOffsetValid(measured(ms), 1_010_000, 5));
    assert.ok(!isOffsetValid(measured(ms), 1_010_001, 5));
  }
});

test('our own clock set, forward or back, ends it at once', () => {
  for (const lead of [-96, 106]) assert.ok(!isOffsetValid(measured(0), 1_000_001, lead));
  assert.ok(isOffsetValid(measured(0), 1_000_001, 105));
});
