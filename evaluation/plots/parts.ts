import { type Content, html, type Markup } from './markup.ts';

/** A few numbers that matter most, large. */
export interface KeyFigure {
  readonly label: string;
  readonly value: string;
  readonly note?: string;
  readonly tone?: 'gain' | 'loss';
}

export function keyFigures(figures: readonly KeyFigure[]): Markup {
  const cells = figures.map(
    ({ label, value, note, tone }) =>
      html`<div><dt>${label}</dt><dd class="${tone ?? ''}">${value}</dd>${note ? html`<dd>${note}</dd>` : null}</div>`,
  );
  return html`<dl class="figures">${cells}</dl>`;
}

/** What a reader must not miss (`alarm`), or should know (`plain`). */
export function notice(tone: 'alarm' | 'plain', content: Content): Markup {
  return html`<div class="notice ${tone}"${tone === 'alarm' ? { markup: ' role="alert"' } : null}>${content}</div>`;
}

/**
 * How a column's cells stand: text may break, numbers to the right, `kept` is text in one line. `prose` is whole sentences: on a
 * phone the rows of such a table become paragraphs.
 */
export interface Column {
  readonly title: string;
  readonly kind: 'text' | 'right' | 'kept' | 'prose';
}

/** A table that scrolls within the page where it is too wide; its first column names the rows. */
export function dataTable(
  label: string,
  columns: readonly Column[],
  rows: readonly (readonly Content[])[],
): Markup {
  const head = columns.map(({ title, kind }) => html`<th scope="col" class="${kind}">${title}</th>`);
  const isNamed = columns.some(({ title }) => title !== '');
  const lines = rows.map(
    row => html`<tr>${row.map((cell, at) => tableCell(columns[at]!, cell))}</tr>
`,
  );
  const style = columns.some(({ kind }) => kind === 'prose') ? 'stacked' : '';
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table class="${style}">${isNamed ? html`<thead><tr>${head}</tr></thead>` : null}<tbody>
${lines}</tbody></table></div>`;
}

function tableCell({ title, kind }: Column, cell: Content): Markup {
  return html`<td class="${kind}" data-title="${title}">${cell}</td>`;
}

export interface LegendEntry {
  readonly label: string;
  /** Of `INK` or `MEANING`. */
  readonly colour: string;
  readonly shape: 'line' | 'area';
}

export function legend(entries: readonly LegendEntry[]): Markup {
  const items = entries.map(
    ({ label, colour, shape }) =>
      html`<li><i class="${shape}" style="background: ${colour}"></i>${label}</li>`,
  );
  return html`<ul class="legend">${items}</ul>`;
}

export interface FigureSpec {
  readonly title: string;
  /** How to read it, in a sentence or two; null where the title says it. */
  readonly caption: Content;
  readonly legend: readonly LegendEntry[];
  readonly chart: Markup;
}

export function figure({ title, caption, legend: entries, chart }: FigureSpec): Markup {
  return html`<figure><h3>${title}</h3>${entries.length > 0 ? legend(entries) : null}${chart}${caption === null ? null : html`<figcaption>${caption}</figcaption>`}</figure>
`;
}

/** Figures side by side where there is room. */
export function pair(...figures: readonly Markup[]): Markup {
  return html`<div class="pair">${figures}</div>`;
}
