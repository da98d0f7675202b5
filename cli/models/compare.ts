import { AlphaloomError } from '../../contracts/errors.ts';
import { type Series, seriesId } from '../../contracts/series.ts';
import {
  compareVersions,
  type DescribedVersion,
  type DifferenceRow,
  haveSameTestBlock,
} from '../../evaluation/version-differences.ts';
import type { OpenRooms } from '../../host/compose.ts';
import { readPackage } from '../../inference/package.ts';
import type { CliContext } from '../context.ts';
import { renderTable } from '../table.ts';

/** More do not fit on a screen. */
const MOST = 6;

/**
 * `models show v3 v7`: what the versions were made of and what was found of them, side by side.
 * @throws AlphaloomError USAGE, VERSION_NOT_FOUND, ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT
 */
export async function compare(
  context: CliContext,
  { registry, artifacts }: OpenRooms,
  series: Series,
  wanted: readonly number[],
): Promise<void> {
  const numbers = [...new Set(wanted)];
  if (numbers.length < 2 || numbers.length > MOST) {
    throw new AlphaloomError(
      'USAGE',
      `Between two and ${MOST} different versions can be compared; got ${wanted.map(version => `v${version}`).join(', ')}.`,
      { got: wanted },
    );
  }
  const id = seriesId(series);
  const versions: DescribedVersion[] = [];
  for (const number of numbers) {
    const record = await registry.get(id, number);
    const { meta, evidence } = await readPackage(artifacts, record);
    const { version, eligible, tradable, registeredAt, trainedThroughTime } = record;
    versions.push({ version, meta, evidence, eligible, tradable, registeredAt, trainedThroughTime });
  }
  const champion = (await registry.champion(id))?.version ?? null;
  const rows = compareVersions(versions);
  const isSameBlock = haveSameTestBlock(versions);
  context.output.result({ series: id, champion, versions: numbers, sameTestBlock: isSameBlock, rows }, () =>
    [
      `${id}: ${numbers.map(version => `v${version}${version === champion ? ' (champion)' : ''}`).join(' against ')}`,
      '',
      renderRows(rows, numbers),
      '',
      isSameBlock
        ? 'All were judged on the same bars. Which is better beyond luck is for models offer to say: it compares bar by bar.'
        : 'They were judged on different bars or labels: their figures can’t be set against each other. models offer compares two on the bars that neither has seen.',
    ].join('\n'),
  );
}

function renderRows(rows: readonly DifferenceRow[], versions: readonly number[]): string {
  return renderTable<DifferenceRow>(rows, [
    { title: 'of', cell: row => row.section },
    { title: 'what', cell: row => row.what },
    ...versions.map((version, index) => ({
      title: `v${version}`,
      cell: (row: DifferenceRow) => shortened(row.values[index]),
    })),
    { title: 'differs', cell: row => (row.differs ? 'yes' : '') },
  ]);
}

/** Long lists would push the other versions off the screen; the JSON has all of it. */
const MOST_LETTERS = 44;

function shortened(value: string | null): string | null {
  return value !== null && value.length > MOST_LETTERS ? `${value.slice(0, MOST_LETTERS - 1)}…` : value;
}
