import { relative } from 'node:path';
import type { Command } from 'commander';
import type { Garbage } from '../artifacts/garbage.ts';
import { ageOfGarbage, artifactsInUse } from '../host/artifact-cleanup.ts';
import { integer } from './arguments.ts';
import type { CliContext } from './context.ts';
import { withTemporal } from './rooms.ts';
import { renderTable } from './table.ts';

const DAY_MS = 86_400_000;
const MEGABYTE = 1e6;

interface Options {
  readonly dryRun?: boolean;
  readonly olderThan: number;
}

export function register(command: Command, context: CliContext): void {
  command.addHelpText('after', '\nExample:\n  alphaloom artifacts gc --dry-run\n');
  command
    .command('gc')
    .description('Remove what no version was made from and no running training may need.')
    .option('--dry-run', 'only show what would go')
    .option('--older-than <days>', 'days it must have lain unused', integer(1, 3_650), 7)
    .addHelpText(
      'after',
      '\nA version’s model, data, evidence and comparisons always stay. Temporal must run: it knows what is under way.\n\nExample:\n  alphaloom artifacts gc --older-than 30\n',
    )
    .action(async (options: Options) => await collect(context, options));
}

async function collect(context: CliContext, { dryRun = false, olderThan }: Options): Promise<void> {
  await withTemporal(context, async ({ rooms: { artifacts, registry }, temporal, homeId }) => {
    const now = context.now();
    const olderThanMs = await ageOfGarbage(temporal.client, homeId, olderThan * DAY_MS, now);
    const keep = await artifactsInUse(registry);
    const garbage = await artifacts.findGarbage(keep, olderThanMs, now);
    const bytes = garbage.reduce((sum, item) => sum + item.bytes, 0);
    const freed = dryRun ? 0 : await artifacts.gc(keep, olderThanMs, now);
    context.output.result({ dryRun, olderThanMs, garbage, bytes, freed }, () =>
      dryRun
        ? renderFound(garbage, bytes, context.home.artifacts)
        : `Freed ${megabytes(freed)} MB (${garbage.length} unused, damaged or half-written artifacts).`,
    );
  });
}

function renderFound(garbage: readonly Garbage[], bytes: number, root: string): string {
  if (garbage.length === 0) return 'Nothing to remove.';
  const table = renderTable<Garbage>(garbage, [
    { title: 'artifact', cell: row => relative(root, row.path) },
    { title: 'why', cell: row => row.kind },
    { title: 'MB', align: 'right', cell: row => megabytes(row.bytes) },
  ]);
  return `${table}\n\n${garbage.length} would go, ${megabytes(bytes)} MB; without --dry-run they do.`;
}

function megabytes(bytes: number): string {
  return (bytes / MEGABYTE).toFixed(1);
}
