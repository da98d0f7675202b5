import { seriesId } from '../../../contracts/series.ts';
import type { FreqtradeReport } from './index.ts';

/** The report as text: each file, each symbol left out, each setting in a line. */
export function reportText(report: FreqtradeReport): string {
  const { files, settings, symbols, passedOver, configFault } = report;
  const fileLines = files.map(file => {
    const name = file.series ? `${file.path} (${seriesId(file.series)})` : file.path;
    if (file.outcome === 'not imported') return `${name}: not imported: ${file.reason}`;
    if (file.outcome === 'failed') return `${name}: failed: ${file.reason}`;
    if (file.outcome === 'would import') return `${name}: would import ${file.bars} bars`;
    return `${name}: ${file.added} bars added, ${file.skipped} were there`;
  });
  const settingLines = settings.map(setting =>
    'mapped' in setting
      ? `${setting.key}: mapped to ${setting.mapped}`
      : `${setting.key}: not mapped: ${setting.reason}`,
  );
  return [
    ...section('Files', fileLines),
    ...section('Symbols', symbols),
    ...section(
      'Pairs left out',
      passedOver.map(({ pair, reason }) => `${pair}: ${reason}`),
    ),
    ...section('Settings', configFault ? [configFault, ...settingLines] : settingLines),
  ]
    .map(printable)
    .join('\n')
    .concat('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return [title, ...(lines.length > 0 ? lines.map(line => `  ${line}`) : ['  none']), ''];
}

/** Names come from outside: what a terminal would obey is shown as it is written. */
export function printable(line: string): string {
  return line.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e]/gu, character =>
    JSON.stringify(character).slice(1, -1),
  );
}
