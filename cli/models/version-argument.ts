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
    `${seriesId(series)} has no champion; ${await wayOut(registry, series)}`,
    { series: seriesId(series) },
  );
}

/** What to do where a series has no champion: name one of its versions, or train its first. */
export async function wayOut(registry: Registry, series: Series): Promise<string> {
  const newest = (await registry.list(seriesId(series))).at(-1);
  if (newest) return `name one of its versions, e.g. v${newest.version} (see models list), or promote one.`;
  return `nothing was trained for it yet: train ${series.venue}:${series.symbol} ${series.timeframe}.`;
}
