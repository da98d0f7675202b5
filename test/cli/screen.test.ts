import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import test from 'node:test';
import { createOutput } from '../../cli/output.ts';

function terminal(isTTY: boolean) {
  const stdout = Object.assign(new PassThrough(), { isTTY, rows: 3 });
  let text = '';
  stdout.on('data', chunk => {
    text += chunk;
  });
  const options = { json: false, quiet: false, color: false, debug: false, now: () => 0 };
  return { output: createOutput({ stdout, stderr: new PassThrough() }, options), text: () => text };
}

test('a screen draws in place, no further than the terminal reaches, and gives it back', () => {
  const { output, text } = terminal(true);
  const screen = output.screen()!;
  screen.show('one\ntwo\nthree\nfour');
  screen.close();
  assert.ok(text().startsWith('\u001b[?1049h'));
  assert.ok(text().endsWith('\u001b[?25h\u001b[?1049l'));
  assert.ok(text().includes('three') && !text().includes('four'));
});

test('where output is no terminal there is no screen', () => {
  assert.equal(terminal(false).output.screen(), null);
});

test('a stream is one document per line', () => {
  const { output, text } = terminal(false);
  output.line({ a: 1 });
  output.line({ a: Number.NaN });
  assert.equal(text(), '{"a":1}\n{"a":null}\n');
});
