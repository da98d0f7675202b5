import type { PlotOptions } from '@observablehq/plot';
import { drawing } from './chart.ts';
import { escaped } from './markup.ts';
import { INK, withoutVariables } from './theme.ts';

/** A chart and its place in an image. */
export interface Panel {
  readonly title: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly options: PlotOptions & { readonly height: number };
}

export interface ImageSpec {
  readonly title: string;
  /** A line under the title. */
  readonly subtitle: string;
  readonly width: number;
  readonly height: number;
  readonly panels: readonly Panel[];
}

/** Pixels above the first panel. */
export const IMAGE_HEADER = 52;
/** Pixels of a panel's title. */
export const PANEL_HEADER = 22;

/** An SVG file that stands alone, readable on light and on dark. */
export function standaloneImage({ title, subtitle, width, height, panels }: ImageSpec): string {
  const { svg, rules } = withoutVariables(
    [
      `<rect width="${width}" height="${height}" fill="${INK.paper}"/>`,
      text(title, 16, 24, `fill="${INK.ink}" font-weight="600" font-size="14"`),
      text(subtitle, 16, 43, `fill="${INK.muted}"`),
      ...panels.map(placed),
    ].join(''),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif" font-size="12"><title>${escaped(title)}</title><style>${rules}</style>${svg}</svg>\n`;
}

function placed({ title, x, y, width, options }: Panel): string {
  const chart = drawing(title, options, width).replace(
    '<svg ',
    `<svg y="${PANEL_HEADER}" color="${INK.muted}" `,
  );
  return `<g transform="translate(${x},${y})">${text(title, 16, 14, `fill="${INK.ink}" font-weight="600"`)}${chart}</g>`;
}

function text(content: string, x: number, y: number, attributes: string): string {
  return `<text x="${x}" y="${y}" ${attributes}>${escaped(content)}</text>`;
}
