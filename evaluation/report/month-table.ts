import type { MonthFigures } from '../../contracts/performance.ts';
import { html, type Markup } from '../plots/markup.ts';
import { fixed } from './amounts.ts';

const NAMES = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
/** A month that gained or lost so much has the fullest colour. */
const FULL_COLOUR = 0.25;

/** Years by months, in per cent, coloured by size; the year's months compounded at the end. */
export function monthTable(months: readonly MonthFigures[]): Markup {
  const years = Map.groupBy(months, ({ month }) => month.slice(0, 4));
  const rows = [...years].map(([year, inYear]) => {
    const cells = NAMES.map((_, at) => inYear.find(({ month }) => Number(month.slice(5)) === at + 1));
    return html`<tr><th scope="row">${year}</th>${cells.map(cell)}${yearCell(inYear)}</tr>
`;
  });
  return html`<div class="scroll" role="region" aria-label="Returns per month" tabindex="0"><table style="min-width: max(100%, 700px)"><thead><tr><th scope="col">%</th>${NAMES.map(
    name => html`<th scope="col" class="right">${name}</th>`,
  )}<th scope="col" class="right">Year</th></tr></thead><tbody>
${rows}</tbody></table></div>`;
}

function cell(figures: MonthFigures | undefined): Markup {
  if (figures === undefined) return html`<td></td>`;
  const { month, return: gained, trades } = figures;
  const says = `${month}: ${trades} ${trades === 1 ? 'trade' : 'trades'} ended`;
  return html`<td class="right" style="${tint(gained)}" title="${says}">${percent(gained)}</td>`;
}

function yearCell(months: readonly MonthFigures[]): Markup {
  const year = months.reduce<number | null>(
    (growth, { return: gained }) => (growth === null || gained === null ? growth : growth * (1 + gained)),
    1,
  );
  return html`<td class="right" style="padding-left: 14px"><strong>${percent(year === null ? null : year - 1)}</strong></td>`;
}

function tint(gained: number | null): string {
  if (gained === null || gained === 0) return '';
  const strength = Math.round(8 + 42 * Math.min(1, Math.abs(gained) / FULL_COLOUR));
  const colour = gained > 0 ? '--teal' : '--orange';
  return `background: color-mix(in srgb, var(${colour}) ${strength}%, transparent); padding-left: 6px; padding-right: 6px`;
}

function percent(value: number | null): string {
  if (value === null) return '–';
  const text = fixed(value * 100, 1);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}
