import { AlphaloomError } from '../contracts/errors.ts';
import { type LifecycleAnswer, type LifecycleOperation, REVIEWER } from '../contracts/messages.ts';
import type { Review, ReviewedVersion } from '../contracts/probation.ts';
import { type Series, seriesId, TIMEFRAME_MS } from '../contracts/series.ts';
import { labelCandles } from '../datasets/labels/index.ts';
import { reversionSides } from '../datasets/labels/sigma-reversion.ts';
import { volatilityOf, volatilityPerBar } from '../datasets/labels/volatility.ts';
import { barsOfNextLook, lookLevel, type ReviewedModel } from '../evaluation/probation/review-versions.ts';
import { judgeReview } from '../evaluation/probation/verdict.ts';
import { decidedLabels } from '../evaluation/truth.ts';
import { answerRows } from '../inference/answer-bars.ts';
import { decisionOf } from '../inference/package.ts';
import type { Event, VersionRecord } from '../registry/registry.ts';
import { type Reign, reignAt } from '../registry/reign.ts';
import { asActivity } from './activity.ts';
import { type ExaminedVersion, examineVersion } from './examine-version.ts';
import { offThread } from './off-thread.ts';
import { answeredReview } from './probation-events.ts';
import type { Rooms } from './rooms.ts';
import { wholeGate } from './series-looks.ts';

export type ReviewOutcome = { readonly answer: LifecycleAnswer } | { readonly review: Review };

/** How the champion and the one before it did on the bars since its promotion, or what this operation was answered before. */
export function reviewChampion(rooms: Rooms) {
  const { registry } = rooms;
  return asActivity(async (operation: LifecycleOperation, { signal }): Promise<ReviewOutcome> => {
    const { series, operationId } = operation;
    const id = seriesId(series);
    const answer = await answeredReview(registry, id, operationId);
    if (answer) return { answer };
    const events = await registry.events(id);
    // The latest, whatever the time is here: a clock that is behind the registry's must not lead to an earlier one.
    const reign = reignAt(events, Number.POSITIVE_INFINITY);
    if (reign === null) {
      throw new AlphaloomError(
        'CHAMPION_NONE',
        `${id} has no champion to review. Train one, or promote a version.`,
        { series: id },
      );
    }
    const champion = await registry.get(id, reign.version);
    const previous = await registry.previousChampion(id);
    const isAsked = operation.actor !== REVIEWER;
    return { review: await review(rooms, { series, reign, champion, previous, events, isAsked }, signal) };
  });
}

interface Subject {
  readonly series: Series;
  readonly reign: Reign;
  readonly champion: VersionRecord;
  readonly previous: VersionRecord | null;
  readonly events: readonly Event[];
  /** Whether somebody wants to see numbers, also such as decide nothing. */
  readonly isAsked: boolean;
}

async function review(rooms: Rooms, subject: Subject, signal: AbortSignal): Promise<Review> {
  const { candles } = rooms;
  const { series, reign, events } = subject;
  const { anchorTime } = await candles.describe(series);
  const closedBefore = rooms.clock.now() - TIMEFRAME_MS[series.timeframe] + 1;
  const bars = await candles.read(series, { from: anchorTime, to: closedBefore });
  const opened: ExaminedVersion[] = [];
  try {
    const champion = await examineVersion(rooms, series, subject.champion, bars);
    opened.push(champion);
    const previous = subject.previous && (await examineVersion(rooms, series, subject.previous, bars));
    if (previous) opened.push(previous);

    const looks = looksSince(events, reign);
    const last = looks.at(-1) ?? null;
    const rows = champion.model && previous?.model ? rowsToScore(champion, previous, reign, series) : [];
    const openTime = Array.from(rows, bar => bars.openTime[bar]);
    const facts = {
      series: seriesId(series),
      champion: told(champion),
      previous: previous && told(previous),
      since: reign.since,
      bars: rows.length,
      fromTime: openTime[0] ?? null,
      toTime: openTime.at(-1) ?? null,
      freshBars: openTime.filter(time => time > (last?.toTime ?? Number.NEGATIVE_INFINITY)).length,
      look: null,
      nextLookBars: nextLookBars(champion, last),
      measure: subject.champion.tradable ? ('netReturnPerBar' as const) : ('mcc' as const),
      difference: null,
      bound: null,
      barsToDetect: null,
    };
    const number = looks.length + 1;
    const look = rows.length < facts.nextLookBars ? null : { number, level: lookLevel(number) };
    const isSound = champion.fault === null && previous !== null && previous.fault === null;
    const isWorth = rows.length > 0 && (look !== null || subject.isAsked);
    if (!isSound || !isWorth) return { ...facts, ...judgeReview(facts) };

    const { meta } = champion.model!;
    const recipe = { costs: meta.recipe.costs, gate: wholeGate(meta.recipe.gate) };
    const { horizonBars } = meta.recipe.labels;
    const bar = Int32Array.from(rows);
    const found = await offThread(
      'reviewVersions',
      [
        {
          champion: await answersOf(champion, bar),
          previous: await answersOf(previous, bar),
          bar,
          candles: bars,
          market: meta.marketKind,
          recipe,
          measure: facts.measure,
          look,
        },
      ],
      signal,
    );
    const { champion: own, previous: other, ...compared } = found;
    const complete = {
      ...facts,
      ...compared,
      look,
      // After this look, those that follow need so many more.
      nextLookBars: look ? barsOfNextLook(rows.length, horizonBars, recipe.gate) : facts.nextLookBars,
      champion: { ...facts.champion, score: own },
      previous: { ...told(previous), score: other },
    };
    return { ...complete, ...judgeReview(complete) };
  } finally {
    await Promise.all(opened.map(({ model }) => model?.session.dispose()));
  }
}

/** Bars that closed since the promotion, that both are asked about and neither has seen, and whose outcome both know. */
function rowsToScore(
  champion: ExaminedVersion,
  previous: ExaminedVersion,
  { since }: Reign,
  { timeframe }: Series,
): number[] {
  const models = [champion, previous].map(({ model }) => model!);
  const labels = [champion, previous].map(decidedLabelsOf);
  const seenThrough = Math.max(...models.map(({ version }) => version.trainedThroughTime));
  const { openTime } = champion.bars;
  const askedToo = new Set(previous.asked);
  return [...champion.asked].filter(bar => {
    const closedSince = openTime[bar] + TIMEFRAME_MS[timeframe] > since;
    const isUnseen = openTime[bar] > seenThrough;
    return closedSince && isUnseen && askedToo.has(bar) && labels.every(label => label[bar] >= 0);
  });
}

function decidedLabelsOf({ model, bars }: ExaminedVersion): Int8Array {
  const { meta } = model!;
  return decidedLabels(meta.task, labelCandles(bars, meta.recipe.labels), decisionOf(meta));
}

async function answersOf(examined: ExaminedVersion, bar: Int32Array): Promise<ReviewedModel> {
  const { model, bars, columns } = examined;
  const { meta } = model!;
  const { labels } = meta.recipe;
  const label = decidedLabelsOf(examined);
  return {
    task: meta.task,
    decision: decisionOf(meta),
    labels,
    answers: await answerRows(model!, columns, bar),
    label: Int8Array.from(bar, at => label[at]),
    atr: volatilityPerBar(bars, volatilityOf(labels)),
    signalSides: labels.kind === 'sigma-reversion' ? reversionSides(bars, labels) : null,
  };
}

function looksSince(events: readonly Event[], { since, version }: Reign): Review[] {
  return events
    .filter(event => event.kind === 'probation' && event.version === version && event.at >= since)
    .map(({ detail }) => (detail as unknown as { review: Review }).review)
    .filter(({ look }) => look !== null);
}

/** A champion that can't be opened has no recipe to ask; it is at fault anyway. */
function nextLookBars({ model }: ExaminedVersion, last: Review | null): number {
  if (model === null) return 0;
  const { labels, gate } = model.meta.recipe;
  return barsOfNextLook(last?.bars ?? 0, labels.horizonBars, wholeGate(gate));
}

function told({ record, fault, latencyMs }: ExaminedVersion): ReviewedVersion {
  const { version, tradable } = record;
  return { version, tradable, fault, latencyMs, score: null };
}
