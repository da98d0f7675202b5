import { InvalidArgumentError } from 'commander';
import { AlphaloomError } from '../../contracts/errors.ts';
import { type Series, seriesId } from '../../contracts/series.ts';
import type { Registry, VersionRecord } from '../../registry/registry.ts';

/** `v7` or `7`, a parser for commander. */
export function parseVersion(text: string): number {
  const match = /^v?([1-9]\d{0,8})$/.exec(text);
  if (match) return Number(match[1]);
  throw new InvalidArgumentError('Expected a version, e.g. v7.');
}

/** Several of them, a parser for commander. */
export function parseVersions(text: string, before: readonly number[] = []): number[] {
  return [...before, parseVersion(text)];
}

/**
 * The version that a verb is about: the named one, else the champion.
 * @throws AlphaloomError VERSION_NOT_FOUND, CHAMPION_NONE
 */
export async function chosenVersion(
  registry: Registry,
  series: Series,
  wanted: number | undefined,
): Promise<VersionRecord> {
  if (wanted !== undefined) return await registry.get(seriesId(series), wanted);
  const champion = await registry.champion(seriesId(series));
  if (champion) return champion;
  throw new AlphaloomError(
    'CHAMPION_NONE',
    `${seriesId(series)} has no champion. Name a version: models show ${series.symbol} ${series.timeframe} v1.`,
  );
}
