import { type TestContext, test } from 'node:test';
import type { Desk } from '../../trading/desk.ts';
import { recoverAccount } from '../../trading/recovery/recover.ts';
import { assertAgreement, settleDown } from './agreement.ts';
import { Boundaries, Crash } from './boundaries.ts';
import { STORIES, type Step } from './crash-stories.ts';
import { type FakeRig, tradingRig } from './rig.ts';

/** Time that passes until a dead process is followed by the next. */
const RESTART_MS = 1_500;

/** @returns whether the story ended before the boundary was reached */
async function play(t: TestContext, story: readonly Step[], crashAt: number): Promise<string | null> {
  const rig = await tradingRig(t);
  const boundaries = new Boundaries(crashAt);
  let desk = await rig.desk(boundaries);
  for (const step of story) {
    try {
      await step(desk, rig);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
    if (boundaries.isDead && desk.ledger !== rig.ledger) desk = await restarted(rig, step);
  }
  await settleDown(rig);
  assertAgreement(rig);
  return boundaries.isDead ? boundaries.names.at(-1)! : null;
}

async function restarted(rig: FakeRig, step: Step): Promise<Desk> {
  rig.clock.advance(RESTART_MS);
  const desk = { ...(await rig.desk()), ledger: rig.ledger };
  await recoverAccount(desk, { deadline: rig.clock.now() + 30_000 });
  await step(desk, rig);
  return desk;
}

for (const [name, story] of Object.entries(STORIES)) {
  test(`killed at any boundary: ${name}`, async t => {
    let crashAt = 0;
    for (let ended: string | null = 'none'; ended !== null; crashAt++) {
      try {
        ended = await play(t, story, crashAt);
      } catch (error) {
        throw new Error(`killed at boundary ${crashAt}: ${(error as Error).message}`, { cause: error });
      }
    }
    t.diagnostic(`${crashAt - 1} boundaries`);
  });
}
