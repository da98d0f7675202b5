import type { RunState } from '../../run-state.ts';
import type { Mailbox, Posting } from '../mailbox.ts';
import type { Watch } from './watch.ts';

const SOURCE = 'processes';

/**
 * Tells of processes that ended although nobody asked. An end is told when it is seen twice: while everything is being
 * stopped, this watch ends too, before it looks again.
 */
export function watchProcesses(readState: () => RunState | null, mailbox: Mailbox, now: () => number): Watch {
  let before = new Set<string>();
  return {
    name: SOURCE,
    everyMs: 2_000,
    async look() {
      const ends = endsOf(readState(), now());
      await mailbox.post(ends.filter(({ sourceId }) => before.has(sourceId)));
      before = new Set(ends.map(({ sourceId }) => sourceId));
    },
  };
}

/** The latest end of each process. */
function endsOf(state: RunState | null, at: number): Posting[] {
  return (state?.processes ?? []).flatMap(({ name, identity, restarts, lastEnd }) => {
    if (lastEnd === null) return [];
    const ends = restarts + (identity === null ? 1 : 0);
    return [
      {
        source: SOURCE,
        sourceId: `${state!.supervisor.pid}/${state!.startedTime}/${name}/${ends}`,
        notification: {
          event: 'worker-down' as const,
          key: `worker-down/${name}`,
          subject: name,
          at,
          facts: { end: lastEnd, ends, running: identity !== null },
        },
      },
    ];
  });
}
