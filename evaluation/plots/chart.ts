import { createHash } from 'node:crypto';
import { type PlotOptions, plot } from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { type Markup, withoutControls } from './markup.ts';

/** Pixels that a chart is drawn for: a whole column of a page, or half of one and a phone. */
export const CHART_WIDTH = { wide: 900, narrow: 380 } as const;

export interface ChartSpec {
  /** What it shows, for those who can't see it. */
  readonly label: string;
  /** A half stands beside another one where there is room. */
  readonly size: 'whole' | 'half';
  /** Marks, scales and height for a width in pixels; colours are those of `INK`, a mark's `title` is read by pointing at it. */
  draw(width: number): PlotOptions;
}

/** A chart in a page, drawn for each width at which it may be shown; the page's rules choose. */
export function chart({ label, size, draw }: ChartSpec): Markup {
  const widths = size === 'whole' ? (['wide', 'narrow'] as const) : (['narrow'] as const);
  const drawings = widths.map(width =>
    drawing(label, draw(CHART_WIDTH[width]), CHART_WIDTH[width]).replace(
      'class="plot"',
      `class="plot ${width}"`,
    ),
  );
  return { markup: `<div class="chart ${size}">${drawings.join('')}</div>` };
}

/** One SVG element as text. Same options, same bytes: identifiers come from the content, coordinates have two decimals. */
export function drawing(label: string, options: PlotOptions, width: number): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = plot({
    ...DEFAULTS,
    ...options,
    x: { ...AXIS, ...options.x },
    y: { ...AXIS, ...options.y },
    width,
    document,
    figure: false,
  }) as unknown as SvgElement;
  svg.querySelector('style')?.remove();
  for (const [name, value] of Object.entries({ ...ATTRIBUTES, 'aria-label': withoutControls(label) }))
    svg.setAttribute(name, value);
  // Parts of a picture that has a name of its own would be read one by one.
  for (const part of svg.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  for (const part of svg.querySelectorAll('title, text, tspan')) tidyText(part);
  for (const part of svg.querySelectorAll('*')) roundCoordinates(part);
  return withOwnIdentifiers(svg.outerHTML);
}

/** What is used of the server-side document. */
interface SvgElement {
  readonly outerHTML: string;
  readonly attributes: Iterable<{ readonly name: string; value: string }>;
  readonly childNodes: Iterable<{ readonly nodeType: number; textContent: string }>;
  querySelector(selector: string): { remove(): void } | null;
  querySelectorAll(selector: string): Iterable<SvgElement>;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
}

const DEFAULTS: PlotOptions = { marginLeft: 52, marginRight: 16, marginTop: 24, marginBottom: 36 };
/** Names of columns say little to readers: an axis has a label where a chart gives it one. */
const AXIS = { label: null, tickSize: 0 } as const;
const ATTRIBUTES = { class: 'plot', role: 'img', 'font-size': '12', xmlns: 'http://www.w3.org/2000/svg' };

const TEXT_NODE = 3;

function tidyText(part: SvgElement): void {
  for (const node of part.childNodes)
    if (node.nodeType === TEXT_NODE) node.textContent = withoutControls(node.textContent);
}

const COORDINATES = new Set('d transform x y x1 x2 y1 y2 cx cy r rx ry width height points dx dy'.split(' '));
const LONG_NUMBER = /-?\d+\.\d{3,}(?:e[+-]?\d+)?|-?\d+(?:\.\d+)?e-\d+/g;

function roundCoordinates(part: SvgElement): void {
  for (const attribute of part.attributes) {
    if (COORDINATES.has(attribute.name))
      attribute.value = attribute.value.replace(LONG_NUMBER, number =>
        String(Math.round(Number(number) * 100) / 100 + 0),
      );
  }
}

/** Plot counts its identifiers per process; several charts of a document need different ones. */
function withOwnIdentifiers(svg: string): string {
  const found = new Map<string, number>();
  const counted = svg.replace(/plot-(?:clip|marker)-\d+/g, id => {
    if (!found.has(id)) found.set(id, found.size);
    return `plot-part-${found.get(id)}`;
  });
  if (found.size === 0) return counted;
  const digest = createHash('sha256').update(counted).digest('hex').slice(0, 10);
  return counted.replaceAll('plot-part-', `plot-${digest}-`);
}
