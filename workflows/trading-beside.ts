import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { LiveTradingInput } from '../contracts/live-trading.ts';
import { desk } from './trading-steps.ts';
import type { TradingStory } from './trading-story.ts';

/** Activities beside the closes, one after the other. */
export interface Beside<Wanted> {
  /** Begins unless it is under way; what that one does not do comes after it. */
  begin(wanted: Wanted): void;
  /** Ends it, and waits until it has ended. */
  end(): Promise<void>;
}

/** Settles and keeps what is open while the account waits, until a time (epoch ms), the work on a close included. */
export function watchBeside(input: LiveTradingInput, story: TradingStory): Beside<number> {
  return beside<number>(story, {
    work: untilTime => desk('watch', 'what is open').watchAccount({ ...input, untilTime }),
    isMore: (untilTime, done) => done === null || untilTime > done,
  });
}

/** Closes some symbols, which may take long, while the others are traded on; after a failure the next close begins again. */
export function flattenBeside(input: LiveTradingInput, story: TradingStory): Beside<readonly string[]> {
  return beside<readonly string[]>(story, {
    work: symbols => desk('watch', `close ${symbols.join(', ')}`).flattenTrading({ ...input, symbols }),
    isMore: (symbols, done) => symbols.some(symbol => !done?.includes(symbol)),
  });
}

interface Work<Wanted> {
  work(wanted: Wanted): Promise<unknown>;
  /** @param done what was worked on last; null: nothing is under way */
  isMore(wanted: Wanted, done: Wanted | null): boolean;
}

function beside<Wanted>(story: TradingStory, { work, isMore }: Work<Wanted>): Beside<Wanted> {
  let underWay: { readonly scope: CancellationScope; readonly ended: Promise<void> } | null = null;
  let asked: Wanted | null = null;
  const run = (wanted: Wanted) => {
    const scope = new CancellationScope();
    const ended = scope
      .run(() => work(wanted))
      .then(
        () => {},
        (error: unknown) => {
          if (!isCancellation(error)) story.failed(error);
        },
      )
      .then(() => {
        underWay = null;
        if (asked !== null && isMore(asked, wanted)) run(asked);
      });
    underWay = { scope, ended };
  };
  return {
    begin(wanted) {
      asked = wanted;
      if (underWay === null && isMore(wanted, null)) run(wanted);
    },
    async end() {
      asked = null;
      if (underWay === null) return;
      const { scope, ended } = underWay;
      scope.cancel();
      await ended;
    },
  };
}
