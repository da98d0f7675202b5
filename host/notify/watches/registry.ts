import type { LifecycleAnswer } from '../../../contracts/messages.ts';
import type { Notification } from '../../../contracts/notifications.ts';
import type { Review } from '../../../contracts/probation.ts';
import type { Event, EventKind, MoveDetail, Registry } from '../../../registry/registry.ts';
import type { Mailbox } from '../mailbox.ts';
import type { Look } from './watch.ts';

const SOURCE = 'registry';
const BATCH = 200;

/**
 * Tells of promotions, rollbacks and verdicts as they enter the registry's history. What is posted and how far was read is
 * one transaction: nothing is left out and nothing told twice, whenever the process ends. The first look begins at the end.
 */
export function watchRegistry(
  registry: Pick<Registry, 'eventsAfter' | 'latestEventId'>,
  mailbox: Mailbox,
): Look {
  return {
    async look() {
      let position = await mailbox.cursor(SOURCE);
      if (position === null) {
        await mailbox.post([], { source: SOURCE, position: await registry.latestEventId() });
        return;
      }
      for (;;) {
        const events = await registry.eventsAfter(position, BATCH);
        if (events.length === 0) return;
        const postings = events.flatMap(event => {
          const notification = tellEvent(event);
          return notification ? [{ source: SOURCE, sourceId: String(event.id), notification }] : [];
        });
        position = events.at(-1)!.id;
        await mailbox.post(postings, { source: SOURCE, position });
      }
    },
  };
}

/** What is told of an event of the registry; null: nothing. */
export function tellEvent(event: Event): Notification | null {
  const told = TOLD[event.kind]?.(event);
  if (!told) return null;
  return { key: `${told.event}/${SOURCE}/${event.id}`, subject: event.series, at: event.at, ...told };
}

type Told = Pick<Notification, 'event' | 'facts'> & Partial<Pick<Notification, 'key'>>;

/** By kind; kinds that stand for nothing are told by another event of the same operation, or are no news. */
const TOLD: Readonly<Partial<Record<EventKind, (event: Event) => Told | null>>> = {
  promote: event => ({ event: 'promotion', facts: moveFacts(event) }),
  rollback: event => ({ event: 'rollback', facts: moveFacts(event) }),
  verdict: tellVerdict,
  probation: tellProbation,
};

function moveFacts({ detail, actor }: Event): Notification['facts'] {
  const { from, to, reason } = detail as MoveDetail;
  return { from: from === null ? 'none' : `v${from}`, to: `v${to}`, by: actor, reason };
}

/** A promotion is told as such. */
function tellVerdict({ version, detail }: Event): Told | null {
  const { decision, reason, against } = detail as {
    decision: string;
    reason: string;
    against: number | null;
  };
  if (decision === 'promoted') return null;
  return {
    event: decision === 'awaiting approval' ? 'approval-awaited' : 'gate-result',
    facts: {
      version: `v${version}`,
      decision,
      champion: against === null ? 'none' : `v${against}`,
      reason,
    },
  };
}

/** Only a champion that should go and can't: a rollback is told as such. */
function tellProbation({ series, detail }: Event): Told | null {
  const { review, answer, reason } = detail as unknown as {
    review: Review;
    answer: LifecycleAnswer;
    reason: string;
  };
  const isFailing = review.verdict === 'faulty' || review.verdict === 'worse';
  if (!isFailing || answer.outcome === 'rolled back') return null;
  return {
    event: 'champion-failing',
    key: `champion-failing/${series}`,
    facts: { champion: `v${review.champion.version}`, verdict: review.verdict, reason },
  };
}
