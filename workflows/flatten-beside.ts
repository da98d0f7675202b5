import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { LiveTradingInput } from '../contracts/live-trading.ts';
import { desk } from './trading-steps.ts';
import type { TradingStory } from './trading-story.ts';

/** Closes some symbols of an account, which may take long, while the others are traded on. */
export interface FlattenBeside {
  /** Begins with these unless it is under way; what it is not closing yet comes after. Without any nothing begins. */
  begin(symbols: readonly string[]): void;
  /** Ends it, and waits until it has ended: what is not closed then is still to be closed. */
  end(): Promise<void>;
}

export function flattenBeside(input: LiveTradingInput, story: TradingStory): FlattenBeside {
  let underWay: { readonly scope: CancellationScope; readonly ended: Promise<void> } | null = null;
  let wanted: readonly string[] = [];
  const flatten = (symbols: readonly string[]) => {
    const scope = new CancellationScope();
    const ended = scope
      .run(() => desk('watch', `close ${symbols.join(', ')}`).flattenTrading({ ...input, symbols }))
      .then(
        () => {},
        (error: unknown) => {
          if (!isCancellation(error)) story.failed(error);
        },
      )
      .then(() => {
        underWay = null;
        // More symbols were to be closed meanwhile; after a failure it is the next close that begins again.
        const isMore = wanted.some(symbol => !symbols.includes(symbol));
        if (isMore) flatten(wanted);
      });
    underWay = { scope, ended };
  };
  return {
    begin(symbols) {
      wanted = symbols;
      if (underWay === null && symbols.length > 0) flatten(symbols);
    },
    async end() {
      wanted = [];
      if (underWay === null) return;
      const { scope, ended } = underWay;
      scope.cancel();
      await ended;
    },
  };
}
