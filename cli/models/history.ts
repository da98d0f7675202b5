import type { Command } from 'commander';
import type { ArtifactStore } from '../../artifacts/store.ts';
import type { ArtifactRef } from '../../contracts/artifact.ts';
import type { Comparison } from '../../contracts/comparison.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { parseSeries, type Series, seriesId } from '../../contracts/series.ts';
import type { OpenRooms } from '../../host/compose.ts';
import { readEvidence } from '../../inference/package.ts';
import type { MoveDetail, VersionRecord } from '../../registry/registry.ts';
import { type Reign, reignAt } from '../../registry/reign.ts';
import type { CliContext } from '../context.ts';
import { renderGate, renderNumbers } from '../evidence-text.ts';
import { renderHistory, renderTime } from '../history-text.ts';
import { withRooms } from '../rooms.ts';
import { futureTime, parseTime } from '../series-arguments.ts';

export function register(command: Command, context: CliContext): void {
  command
    .argument('<symbol>')
    .argument('<timeframe>')
    .option('--at <time>', 'the champion at that time, and why it was', parseTime)
    .addHelpText('after', '\nExample:\n  alphaloom models history BTCUSD 1h --at 2026-03-01T12:00Z\n')
    .action((symbol, timeframe, { at }) =>
      withRooms(context, (rooms, loaded) => {
        const series = parseSeries(symbol, timeframe, loaded.config.defaultVenue);
        return at === undefined ? history(context, rooms, series) : championAt(context, rooms, series, at);
      }),
    );
}

async function history(context: CliContext, { registry }: OpenRooms, series: Series): Promise<void> {
  const id = seriesId(series);
  const events = await registry.events(id);
  context.output.result(
    { series: id, events: events.map(event => ({ ...event, at: new Date(event.at).toISOString() })) },
    () => (events.length === 0 ? `${id} has no history yet.` : renderHistory(events)),
  );
}

/** Who was champion, since when and until when, who made it so, and the numbers that this rested on. */
async function championAt(
  context: CliContext,
  { registry, artifacts }: OpenRooms,
  series: Series,
  at: number,
): Promise<void> {
  const id = seriesId(series);
  const now = context.now();
  if (at > now) throw futureTime('--at', at, now, 'Nobody knows who will be champion then.');
  const reign = reignAt(await registry.events(id), at);
  const asked = { series: id, at: new Date(at).toISOString() };
  if (reign === null) {
    context.output.result({ ...asked, champion: null }, () => `No champion at ${renderTime(at)} UTC`);
    return;
  }
  const champion = await registry.get(id, reign.version);
  const evidence = await orWhy(() => readEvidence(artifacts, champion.package));
  const comparison = await comparisonOf(artifacts, reign);
  const { reason } = reign.move.detail as MoveDetail;
  const why = {
    by: reign.move.kind,
    actor: reign.move.actor,
    reason,
    because: reign.because.map(event => event.kind),
    comparison,
    evidence:
      'value' in evidence ? { rules: evidence.value.rules, intervals: evidence.value.intervals } : null,
  };
  const document = {
    ...asked,
    champion,
    since: new Date(reign.since).toISOString(),
    until: reign.until === null ? null : new Date(reign.until).toISOString(),
    before: reign.from,
    why,
    events: reign.because,
  };
  context.output.result(document, () =>
    [
      `v${champion.version} (${champion.recipe}) was champion at ${renderTime(at)} UTC`,
      ...describeReign(reign, champion),
      `why: ${reason}`,
      ...(comparison ? [describeComparison(comparison)] : []),
      '',
      'value' in evidence ? renderGate(evidence.value) : `Its evidence can’t be read: ${evidence.why}`,
    ].join('\n'),
  );
}

function describeReign({ move, from, since, until, because }: Reign, { tradable }: VersionRecord): string[] {
  const kinds: readonly string[] = because.map(({ kind }) => kind);
  const how =
    HOW.find(([kind]) => kinds.includes(kind))?.[1] ??
    (move.kind === 'rollback' ? 'a rollback asked for' : 'the gate');
  return [
    `from ${renderTime(since)} to ${until === null ? 'now' : renderTime(until)}, after ${from === null ? 'none' : `v${from}`}; ${tradable ? 'tradable' : 'not tradable'}`,
    `made champion by ${how} (${move.kind} by ${move.actor})`,
  ];
}

/** What a move's other events say of how it came about. */
const HOW: readonly (readonly [string, string])[] = [
  ['override', 'an operator’s override of the gate'],
  ['approval', 'an operator’s approval'],
  ['probation', 'a review of the version before it'],
];

/** The comparison that a verdict rests on, where its artifact is still there. */
async function comparisonOf(artifacts: ArtifactStore, { move, because }: Reign): Promise<Comparison | null> {
  const details = [(move.detail as MoveDetail).detail, ...because.map(({ detail }) => detail)];
  const ref = details
    .map(detail => (detail as { comparison?: ArtifactRef | null } | null)?.comparison)
    .find(found => found != null);
  if (!ref) return null;
  const loaded = await orWhy(() => artifacts.load<Comparison>(ref));
  return 'value' in loaded ? loaded.value.result : null;
}

function describeComparison({ rule }: Comparison): string {
  return `compared: ${rule.outcome} (${renderNumbers(rule.numbers)})`;
}

/** An old package may be gone or damaged; who was champion can be told all the same. */
async function orWhy<T>(read: () => Promise<T>): Promise<{ value: T } | { why: string }> {
  try {
    return { value: await read() };
  } catch (error) {
    if (error instanceof AlphaloomError) return { why: `${error.code}: ${error.message}` };
    throw error;
  }
}
