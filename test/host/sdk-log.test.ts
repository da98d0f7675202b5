import assert from 'node:assert/strict';
import test from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { createLog } from '../../host/log.ts';
import { sdkFields } from '../../host/sdk-log.ts';

/** The line that a worker's log has of a failed step. */
function logged(error: unknown): Record<string, unknown> {
  const lines: string[] = [];
  const log = createLog('info', { write: text => void lines.push(text) });
  log.warn(sdkFields({ taskToken: 'bG9jYWw', activityType: 'planClose', error }), 'Activity failed');
  return JSON.parse(lines[0]);
}

test('a failure of ours stands in a worker’s log with its sentence, and without the task’s token', () => {
  const { error, activityType, taskToken } = logged(
    ApplicationFailure.create({ message: 'The kind of venue "edge" is not known.', type: 'CONFIG_INVALID' }),
  );
  assert.deepEqual([activityType, taskToken], ['planClose', undefined]);
  const { type, message } = error as { type: string; message: string };
  assert.deepEqual([type, message], ['CONFIG_INVALID', 'The kind of venue "edge" is not known.']);
});

test('of an error that is not ours no sentence is written: it may quote a signed address', () => {
  const foreign = [
    new TypeError('GET https://x?signature=abc'),
    ApplicationFailure.nonRetryable('signature=abc'),
  ];
  for (const error of foreign) assert.doesNotMatch(JSON.stringify(logged(error)), /signature/);
});
