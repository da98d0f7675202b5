import { type TestContext, test } from 'node:test';
import { AlphaloomError } from '../../contracts/errors.ts';
import { assertAgreement, settleDown } from './agreement.ts';
import { STORIES, type Step } from './crash-stories.ts';
import type { Fault } from './fake-venue.ts';
import { tradingRig } from './rig.ts';

const FAULTS: readonly [string, Fault][] = [
  ['a request is lost', 'lost'],
  ['an answer is cut', 'cut'],
  ['an answer comes after everything is over', { delayMs: 150_000 }],
];

/** @returns whether the request was made at all */
async function play(t: TestContext, story: readonly Step[], faultAt: number, fault: Fault): Promise<boolean> {
  let requests = 0;
  const rig = await tradingRig(t, { fault: () => (requests++ === faultAt ? fault : null) });
  const desk = await rig.desk();
  for (const step of story) {
    try {
      await step(desk, rig);
    } catch (error) {
      if (!(error instanceof AlphaloomError)) throw error;
    }
  }
  const wasMade = requests > faultAt;
  await settleDown(rig);
  assertAgreement(rig);
  return wasMade;
}

for (const [what, fault] of FAULTS) {
  for (const [name, story] of Object.entries(STORIES)) {
    test(`whenever ${what}: ${name}`, async t => {
      let faultAt = 0;
      for (let wasMade = true; wasMade; faultAt++) {
        try {
          wasMade = await play(t, story, faultAt, fault);
        } catch (error) {
          throw new Error(`at request ${faultAt}: ${(error as Error).message}`, { cause: error });
        }
      }
      t.diagnostic(`${faultAt - 1} requests`);
    });
  }
}
