import type { Estimate } from '../../contracts/evidence.ts';
import type { ModelFault, Review, ReviewedVersion, ReviewMeasure } from '../../contracts/probation.ts';
import { parseSeriesId } from '../../contracts/series.ts';
import { basisPoints, decimals, percent } from '../../contracts/wording.ts';
import { durationOfBars, TOLD_DIFFERENCE } from '../detection-time.ts';

/**
 * What a review comes to. A fault of the champion itself, or a difference whose upper bound lies below 0, speaks for the
 * version before it; whatever else was found keeps the champion.
 */
export function judgeReview(facts: Omit<Review, 'verdict' | 'reason'>): Pick<Review, 'verdict' | 'reason'> {
  const { champion, previous, bound, look } = facts;
  const names = previous ? `v${champion.version} against v${previous.version}` : `v${champion.version}`;
  const waiting = facts.nextLookBars - facts.bars;
  const answer = (verdict: Review['verdict'], words: string) => ({ verdict, reason: `${names}: ${words}.` });

  if (champion.fault) {
    return { verdict: 'faulty', reason: `v${champion.version} ${describeFault(champion.fault)}` };
  }
  if (previous === null)
    return answer('inconclusive', 'it answers, and there is no champion before it to compare with');
  if (previous.fault) {
    return answer(
      'inconclusive',
      `v${previous.version} ${describeFault(previous.fault)} There is nothing to compare with`,
    );
  }
  if (look === null || bound === null) {
    return answer(
      'too early',
      `${describeBars(facts)}; ${waiting > 0 ? `the next comparison that may roll back needs ${count(waiting)} more` : 'the next comparison may roll back'}${shown(facts)}`,
    );
  }
  if (bound.low === null || bound.high === null) {
    return answer(
      'inconclusive',
      facts.difference?.mcc.value === null && facts.measure === 'mcc'
        ? `their labels differ, so they answer different questions on ${describeBars(facts)}`
        : `no interval could be computed on ${describeBars(facts)}`,
    );
  }
  const found = `on ${describeBars(facts)}${shown(facts)}; look ${look.number} decides by ${MEASURES[facts.measure].name} ${level(bound, facts)}`;
  if (bound.high < 0) return answer('worse', `it is worse ${found}`);
  if (bound.low > 0) return answer('better', `it is better ${found}`);
  return answer('inconclusive', `no difference is shown ${found}${detection(facts)}`);
}

const MEASURES: Readonly<Record<ReviewMeasure, { name: string; format: (value: number | null) => string }>> =
  {
    mcc: { name: 'MCC', format: value => decimals(value) },
    netReturnPerBar: { name: 'net return per bar', format: basisPoints },
  };

const FAULTS: Readonly<Record<ModelFault['kind'], string>> = {
  load: 'can’t be opened',
  schema: 'no longer fits the features that are computed',
  answers: 'answers nonsense',
  latency: 'is too slow',
};

function describeFault({ kind, message }: ModelFault): string {
  return `${FAULTS[kind]}: ${message}`;
}

function describeBars({ bars }: Pick<Review, 'bars'>): string {
  return `${count(bars)} bar${bars === 1 ? '' : 's'} since its promotion`;
}

function shown({ champion, previous, difference }: Omit<Review, 'verdict' | 'reason'>): string {
  if (!difference || !champion.score || !previous?.score) return '';
  const of = ({ score }: ReviewedVersion) => decimals(score!.metrics.mcc);
  const { mcc, netReturnPerBar: net } = difference;
  return ` (MCC ${of(champion)} against ${of(previous)}, difference ${within(mcc, 'mcc')}; net return per bar ${within(net, 'netReturnPerBar')})`;
}

function within({ value, low, high }: Estimate, measure: ReviewMeasure): string {
  const { format } = MEASURES[measure];
  return low === null ? format(value) : `${format(value)} [${format(low)}, ${format(high)}]`;
}

function level(bound: Estimate, { measure, look }: Pick<Review, 'measure' | 'look'>): string {
  const { format } = MEASURES[measure];
  return `${format(bound.low)} to ${format(bound.high)}, each bound at a level of ${percent(look!.level)}`;
}

function detection({ barsToDetect, series }: Pick<Review, 'barsToDetect' | 'series'>): string {
  if (barsToDetect === null) return '';
  const { timeframe } = parseSeriesId(series, '');
  return `; a true difference of ${TOLD_DIFFERENCE} MCC shows after ${count(barsToDetect)} bars, ${durationOfBars(barsToDetect, timeframe)}`;
}

function count(bars: number): string {
  return bars.toLocaleString('en-GB');
}
