import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { AlphaloomError } from '../../contracts/errors.ts';
import { parseSeries, type Series } from '../../contracts/series.ts';
import type { OpenRooms } from '../../host/compose.ts';
import { PACKAGE_FILES } from '../../inference/package.ts';
import { openInBrowser } from '../browser.ts';
import type { CliContext } from '../context.ts';
import { withRooms } from '../rooms.ts';
import { chosenVersion, parseVersion } from './version-argument.ts';

interface Options {
  readonly html?: true;
  readonly open?: true;
}

export function register(command: Command, context: CliContext): void {
  command
    .argument('<symbol>')
    .argument('<timeframe>')
    .argument('[version]', 'v7', parseVersion)
    .option('--html', 'only say where the page with figures is')
    .option('--open', 'open that page in the browser')
    .addHelpText('after', '\nExample:\n  alphaloom models card BTCUSD 1h v2 --open\n')
    .action((symbol, timeframe, version, options: Options) =>
      withRooms(context, (rooms, loaded) =>
        card(context, rooms, parseSeries(symbol, timeframe, loaded.config.defaultVenue), version, options),
      ),
    );
}

async function card(
  context: CliContext,
  rooms: OpenRooms,
  series: Series,
  wanted: number | undefined,
  { html, open }: Options,
): Promise<void> {
  const record = await chosenVersion(rooms.registry, series, wanted);
  const { version, series: id } = record;
  const { path, files } = await rooms.artifacts.load(record.package);
  const page = files.some(({ name }) => name === PACKAGE_FILES.cardPage)
    ? path(PACKAGE_FILES.cardPage)
    : null;
  const markdown = path(PACKAGE_FILES.card);
  if ((html || open) && page === null) {
    throw new AlphaloomError(
      'ARTIFACT_NOT_FOUND',
      `${id} v${version} was packaged before cards were pages too: there is only ${markdown}. Train it again for a page, or read it without --html and --open.`,
      { series: id, version, file: PACKAGE_FILES.cardPage },
    );
  }
  const text = await readFile(markdown, 'utf8');
  if (open && !(await openInBrowser(page!, context.environment)))
    context.output.warn('No browser could be started; open the page yourself.');
  context.output.result({ series: id, version, files: { markdown, html: page }, card: text }, () =>
    html || open ? page! : text,
  );
}
