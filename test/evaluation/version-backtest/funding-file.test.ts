import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { readFundingFile } from '../../../evaluation/version-backtest/funding-file.ts';
import { temporaryHome } from '../../support/temporary-home.ts';

async function read(t: TestContext, text: string, name = 'funding.csv') {
  const path = join(await temporaryHome(t), name);
  await writeFile(path, text);
  return await readFundingFile(path);
}

const FIRST = Date.UTC(2024, 0, 1);
const SECOND = Date.UTC(2024, 0, 1, 8);

test('rates are read as exchanges and their archives write them', async t => {
  const texts = [
    'time,rate\n2024-01-01T00:00Z,0.0001\n2024-01-01 08:00,-0.0002\n',
    `"calc_time","funding_interval_hours","last_funding_rate"\r\n${FIRST},8,0.0001\r\n${SECOND},8,-0.0002\r\n`,
    JSON.stringify([
      { symbol: 'BTCUSDT', fundingTime: FIRST, fundingRate: '0.0001' },
      { symbol: 'BTCUSDT', fundingTime: SECOND, fundingRate: '-0.0002' },
    ]),
  ];
  for (const text of texts) {
    const { name, sha256, rates } = await read(t, text);
    assert.deepEqual(rates, { time: Float64Array.of(FIRST, SECOND), rate: Float64Array.of(0.0001, -0.0002) });
    assert.equal(name, 'funding.csv');
    assert.equal(sha256, createHash('sha256').update(text).digest('hex'));
  }
});

test('what holds no rates is refused, with the row and what was expected', async t => {
  const refused = [
    ['', /holds no rates/],
    ['time,rate\n', /holds no rates/],
    ['when,rate\n1,2\n', /expected a column called time or .*; got when, rate/],
    [
      'time,rate\n2024-13-01,0.1\n',
      /row 1, column time: expected epoch milliseconds or an ISO 8601 time, got "2024-13-01"/,
    ],
    ['time,rate\n2024-01-01,NaN\n', /row 1, column rate: expected a number, got "NaN"/],
    ['time,rate\n2024-01-02,0\n2024-01-01,0\n', /row 2 is not after the one before it/],
    ['time,rate\n2024-01-02,0\n2024-01-02,0\n', /row 2 is not after/],
    ['time,rate\n2024-01-01,1.5\n', /a rate of 1\.5; expected a share/],
    ['[1, 2]', /expected a list of objects/],
    ['[{', /is not JSON/],
  ] as const;
  for (const [text, message] of refused)
    await assert.rejects(read(t, text), { code: 'BACKTEST_INVALID', message }, text);
  await assert.rejects(readFundingFile('/no/such/file.csv'), { code: 'FILE_NOT_FOUND' });
});
