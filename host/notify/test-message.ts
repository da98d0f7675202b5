import type { Channel } from './channels/channel.ts';
import { messageOf } from './message.ts';

/** What came of a test message on one channel. */
export interface TestResult {
  readonly channel: string;
  readonly kind: string;
  readonly ok: boolean;
  readonly ms: number;
  /** Why it was not taken; null where it was. */
  readonly reason: string | null;
}

/** Sends a test message through every channel at once, once each: neither summed up nor tried again. */
export async function testChannels(
  channels: readonly Channel[],
  subject: string,
  now: () => number,
): Promise<TestResult[]> {
  return await Promise.all(
    channels.map(async (channel): Promise<TestResult> => {
      const started = now();
      const about = { channel: channel.name, kind: channel.kind };
      const message = messageOf(
        `test-${channel.name}-${started}`,
        {
          event: 'test',
          key: 'test',
          subject,
          at: started,
          facts: { channel: channel.name, kind: channel.kind },
        },
        false,
      );
      try {
        await channel.send(message);
        return { ...about, ok: true, ms: now() - started, reason: null };
      } catch (error) {
        return { ...about, ok: false, ms: now() - started, reason: (error as Error).message };
      }
    }),
  );
}
