import { AlphaloomError } from '../contracts/errors.ts';
import { type Series, seriesId } from '../contracts/series.ts';
import type { Registry, VersionRecord } from '../registry/registry.ts';
import type { ModelCache } from './model-cache.ts';
import { BROKEN_PACKAGE, MODEL_AT_FAULT } from './model-faults.ts';
import type { Moment } from './prediction-json.ts';
import type { ServingModel } from './serving-model.ts';
import type { TimeLimit } from './time-limit.ts';

/** The models that serve: who is asked, by when, and who stands in. */
export interface Champions {
  /**
   * What `work` makes of the champion; one that is broken leaves the word to the one before it. Null where neither answers,
   * with what spoke against each in the moment's reasons.
   */
  ask<Answer>(
    moment: Moment,
    limit: TimeLimit,
    work: (model: ServingModel) => Promise<Answer>,
  ): Promise<Answer | null>;
  /** What `work` makes of one version. @throws what speaks against it, PREDICTION_TIMEOUT among it */
  askVersion<Answer>(
    version: VersionRecord,
    limit: TimeLimit,
    work: (model: ServingModel) => Promise<Answer>,
  ): Promise<Answer>;
}

export function createChampions(registry: Registry, models: ModelCache): Champions {
  /** Work that was not waited for to the end, by package. */
  const overdue = new Map<string, number>();

  const use = <Answer>(version: VersionRecord, work: (model: ServingModel) => Promise<Answer>) => {
    if (overdue.has(version.package.sha256)) throw tooLate('it is still at an earlier question');
    return models.use(version, work);
  };

  /** The champion's answer, or of the one before it; tells of each what spoke against it. */
  const askInTurn = async <Answer>(
    series: Series,
    work: (model: ServingModel) => Promise<Answer>,
    talk: Talk,
  ): Promise<Answer | null> => {
    const champion = await registry.champion(seriesId(series));
    if (champion === null) {
      talk.reasons.push('CHAMPION_NONE: no version serves this series yet');
      return null;
    }
    talk.with = champion;
    try {
      return await use(champion, work);
    } catch (error) {
      if (!isBroken(leaveReason(talk, error))) return null;
    }
    talk.with = await registry.previousChampion(champion.series);
    if (talk.with === null) return null;
    try {
      return await use(talk.with, work);
    } catch (error) {
      leaveReason(talk, error);
      return null;
    }
  };

  return {
    async askVersion(version, limit, work) {
      const asked = use(version, work);
      try {
        return await limit.inTime(asked, tooLate);
      } finally {
        if (limit.isOver) watch(overdue, version, asked);
      }
    },
    async ask({ series, reasons }, limit, work) {
      const talk: Talk = { with: null, reasons: [] };
      const asked = askInTurn(series, work, talk);
      try {
        return await limit.inTime(asked, tooLate);
      } catch (error) {
        const late = asAlphaloomError(error);
        if (late.code !== 'PREDICTION_TIMEOUT') throw error;
        if (talk.with) watch(overdue, talk.with, asked);
        leaveReason(talk, late);
        return null;
      } finally {
        // What is told after this is told to nobody.
        reasons.push(...talk.reasons);
      }
    },
  };
}

/** Whose turn it is, and what was told. */
interface Talk {
  with: VersionRecord | null;
  readonly reasons: string[];
}

function leaveReason(talk: Talk, error: unknown): AlphaloomError {
  const told = asAlphaloomError(error);
  const who = talk.with ? `v${talk.with.version}` : 'ML_PER_COIN_V1';
  talk.reasons.push(`${who}: ${told.code}: ${told.message}`);
  return told;
}

/** Whether the fault is the version's own, so that the one before it may do better on the same bars. */
function isBroken({ code, details }: AlphaloomError): boolean {
  return code in BROKEN_PACKAGE || code === 'INTERNAL' || details.fault === MODEL_AT_FAULT;
}

/** Until it is done, nobody queues up behind it. */
function watch(overdue: Map<string, number>, version: VersionRecord, work: Promise<unknown>): void {
  const key = version.package.sha256;
  overdue.set(key, (overdue.get(key) ?? 0) + 1);
  const done = () => {
    const others = overdue.get(key)! - 1;
    if (others > 0) overdue.set(key, others);
    else overdue.delete(key);
  };
  // Whoever asked has been told that it was late; what it says now is for nobody.
  work.then(done, done);
}

function tooLate(message = 'it did not answer in time'): AlphaloomError {
  return new AlphaloomError('PREDICTION_TIMEOUT', message);
}

/** Whatever a level throws is its failure, and the next is asked. */
export function asAlphaloomError(error: unknown): AlphaloomError {
  if (error instanceof AlphaloomError) return error;
  return new AlphaloomError('INTERNAL', String(error), {}, { cause: error });
}
