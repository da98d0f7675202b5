import type { Slice, SliceKind, Stability } from '../../contracts/stability.ts';
import { decimals, interval } from '../../contracts/wording.ts';

const KINDS: Readonly<Record<SliceKind, (name: string) => string>> = {
  month: name => `the month ${name}`,
  regime: name => `${name} bars (volatility regime)`,
};

/** Where a model did worst, in a sentence for a card; says so where no slice has rows enough. */
export function worstSliceSentence({ worst }: Stability): string {
  if (worst === null)
    return 'No month and no volatility regime of the block has rows enough to be told apart from the others.';
  return `It did worst in ${KINDS[worst.kind](worst.name)}: MCC ${decimals(worst.mcc.value!)} (${interval(worst.mcc, decimals)}) on ${worst.rows} rows${verdict(worst)}.`;
}

function verdict({ mcc: { low, high } }: Slice): string {
  if (high !== null && high < 0) return ', worse than chance';
  return low !== null && low > 0 ? ', still above chance' : ', which may be none at all';
}
