import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import {
  type FileReport,
  type FreqtradeReport,
  importFreqtrade,
} from '../../candles/import/freqtrade/index.ts';
import { printable, reportText } from '../../candles/import/freqtrade/report.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { seriesId } from '../../contracts/series.ts';
import { exists, writeFileAtomic } from '../../storage/files.ts';
import type { CliContext } from '../context.ts';
import { withRooms } from '../rooms.ts';
import { renderTable } from '../table.ts';

interface FreqtradeImportOptions {
  readonly config: string;
  readonly out?: string;
  readonly dryRun?: boolean;
}

/** What is written beside the bars. */
const OUTPUTS = {
  recipe: 'freqtrade.yaml',
  symbols: 'freqtrade-symbols.txt',
  document: 'freqtrade-report.json',
  text: 'freqtrade-report.txt',
} as const;

export function register(command: Command, context: CliContext): void {
  command
    .argument('<userdir>', 'freqtrade’s user_data: config.json and data/<exchange>/')
    .option('--config <file>', 'the configuration, from the folder', 'config.json')
    .option(
      '--out <folder>',
      'for recipe, symbols and report; default: a new folder in the home’s freqtrade/',
    )
    .option('--dry-run', 'read and check everything, write nothing')
    .addHelpText(
      'after',
      '\nExample:\n  alphaloom candles import-freqtrade ~/freqtrade/user_data --dry-run\n  alphaloom candles import-freqtrade ~/freqtrade/user_data --out recipes\n',
    )
    .action((userDir, options) => importUserDir(context, userDir, options));
}

async function importUserDir(
  context: CliContext,
  userDir: string,
  { config, out, dryRun = false }: FreqtradeImportOptions,
): Promise<void> {
  const folder = dryRun ? null : await outputFolder(context, userDir, out);
  await withRooms(context, async ({ candles }) => {
    const progress = context.output.progress('importing');
    let report: FreqtradeReport;
    try {
      report = await importFreqtrade(candles, userDir, {
        config,
        dryRun,
        nowMs: context.now(),
        onFile: (done, total, path) => progress.update(done / total, path),
      });
    } finally {
      progress.stop();
    }
    requireAnything(report, userDir, config);
    if (folder) await writeOutputs(folder, report);
    context.output.result({ ...plain(report), out: folder }, () => summary(report, folder));
    if (report.failed > 0) context.endWith(1);
  });
}

/** Most likely the wrong folder: an empty report of it would look like success. */
function requireAnything(
  { files, settings, configFault }: FreqtradeReport,
  path: string,
  config: string,
): void {
  if (files.length > 0 || settings.length > 0 || configFault !== null) return;
  throw new AlphaloomError(
    'FILE_NOT_FOUND',
    `${path} is no freqtrade user_data: it has neither ${config} nor files under data/. Nothing was written; name the folder that holds them.`,
    { path, config },
  );
}

/** @throws AlphaloomError FILE_EXISTS before anything is imported */
async function outputFolder({ home }: CliContext, userDir: string, out?: string): Promise<string> {
  if (out === undefined) {
    const first = join(home.root, 'freqtrade', basename(resolve(userDir)));
    for (let folder = first, count = 2; ; folder = `${first}-${count++}`)
      if (!(await exists(folder))) return folder;
  }
  const folder = resolve(out);
  for (const name of Object.values(OUTPUTS)) {
    const path = join(folder, name);
    if (!(await exists(path))) continue;
    throw new AlphaloomError(
      'FILE_EXISTS',
      `${path} is there already; nothing was imported. Name another --out, or move it away.`,
      { path },
    );
  }
  return folder;
}

async function writeOutputs(folder: string, report: FreqtradeReport): Promise<void> {
  const texts = [
    [OUTPUTS.recipe, report.recipe],
    [OUTPUTS.symbols, report.symbols.length > 0 ? `${report.symbols.join('\n')}\n` : null],
    [OUTPUTS.document, `${JSON.stringify(plain(report), null, 2)}\n`],
    [OUTPUTS.text, reportText(report)],
  ] as const;
  for (const [name, text] of texts) if (text !== null) await writeFileAtomic(join(folder, name), text);
}

/** Series by their ids. */
function plain(report: FreqtradeReport) {
  const files = report.files.map(file => ({ ...file, series: file.series && seriesId(file.series) }));
  return { ...report, files };
}

function summary(
  { files, settings, symbols, failed, configFault }: FreqtradeReport,
  out: string | null,
): string {
  const mapped = settings.filter(setting => 'mapped' in setting).length;
  return [
    files.length === 0 ? 'No files under data/.' : fileTable(files),
    '',
    configFault ??
      (settings.length === 0
        ? 'No configuration: bars only.'
        : `${mapped} of ${settings.length} settings mapped, ${symbols.length} symbols chosen.`),
    ...(failed > 0 ? [`${failed} failed; the others were not held up.`] : []),
    ...(out ? [`Recipe, symbols and the report of every file and setting: ${out}`] : []),
  ].join('\n');
}

function fileTable(files: readonly FileReport[]): string {
  return renderTable(files, [
    { title: 'file', cell: file => printable(file.path) },
    { title: 'series', cell: file => file.series && seriesId(file.series) },
    { title: 'outcome', cell: file => file.outcome },
    {
      title: 'bars',
      align: 'right',
      cell: file =>
        file.outcome === 'imported'
          ? file.added + file.skipped
          : file.outcome === 'would import'
            ? file.bars
            : null,
    },
    { title: 'why not', cell: file => ('reason' in file ? printable(file.reason) : null) },
  ]);
}
