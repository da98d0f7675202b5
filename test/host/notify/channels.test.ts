import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { AlphaloomError } from '../../../contracts/errors.ts';
import type { NotificationSettings } from '../../../contracts/notification-settings.ts';
import type { Notification } from '../../../contracts/notifications.ts';
import { type Channel, deliveryFault } from '../../../host/notify/channels/channel.ts';
import { openChannels } from '../../../host/notify/channels/index.ts';
import { messageOf } from '../../../host/notify/message.ts';
import { ownPorts } from '../../support/ports.ts';
import { keptLog, notification } from './notifications.ts';
import { httpReceiver, mailReceiver } from './receivers.ts';

type ChannelSettings = NotificationSettings['channels'][string];

const TOKEN = 'T0KEN-that-nobody-may-see';

function open(t: TestContext, settings: ChannelSettings, timeoutSeconds = 5): Channel {
  const [, channel] = openChannels(
    { channels: { ops: settings }, events: {}, repeatMinutes: 15, perMinute: 20, timeoutSeconds },
    keptLog().log,
  );
  t.after(() => channel.close());
  return channel;
}

function message(changes: Partial<Notification> = {}, silent = false) {
  return messageOf('7', notification(changes), silent);
}

async function failure(channel: Channel): Promise<AlphaloomError> {
  const error = await channel.send(message()).then(
    () => assert.fail('it was taken'),
    reason => reason,
  );
  assert.ok(error instanceof AlphaloomError, String(error));
  assert.equal(error.code, 'NOTIFY_FAILED');
  assert.ok(!`${error.stack} ${JSON.stringify(error.details)} ${error.cause}`.includes(TOKEN));
  return error;
}

/** Text that means something to Discord, Slack, Telegram, HTML and mail headers. */
const HOSTILE =
  '@everyone @here <!channel> <@U123> **bold** [click](https://evil.example/?k=1) <b>x</b> `code` ||spoiler||\r\nBcc: all@example.com\u202e # a';

test('a webhook is sent the numbers, an id against repetitions and its bearer token', async t => {
  const server = await httpReceiver(t);
  await open(t, { kind: 'webhook', url: `${server.address}/in`, token: TOKEN }).send(message());
  const [{ path, headers, body }] = server.received;
  assert.equal(path, '/in');
  assert.equal(headers.authorization, `Bearer ${TOKEN}`);
  assert.equal(headers['idempotency-key'], '7');
  assert.deepEqual(body, {
    id: '7',
    event: 'trade-opened',
    severity: 'info',
    subject: 'paper BTCUSDT',
    at: '1970-01-01T00:00:01.000Z',
    silent: false,
    text: 'Position opened: paper BTCUSDT\nside: buy\nquantity: 0.5\n1970-01-01T00:00:01Z',
    facts: { side: 'buy', quantity: '0.5' },
  });
});

test('Discord shows hostile text as it is and calls nobody', async t => {
  const server = await httpReceiver(t);
  await open(t, { kind: 'discord', url: server.address }).send(message({ facts: { reason: HOSTILE } }, true));
  const { content, allowed_mentions, flags } = server.received[0].body;
  assert.deepEqual(allowed_mentions, { parse: [] });
  assert.ok((flags & 4_096) !== 0, 'silent');
  const [, reason] = content.split('\n');
  assert.ok(!/@(everyone|here)/.test(content));
  assert.ok(!content.includes('evil.example'));
  assert.ok(
    reason.includes('\\*\\*bold\\*\\*') && reason.includes('\\<b\\>') && reason.includes('\\`code\\`'),
  );
});

test('Discord’s limit holds for any text', async t => {
  const server = await httpReceiver(t);
  const facts = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`fact ${n}`, '*'.repeat(5_000)]));
  await open(t, { kind: 'discord', url: server.address }).send(message({ facts }));
  assert.ok(server.received[0].body.content.length <= 2_000);
});

test('Slack shows hostile text as it is and calls nobody', async t => {
  const server = await httpReceiver(t);
  await open(t, { kind: 'slack', url: server.address }).send(message({ facts: { reason: HOSTILE } }));
  const { text, mrkdwn, link_names, parse } = server.received[0].body;
  assert.deepEqual([mrkdwn, link_names, parse], [false, false, 'none']);
  assert.ok(!/[<>]/.test(text) && text.includes('&lt;!channel&gt;'));
  assert.ok(!/@(everyone|here)/.test(text));
});

test('Telegram is sent plain text, without a sound where that is wanted', async t => {
  const server = await httpReceiver(t);
  const channel = open(t, { kind: 'telegram', token: TOKEN, chat: -100_123, server: server.address });
  await channel.send(message({ facts: { reason: HOSTILE } }, true));
  const [{ path, body }] = server.received;
  assert.equal(path, `/bot${TOKEN}/sendMessage`);
  assert.equal(body.chat_id, -100_123);
  assert.equal(body.disable_notification, true);
  assert.equal(body.parse_mode, undefined);
  assert.ok(!/@(everyone|here)/.test(body.text));
});

test('a mail is plain text, and no text becomes a header', async t => {
  const server = await mailReceiver(t);
  const channel = open(t, mail(server.port));
  await channel.send(message({ subject: HOSTILE, facts: { reason: HOSTILE } }));
  const [head, body] = server.mails[0].split(/\r?\n\r?\n/);
  assert.match(head, /^To: you@example\.com$/m);
  assert.match(head, /^Content-Type: text\/plain/m);
  assert.doesNotMatch(head, /^Bcc:/m);
  assert.match(body, /<b>x<\/b>/);
});

test('a mail server asked with user and password is sent them', async t => {
  const logins: unknown[] = [];
  const server = await mailReceiver(t, {
    authOptional: false,
    onAuth({ username, password }, _session, done) {
      logins.push([username, password]);
      done(null, { user: 'me' });
    },
  });
  await open(t, { ...mail(server.port), user: 'me', password: TOKEN }).send(message());
  assert.deepEqual(logins, [['me', TOKEN]]);
  assert.equal(server.mails.length, 1);
});

test('a wrong password can’t pass, and is not shown', async t => {
  const server = await mailReceiver(t, {
    authOptional: false,
    onAuth: (_auth, _session, done) => done(Object.assign(new Error(`no ${TOKEN}`), { responseCode: 535 })),
  });
  const error = await failure(open(t, { ...mail(server.port), user: 'me', password: TOKEN }));
  assert.match(error.message, /answered 535: user or password is wrong/);
  assert.equal(deliveryFault(error).passing, false);
});

test('a mail server that says "later" is asked again later', async t => {
  const server = await mailReceiver(t, {
    onMailFrom: (_address, _session, done) => done(Object.assign(new Error('later'), { responseCode: 451 })),
  });
  const error = await failure(open(t, mail(server.port)));
  assert.match(error.message, /answered 451/);
  assert.equal(deliveryFault(error).passing, true);
});

test('a mail server that says nothing is given up after the time limit', async t => {
  const server = await mailReceiver(t, { onData: () => {} });
  const error = await failure(open(t, mail(server.port), 0.2));
  assert.match(error.message, /did not answer within 0\.2 s/);
});

test('429 is asked again when the receiver says', async t => {
  const server = await httpReceiver(t, response => response.writeHead(429, { 'retry-after': '7' }).end());
  const error = await failure(open(t, { kind: 'webhook', url: `${server.address}/${TOKEN}` }));
  assert.deepEqual(deliveryFault(error), { passing: true, retryAfterMs: 7_000 });
});

for (const [status, passing] of [
  [500, true],
  [503, true],
  [400, false],
  [401, false],
  [404, false],
  [302, false],
] as const) {
  test(`${status} ${passing ? 'may pass' : 'can’t pass'}`, async t => {
    const server = await httpReceiver(t, response =>
      response.writeHead(status, { location: `/${TOKEN}` }).end(TOKEN),
    );
    const error = await failure(open(t, { kind: 'discord', url: `${server.address}/${TOKEN}` }));
    assert.match(error.message, new RegExp(`answered ${status}`));
    assert.equal(deliveryFault(error).passing, passing);
    assert.equal(server.received.length, 1);
  });
}

test('a receiver that accepts the connection and says nothing is given up after the time limit', async t => {
  const server = await httpReceiver(t, () => {});
  const error = await failure(open(t, { kind: 'slack', url: `${server.address}/${TOKEN}` }, 0.2));
  assert.match(error.message, /did not answer within 0\.2 s/);
  assert.equal(deliveryFault(error).passing, true);
});

test('a refused connection may pass, and its address is not told', async t => {
  const { port } = await ownPorts();
  const settings: ChannelSettings[] = [
    { kind: 'telegram', token: TOKEN, chat: '1', server: `http://127.0.0.1:${port}` },
    mail(port),
  ];
  for (const channel of settings) {
    const error = await failure(open(t, channel));
    assert.match(error.message, /can’t be reached \((ECONNREFUSED|ESOCKET|ECONNECTION)\)/);
    assert.equal(deliveryFault(error).passing, true);
  }
});

test('an answer whose body never ends is an answer', async t => {
  const server = await httpReceiver(t, response => {
    response.writeHead(200);
    response.write('o');
  });
  await open(t, { kind: 'slack', url: server.address }, 60).send(message());
  assert.equal(server.received.length, 1);
});

test('addresses in somebody’s text are left out, with whatever secret they carry', async t => {
  const server = await httpReceiver(t);
  const reason = `GET https://api.example.com/v3/order?signature=${TOKEN} failed`;
  await open(t, { kind: 'webhook', url: server.address }).send(message({ facts: { reason } }));
  assert.equal(server.received[0].body.facts.reason, 'GET [address] failed');
});

function mail(port: number): ChannelSettings {
  return { kind: 'email', host: '127.0.0.1', port, from: 'me@example.com', to: 'you@example.com' };
}
