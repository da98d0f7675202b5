import assert from 'node:assert/strict';
import test from 'node:test';
import type { OfferStanding } from '../../activities/offers.ts';
import type { RuleResult } from '../../contracts/evidence.ts';
import { decide } from '../../workflows/lifecycle-operations.ts';

function standing(changes: Partial<OfferStanding> = {}): OfferStanding {
  return {
    version: 2,
    eligible: true,
    failedRules: [],
    champion: 1,
    rolledBack: false,
    paused: false,
    championFault: null,
    promotion: 'auto',
    answer: null,
    ...changes,
  };
}

function rule(outcome: RuleResult['outcome']): RuleResult {
  return { rule: 'against-champion', outcome, required: true, numbers: {}, threshold: '', reason: outcome };
}

test('a candidate that fails the gate is rejected, whatever else', () => {
  const { decision, reason } = decide(
    standing({ eligible: false, failedRules: ['No skill.'], paused: true }),
    null,
  );
  assert.deepEqual([decision, reason], ['rejected', 'No skill.']);
});

test('inconclusive or worse keeps the champion; better promotes', () => {
  assert.equal(decide(standing(), rule('inconclusive')).decision, 'kept');
  assert.equal(decide(standing(), rule('fail')).decision, 'kept');
  assert.equal(decide(standing(), rule('pass')).decision, 'promoted');
});

test('the first champion must be better than chance at its look; it is promoted by hand where the series is manual', () => {
  const first = (changes: Partial<OfferStanding>, outcome: RuleResult['outcome']) =>
    decide(standing({ champion: null, ...changes }), rule(outcome)).decision;
  assert.equal(first({}, 'pass'), 'promoted');
  assert.equal(first({}, 'inconclusive'), 'kept');
  assert.equal(first({ promotion: 'manual' }, 'pass'), 'awaiting approval');
});

test('a series that was asked before first champions were looked at goes on as it began', () => {
  assert.equal(decide(standing({ champion: null }), null).decision, 'promoted');
});

test('the champion itself, a version that was rolled back, and a paused series keep things as they are', () => {
  assert.equal(decide(standing({ champion: 2 }), null).decision, 'kept');
  assert.equal(decide(standing({ rolledBack: true }), rule('pass')).decision, 'kept');
  assert.equal(decide(standing({ paused: true }), rule('pass')).decision, 'kept');
});

test('a champion that can’t be loaded is not replaced unseen: an operator has to choose', () => {
  const { decision, reason } = decide(standing({ championFault: 'v1: ARTIFACT_CORRUPT: card.md' }), null);
  assert.equal(decision, 'kept');
  assert.match(reason, /card\.md.*operator/);
});
