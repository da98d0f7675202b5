import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import test from 'node:test';
import { createInterruption } from '../../cli/interruption.ts';

function fakeProcess() {
  const exits: number[] = [];
  const source = Object.assign(new EventEmitter(), { exit: (code: number) => exits.push(code) as never });
  return { source, exits };
}

test('nothing listens until a command asks, so that the system ends what asks for nothing, an endless loop too', () => {
  const { source } = fakeProcess();
  const interruption = createInterruption(source);
  assert.deepEqual([source.listenerCount('SIGINT'), source.listenerCount('SIGTERM')], [0, 0]);
  interruption.signal();
  interruption.signal();
  assert.deepEqual([source.listenerCount('SIGINT'), source.listenerCount('SIGTERM')], [1, 1]);
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
