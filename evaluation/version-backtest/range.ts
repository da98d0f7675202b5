import type { InSampleMark } from '../../contracts/backtest-document.ts';
import { barsBefore, type Candles } from '../../contracts/candles.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { joined } from '../../contracts/wording.ts';

/** What decides over which bars a symbol may be played. */
export interface RangeMarket {
  readonly series: string;
  readonly candles: Candles;
  /** Open time of the last bar that its model may have seen, and what the model is called; null without a model. */
  readonly seen: { readonly throughTime: number; readonly model: string } | null;
}

export interface RangeRequest {
  readonly markets: readonly RangeMarket[];
  /** Open times, epoch ms, `toTime` exclusive; null: from the first unseen bar, to the last bar that all symbols have. */
  readonly fromTime: number | null;
  readonly toTime: number | null;
  readonly barMs: number;
  /** Whether bars that a model has seen may be played; without a start, all of them are. */
  readonly allowSeen: boolean;
}

/** Begins and ends with bars: what was asked for beyond them was not played. */
export interface PlayedRange {
  readonly fromTime: number;
  readonly toTime: number;
  readonly inSample: InSampleMark | null;
}

/**
 * The range that is played.
 * @throws AlphaloomError BACKTEST_INVALID where it holds no bar, BACKTEST_IN_SAMPLE where a model has seen some of it and
 *   nobody asked for that
 */
export function resolveRange(request: RangeRequest): PlayedRange {
  const { markets, barMs, allowSeen } = request;
  const unseenFrom = Math.max(...markets.map(({ seen }) => (seen ? seen.throughTime + barMs : -Infinity)));
  const firstTime = Math.min(...markets.map(({ candles }) => candles.openTime[0]));
  const lastTime = Math.min(...markets.map(({ candles }) => candles.openTime.at(-1)!));
  const endTime = Math.max(...markets.map(({ candles }) => candles.openTime.at(-1)!)) + barMs;
  const fromTime = Math.max(
    request.fromTime ?? (allowSeen ? firstTime : Math.max(unseenFrom, firstTime)),
    firstTime,
  );
  const toTime = Math.min(request.toTime ?? lastTime + barMs, endTime);
  if (request.fromTime === null && !allowSeen && unseenFrom >= toTime)
    throw nothingUnseen(markets, unseenFrom, toTime);
  requireAscending(request);
  if (request.toTime === null && fromTime >= toTime) throw nothingStored(fromTime, toTime);
  requireBars(markets, fromTime, toTime);
  const inSample = markSeen(markets, fromTime, toTime, unseenFrom);
  if (inSample !== null && !allowSeen) throw refusal(inSample, fromTime, toTime, unseenFrom);
  return { fromTime, toTime, inSample };
}

function requireAscending({ fromTime, toTime }: RangeRequest): void {
  if (fromTime === null || toTime === null || fromTime < toTime) return;
  throw new AlphaloomError(
    'BACKTEST_INVALID',
    `The range ends at ${iso(toTime)}, before it begins at ${iso(fromTime)}. Give a --to after --from.`,
    { fromTime, toTime },
  );
}

function nothingStored(fromTime: number, toTime: number): AlphaloomError {
  return new AlphaloomError(
    'BACKTEST_INVALID',
    `The stored bars end at ${iso(toTime)}, before ${iso(fromTime)}. Begin earlier, or bring newer bars: candles fetch, candles import.`,
    { fromTime, storedTo: toTime },
  );
}

function requireBars(markets: readonly RangeMarket[], fromTime: number, toTime: number): void {
  for (const { series, candles } of markets) {
    if (barsBefore(candles, toTime) > barsBefore(candles, fromTime)) continue;
    const { openTime } = candles;
    const asked = fromTime < toTime ? `from ${iso(fromTime)} to ${iso(toTime)}` : `from ${iso(fromTime)} on`;
    throw new AlphaloomError(
      'BACKTEST_INVALID',
      `${series} has no bars ${asked}; it has them from ${iso(openTime[0])} to ${iso(openTime.at(-1)!)}.`,
      { series, fromTime, toTime, firstTime: openTime[0], lastTime: openTime.at(-1) },
    );
  }
}

function markSeen(
  markets: readonly RangeMarket[],
  fromTime: number,
  toTime: number,
  unseenFrom: number,
): InSampleMark | null {
  const parts = markets.map(({ series, candles, seen }) => {
    const first = barsBefore(candles, fromTime);
    const bars = barsBefore(candles, toTime) - first;
    const seenTo = seen === null ? fromTime : Math.min(toTime, seen.throughTime + 1);
    return { series, bars, seen, seenBars: Math.max(0, barsBefore(candles, seenTo) - first) };
  });
  const total = (count: (part: (typeof parts)[number]) => number) =>
    parts.reduce((sum, part) => sum + count(part), 0);
  const seenBars = total(part => part.seenBars);
  if (seenBars === 0) return null;
  const bars = total(part => part.bars);
  const who = parts
    .filter(part => part.seenBars > 0)
    .map(({ seen, series }) => `${seen!.model} of ${series}`);
  const throughTime = Math.max(
    ...parts.map(({ seen, seenBars: some }) => (some > 0 ? seen!.throughTime : 0)),
  );
  return {
    seenBars,
    bars,
    throughTime,
    warning: `The training of ${joined(who)} had seen bars through ${iso(throughTime)}: what they show is no evidence of what is to come. Unseen bars begin at ${iso(unseenFrom)}.`,
  };
}

function refusal(
  { seenBars, bars }: InSampleMark,
  fromTime: number,
  toTime: number,
  unseenFrom: number,
): AlphaloomError {
  const mend =
    unseenFrom < toTime ? `Begin at --from ${iso(unseenFrom)}` : `Choose a range from ${iso(unseenFrom)} on`;
  return new AlphaloomError(
    'BACKTEST_IN_SAMPLE',
    `${seenBars} of the ${bars} bars from ${iso(fromTime)} to ${iso(toTime)} had been seen in training. ${mend}, or ask for them with --in-sample: the result is then marked.`,
    { seenBars, bars, fromTime, toTime, allowedFromTime: unseenFrom },
  );
}

function nothingUnseen(markets: readonly RangeMarket[], unseenFrom: number, toTime: number): AlphaloomError {
  const names = markets.flatMap(({ series, seen }) => (seen ? [`${seen.model} of ${series}`] : []));
  return new AlphaloomError(
    'BACKTEST_IN_SAMPLE',
    `No bar before ${iso(toTime)} is unseen: by the training of ${names.join(', ')} unseen bars begin at ${iso(unseenFrom)}. Bring newer bars, end later, or ask for seen ones with --in-sample: the result is then marked.`,
    { allowedFromTime: unseenFrom, toTime },
  );
}

/** `2026-03-01T12:00Z`, as the command line takes it. */
export function iso(time: number): string {
  return new Date(time).toISOString().replace(/:00\.000Z$/, 'Z');
}
