import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import test from 'node:test';
import { createInterruption } from '../../cli/interruption.ts';

function fakeProcess() {
  const exits: number[] = [];
  const source = Object.assign(new EventEmitter(), { exit: (code: number) => exits.push(code) as never });
  return { source, exits };
}

test('a command that asks for nothing ends at the first signal', () => {
  const { source, exits } = fakeProcess();
  createInterruption(source);
  source.emit('SIGINT');
  assert.deepEqual(exits, [130]);
});

test('a command that asks is told at the first signal and ended at the second', () => {
  const { source, exits } = fakeProcess();
  const signal = createInterruption(source).signal();
  source.emit('SIGTERM');
  assert.equal(signal.aborted, true);
  assert.deepEqual(exits, []);
  source.emit('SIGINT');
  assert.deepEqual(exits, [130]);
});
