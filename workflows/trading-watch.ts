import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { LiveTradingInput } from '../contracts/live-trading.ts';
import { desk } from './trading-steps.ts';
import type { TradingStory } from './trading-story.ts';

/** Settles and keeps what is open while the account waits: activities, one after the other, the work on a close included. */
export interface Watch {
  /** Begins unless it is under way; then it goes on until that time (epoch ms). */
  begin(untilTime: number): void;
  /** Ends it, and waits until it has ended. */
  end(): Promise<void>;
}

export function watchBeside(input: LiveTradingInput, story: TradingStory): Watch {
  let underWay: { readonly scope: CancellationScope; readonly ended: Promise<void> } | null = null;
  /** Epoch ms until when somebody is to watch. */
  let wanted = 0;
  const watch = (untilTime: number): Promise<void> => {
    const scope = new CancellationScope();
    const ended = scope
      .run(() => desk('watch', 'what is open').watchAccount({ ...input, untilTime }))
      .then(
        () => {},
        (error: unknown) => {
          if (!isCancellation(error)) story.failed(error);
        },
      )
      .then(() => {
        underWay = null;
        // A later close was asked for meanwhile.
        if (wanted > untilTime) void watch(wanted);
      });
    underWay = { scope, ended };
    return ended;
  };
  return {
    begin(untilTime) {
      wanted = untilTime;
      if (underWay === null) void watch(untilTime);
    },
    async end() {
      wanted = 0;
      if (underWay === null) return;
      const { scope, ended } = underWay;
      scope.cancel();
      await ended;
    },
  };
}
