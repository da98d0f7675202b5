import assert from 'node:assert/strict';
import test from 'node:test';
import { plainNumber, terminalJson, terminalText } from '../../cli/terminal-text.ts';
import { capture } from '../support/command.ts';

const CONTROL = /\p{Cc}/u;
const HOSTILE = 'approve\u001b[2J\u001b]0;title\u0007\u009b31m\r\u202eevil\u0000\u001b[8mhidden';

test('what came from outside moves no cursor, sets no title, hides nothing and turns no words round', () => {
  assert.equal(terminalText(HOSTILE), 'approve [2J ]0;title  31m  evil  [8mhidden');
});

test('lines stay lines, and colours of ours stay', () => {
  const ours = '\u001b[31mred\u001b[39m\n\u001b[1mbold\u001b[22m';
  assert.equal(terminalText(ours), ours);
});

test('each way out of a command is clean: answer, story, warning, error', async () => {
  const { output, stdout, stderr } = capture();
  output.say(HOSTILE);
  output.warn(HOSTILE);
  output.result({}, () => HOSTILE);
  await output.flush();
  for (const text of [stdout(), stderr()]) assert.doesNotMatch(text.replaceAll('\n', ''), CONTROL);
});

test('a document holds every character, written so that no terminal obeys it', async () => {
  const { output, stdout } = capture({ json: true });
  output.result({ reasons: [HOSTILE] }, () => '');
  await output.flush();
  assert.deepEqual(JSON.parse(stdout()), { reasons: [HOSTILE] });
  assert.doesNotMatch(stdout().replaceAll('\n', ''), CONTROL);
  assert.equal(terminalJson('"\u009b"'), '"\\u009b"');
});

test('numbers are written in digits, however small or large', () => {
  assert.deepEqual(
    [0.00000012, 1.5, 123_456_789, 0].map(value => plainNumber(value, 7)),
    ['0.00000012', '1.5', '123456800', '0'],
  );
});
