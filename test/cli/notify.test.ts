import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { runProgram } from '../../cli/program.ts';
import { loadConfig } from '../../host/config.ts';
import { httpReceiver } from '../host/notify/receivers.ts';
import { capture, contextIn } from '../support/command.ts';
import { temporaryHome } from '../support/temporary-home.ts';

const TOKEN = 'T0KEN-that-nobody-may-see';

/** Runs a command in a home with this configuration and these variables. */
async function run(
  t: TestContext,
  { yaml = '', environment = {} }: { yaml?: string; environment?: Record<string, string> },
  ...argv: string[]
) {
  const root = await temporaryHome(t);
  await writeFile(join(root, 'alphaloom.yaml'), yaml);
  const captured = capture({ json: argv.includes('--json') });
  let resultCode = 0;
  const code = await runProgram(argv, captured.output, () =>
    contextIn({ home: { root }, environment }, captured.output, {
      loadConfig: async () => {
        const loaded = await loadConfig({ environment, cwd: root, homeRoot: root });
        for (const warning of loaded.warnings) captured.output.warn(warning);
        return loaded;
      },
      endWith: ended => {
        resultCode = ended;
      },
    }),
  );
  const text = captured.stdout() + captured.stderr();
  assert.ok(!text.includes(TOKEN), text);
  return { code: code || resultCode, stdout: captured.stdout(), text };
}

test('notify test says what came of each channel, and fails where one failed', async t => {
  const good = await httpReceiver(t);
  const bad = await httpReceiver(t, response => response.writeHead(404).end());
  const environment = {
    ALPHALOOM__NOTIFICATIONS__CHANNELS__CHAT__URL: `${good.address}/${TOKEN}`,
    ALPHALOOM__NOTIFICATIONS__CHANNELS__PHONE__TOKEN: TOKEN,
  };
  const yaml = `notifications: {channels: {chat: {kind: slack}, phone: {kind: telegram, chat: 1, server: "${bad.address}"}}}`;
  const { code, stdout } = await run(t, { yaml, environment }, 'notify', 'test', '--json');
  assert.equal(code, 1);
  const { ok, channels } = JSON.parse(stdout);
  assert.equal(ok, false);
  assert.deepEqual(
    channels.map((row: { channel: string; ok: boolean }) => [row.channel, row.ok]),
    [
      ['log', true],
      ['chat', true],
      ['phone', false],
    ],
  );
  assert.match(channels[2].reason, /Telegram \("phone"\) answered 404/);
  assert.match(good.received[0].body.text, /Test message/);
  const one = await run(t, { yaml, environment }, 'notify', 'test', '--channel', 'chat');
  assert.equal(one.code, 0);
  assert.deepEqual([good.received.length, bad.received.length], [2, 1]);
});

test('a channel that is not configured is refused, with those that are', async t => {
  const { code, text } = await run(t, {}, 'notify', 'test', '--channel', 'phone');
  assert.equal(code, 2);
  assert.match(text, /no channel "phone". Configured: log/);
});

test('config show names where a channel’s secret comes from, and masks it', async t => {
  const secret = join(await temporaryHome(t), 'token');
  await writeFile(secret, `${TOKEN}\n`);
  const environment = { ALPHALOOM__NOTIFICATIONS__CHANNELS__PHONE__TOKEN_FILE: secret };
  const yaml = 'notifications: {channels: {phone: {kind: telegram, chat: "1"}}}';
  const { code, stdout } = await run(t, { yaml, environment }, 'config', 'show');
  assert.equal(code, 0);
  assert.match(
    stdout,
    /notifications\.channels\.phone\.token +\*{8} +environment: ALPHALOOM__NOTIFICATIONS__CHANNELS__PHONE__TOKEN_FILE/,
  );
});

test('a secret that stands in the file is taken with a warning', async t => {
  const yaml = `notifications: {channels: {chat: {kind: discord, url: "https://discord.example/${TOKEN}"}}}`;
  const { code, text } = await run(t, { yaml }, 'config', 'check');
  assert.equal(code, 0);
  assert.match(text, /plain text .*ALPHALOOM__NOTIFICATIONS__CHANNELS__CHAT__URL_FILE names a file/);
});

for (const [what, channel, problem] of [
  [
    'an address without TLS',
    `{kind: slack, url: "http://example.com/${TOKEN}"}`,
    /url .*expected an https address/,
  ],
  [
    'a secret in the wrong place',
    `{kind: email, host: h, from: a@b.example, to: a@b.example, token: ${TOKEN}}`,
    /token.*kind email has no such setting/,
  ],
  ['a channel without what it needs', '{kind: telegram, chat: "1"}', /token.*kind telegram needs it/],
  ['an unknown kind', '{kind: pigeon}', /kind.*got "pigeon"/],
] as const) {
  test(`${what} is refused without showing it`, async t => {
    const yaml = `notifications: {channels: {ops: ${channel}}}`;
    const { code, text } = await run(t, { yaml }, 'config', 'check');
    assert.equal(code, 2);
    assert.match(text, problem);
  });
}

test('an unknown event and the log’s own name are refused', async t => {
  const event = await run(t, { yaml: 'notifications: {events: {moon-landing: off}}' }, 'config', 'check');
  assert.match(event.text, /notifications\.events\.moon-landing/);
  const name = await run(
    t,
    { yaml: 'notifications: {channels: {log: {kind: slack, url: "https://a.example"}}}' },
    'config',
    'check',
  );
  assert.match(name.text, /the log is always a channel/);
});
