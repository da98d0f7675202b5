import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { LiveTradingInput } from '../contracts/live-trading.ts';
import { desk } from './trading-steps.ts';
import type { TradingStory } from './trading-story.ts';

/** Settles and keeps what is open while the account waits: one activity from one close to the next. */
export interface Watch {
  /** Begins unless it is under way. */
  begin(untilTime: number): void;
  /** Ends it, and waits until it has ended. */
  end(): Promise<void>;
}

export function watchBeside(input: LiveTradingInput, story: TradingStory): Watch {
  let underWay: { readonly scope: CancellationScope; readonly ended: Promise<void> } | null = null;
  return {
    begin(untilTime) {
      if (underWay !== null) return;
      const scope = new CancellationScope();
      const ended = scope
        .run(() => desk('watch', 'what is open').watchAccount({ ...input, untilTime }))
        .then(
          () => {},
          (error: unknown) => {
            if (!isCancellation(error)) story.failed(error);
          },
        )
        .finally(() => {
          underWay = null;
        });
      underWay = { scope, ended };
    },
    async end() {
      if (underWay === null) return;
      const { scope, ended } = underWay;
      scope.cancel();
      await ended;
    },
  };
}
