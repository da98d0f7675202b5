import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { Notification } from '../../../contracts/notifications.ts';
import { type CarrierParts, createCarrier } from '../../../host/notify/carrier.ts';
import { deliveryFailed } from '../../../host/notify/channels/channel.ts';
import { type Mailbox, openMailbox } from '../../../host/notify/mailbox.ts';
import { temporaryHome } from '../../support/temporary-home.ts';
import { keptLog, memoryChannel, notification } from './notifications.ts';

const MINUTE = 60_000;

interface Bench {
  readonly mailbox: Mailbox;
  readonly clock: { time: number };
  post(...notifications: Notification[]): Promise<void>;
  carrier(channel: CarrierParts['channel'], settings?: Partial<CarrierParts['settings']>): Promise<Steps>;
}

interface Steps {
  /** Steps until there is nothing more to do at this time; how long there is not, or null for good. */
  settle(): Promise<number | null>;
}

async function bench(t: TestContext, path?: string): Promise<Bench> {
  const clock = { time: 1_000_000 };
  const now = () => clock.time;
  const mailbox = await openMailbox(path ?? join(await temporaryHome(t), 'notifications.sqlite'), { now });
  t.after(() => mailbox.close());
  let posted = 0;
  return {
    mailbox,
    clock,
    post: (...notifications) =>
      mailbox.post(
        notifications.map(one => ({ source: 'test', sourceId: String(++posted), notification: one })),
      ),
    async carrier(channel, settings = {}) {
      await mailbox.join(channel.name);
      const { step } = createCarrier({
        channel,
        mailbox,
        settings: { events: {}, repeatMinutes: 15, perMinute: 20, ...settings },
        log: keptLog().log,
        now,
      });
      const settle = async () => {
        for (;;) {
          const idleMs = await step();
          if (idleMs !== 0) return idleMs;
        }
      };
      return { settle };
    },
  };
}

test('what happened twice within the window is told once, and again after it', async t => {
  const { post, carrier, clock } = await bench(t);
  const channel = memoryChannel();
  const { settle } = await carrier(channel);
  const stale = () => notification({ event: 'data-stale', key: 'data-stale/paper/BTCUSDT', at: clock.time });
  await post(stale(), stale());
  await settle();
  clock.time += 14 * MINUTE;
  await post(stale());
  await settle();
  assert.equal(channel.messages.length, 1);
  clock.time += 2 * MINUTE;
  await post(stale());
  await settle();
  assert.equal(channel.messages.length, 2);
});

test('a burst is summed up in the last message of the minute', async t => {
  const { post, carrier, clock } = await bench(t);
  const channel = memoryChannel();
  const { settle } = await carrier(channel, { perMinute: 3 });
  await post(...Array.from({ length: 14 }, () => notification()), notification({ event: 'order-rejected' }));
  assert.equal(await settle(), null);
  assert.equal(channel.messages.length, 3);
  const summary = channel.messages[2];
  assert.deepEqual(summary.lines, ['12 more of Position opened', '1 more of Order rejected']);
  assert.equal(summary.severity, 'warning');
  await post(notification(), notification());
  assert.equal(await settle(), MINUTE);
  assert.equal(channel.messages.length, 3);
  clock.time += MINUTE;
  assert.equal(await settle(), null);
  assert.equal(channel.messages.length, 5);
});

test('what is critical is not held back behind a burst', async t => {
  const { post, carrier } = await bench(t);
  const channel = memoryChannel();
  const { settle } = await carrier(channel, { perMinute: 2 });
  await post(...Array.from({ length: 5 }, () => notification()));
  await settle();
  await post(notification(), notification({ event: 'account-halted' }));
  assert.equal(await settle(), MINUTE);
  assert.deepEqual(
    channel.messages.map(({ event }) => event),
    ['trade-opened', 'trade-opened', 'account-halted'],
  );
});

test('an event that is off is not told, one that is silent makes no sound', async t => {
  const { post, carrier } = await bench(t);
  const channel = memoryChannel();
  const { settle } = await carrier(channel, {
    events: { 'trade-opened': 'off', 'trade-closed': 'silent' },
  });
  await post(notification(), notification({ event: 'trade-closed' }), notification({ event: 'promotion' }));
  await settle();
  assert.deepEqual(
    channel.messages.map(({ event, silent }) => [event, silent]),
    [
      ['trade-closed', true],
      ['promotion', false],
    ],
  );
});

test('a fault that may pass is tried again with growing delays, and never sooner than asked for', async t => {
  const { post, carrier, clock } = await bench(t);
  const delays: (number | null)[] = [];
  const faults = [null, null, 30_000, null];
  const channel = memoryChannel(() => {
    const retryAfterMs = faults.shift();
    if (retryAfterMs !== undefined) throw deliveryFailed('busy', { passing: true, retryAfterMs });
  });
  const { settle } = await carrier(channel);
  await post(notification({ at: clock.time }));
  while (channel.messages.length === 0) {
    const delay = await settle();
    delays.push(delay);
    if (delay !== null) clock.time += delay;
  }
  assert.deepEqual(delays, [1_000, 2_000, 30_000, 8_000, null]);
  assert.equal(channel.messages.length, 1);
});

test('nothing is sent while a channel asked for a pause', async t => {
  const { post, carrier, clock } = await bench(t);
  let sent = 0;
  const channel = memoryChannel(() => {
    sent++;
    throw deliveryFailed('busy', { passing: true, retryAfterMs: 60_000 });
  });
  const { settle } = await carrier(channel);
  await post(notification({ at: clock.time }));
  assert.equal(await settle(), 60_000);
  clock.time += 20_000;
  await post(notification({ event: 'account-halted', at: clock.time }));
  assert.equal(await settle(), 40_000);
  assert.equal(sent, 1);
});

test('what a channel can’t take is given up at once, and the next is sent', async t => {
  const { post, carrier } = await bench(t);
  let first = true;
  const channel = memoryChannel(() => {
    if (first) {
      first = false;
      throw deliveryFailed('no', { passing: false, retryAfterMs: null });
    }
  });
  const { settle } = await carrier(channel);
  await post(notification({ event: 'promotion' }), notification({ event: 'rollback' }));
  assert.equal(await settle(), null);
  assert.deepEqual(
    channel.messages.map(({ event }) => event),
    ['rollback'],
  );
});

test('a channel that is down for a day gives up what is old, and tells what is new', async t => {
  const { post, carrier, clock } = await bench(t);
  let isDown = true;
  const channel = memoryChannel(() => {
    if (isDown) throw new Error('down');
  });
  const { settle } = await carrier(channel);
  await post(notification({ event: 'promotion', at: clock.time }));
  let tries = 0;
  for (let delay = await settle(); delay !== null; delay = await settle()) {
    clock.time += delay;
    tries++;
  }
  assert.ok(tries < 300, `${tries} tries`);
  isDown = false;
  await post(notification({ event: 'rollback', at: clock.time }));
  await settle();
  assert.deepEqual(
    channel.messages.map(({ event }) => event),
    ['rollback'],
  );
});

test('one channel that fails does not keep another from its messages', async t => {
  const { post, carrier } = await bench(t);
  const broken = memoryChannel(() => {
    throw deliveryFailed('busy', { passing: true, retryAfterMs: null });
  }, 'broken');
  const sound = memoryChannel(() => {}, 'sound');
  const carriers = [await carrier(broken), await carrier(sound)];
  await post(notification(), notification());
  for (const { settle } of carriers) await settle();
  assert.deepEqual([broken.messages.length, sound.messages.length], [0, 2]);
});

test('after a restart nothing is told again, and a new channel is not told of the past', async t => {
  const path = join(await temporaryHome(t), 'notifications.sqlite');
  const before = await bench(t, path);
  const channel = memoryChannel();
  const first = await before.carrier(channel);
  await before.post(notification(), notification());
  await first.settle();
  before.mailbox.close();

  const after = await bench(t, path);
  const again = await after.carrier(channel);
  const added = memoryChannel(() => {}, 'added');
  const { settle } = await after.carrier(added);
  await again.settle();
  await settle();
  assert.deepEqual([channel.messages.length, added.messages.length], [2, 0]);
});

test('old notifications are removed, and those that follow are told', async t => {
  const { post, carrier, clock, mailbox } = await bench(t);
  const channel = memoryChannel();
  const { settle } = await carrier(channel);
  await post(notification());
  await settle();
  clock.time += 100;
  await mailbox.prune(clock.time);
  await mailbox.join('late');
  assert.deepEqual(await mailbox.waiting('late', 10), []);
  await post(notification());
  await settle();
  assert.equal(channel.messages.length, 2);
});

test('a channel’s error that nobody foresaw is no end', async t => {
  const { mailbox, post, clock } = await bench(t);
  const controller = new AbortController();
  let isBroken = true;
  const channel = memoryChannel(() => {
    if (!isBroken) controller.abort();
  });
  const broken: Mailbox = {
    ...mailbox,
    waiting: async (name, limit) => {
      if (!isBroken) return await mailbox.waiting(name, limit);
      isBroken = false;
      throw new Error('disk');
    },
  };
  const { log, lines } = keptLog();
  await mailbox.join(channel.name);
  await post(notification());
  await createCarrier({
    channel,
    mailbox: broken,
    settings: { events: {}, repeatMinutes: 15, perMinute: 20 },
    log,
    now: () => clock.time,
  }).run(controller.signal);
  assert.equal(channel.messages.length, 1);
  assert.match(lines[0], /notifications are held up/);
});
