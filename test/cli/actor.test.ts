import assert from 'node:assert/strict';
import test from 'node:test';
import { cliActor } from '../../cli/actor.ts';

test('a command is signed with USER, else LOGNAME, else the account’s name, else “user”', () => {
  const account = () => 'grace';
  assert.equal(cliActor({ USER: 'ada', LOGNAME: 'other' }, account), 'cli:ada');
  assert.equal(cliActor({ USER: '', LOGNAME: 'other' }, account), 'cli:other');
  assert.equal(cliActor({}, account), 'cli:grace');
  const nameless = () => {
    throw new Error('no such uid');
  };
  assert.equal(cliActor({}, nameless), 'cli:user');
});
