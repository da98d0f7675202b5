import assert from 'node:assert/strict';
import test from 'node:test';
import { blockedNews, sayingBlocked } from '../../../cli/trade/blocked-news.ts';

test('what a flatten waits for is said once each time that it is another', async () => {
  const said: string[] = [];
  let blocked: { time: number; text: string } | null = null;
  const news = blockedNews({ warn: text => void said.push(text) }, async () => ({ blocked }));
  await news('main');
  blocked = { time: 1, text: 'VENUE_UNREACHABLE' };
  await news('main');
  await news('main');
  blocked = { time: 2, text: 'an exit is unknown' };
  await news('main');
  assert.deepEqual(said, [
    'main is not closed yet, it is tried again: VENUE_UNREACHABLE',
    'main is not closed yet, it is tried again: an exit is unknown',
  ]);
});

test('it is said while the work lasts, and the work’s answer is the answer', async () => {
  let asked = () => {};
  const work = new Promise<string>(resolve => {
    asked = () => resolve('done');
  });
  assert.equal(await sayingBlocked(async () => asked(), work), 'done');
});
