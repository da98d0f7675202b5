import type { DatabaseSync } from 'node:sqlite';
import { breaksOfLine } from './lineage.ts';
import type { HistoryCheck, MoveDetail } from './registry.ts';
import { selectChampion, selectEvents, selectMoves, selectVersions } from './rows.ts';

/**
 * Proves a series' history from its rows alone, not trusting the triggers that guard them: a file may have been edited
 * by hand.
 */
export function checkHistory(sql: DatabaseSync, series: string): HistoryCheck {
  const versions = selectVersions(sql, series);
  const events = selectEvents(sql, series, -1);
  const moves = selectMoves(sql, series);
  const problems = breaksOfLine(moves);

  const registered = events.filter(({ kind }) => kind === 'registered').map(({ version }) => version);
  versions.forEach(({ version }, index) => {
    if (version !== index + 1) problems.push(`Version ${index + 1} is missing.`);
    if (registered.filter(other => other === version).length !== 1) {
      problems.push(
        `v${version} is registered ${registered.filter(other => other === version).length} times.`,
      );
    }
  });
  for (const [index, { id, kind, version, at, detail }] of events.entries()) {
    if (index > 0 && at < events[index - 1].at)
      problems.push(`Event ${id} is dated before the one before it.`);
    if (version !== null && !versions.some(known => known.version === version)) {
      problems.push(`Event ${id} is about v${version}, which is not registered.`);
    }
    if (kind === 'promote' || kind === 'rollback') {
      const { move, to } = detail as MoveDetail;
      if (move !== kind || to !== version) problems.push(`Event ${id} contradicts its own detail.`);
    }
  }
  return { champion: selectChampion(sql, series), versions: versions.length, moves: moves.length, problems };
}
