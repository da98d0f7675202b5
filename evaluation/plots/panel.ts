import type { Extent, Scale } from './scale.ts';
import { element, text } from './svg.ts';

/** Where a chart stands in its document, and what is drawn around it. */
export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const MARGIN = { top: 28, right: 12, bottom: 34, left: 56 };

/** Pixels left for marks: across, and from the bottom up. */
export function plotArea({ x, y, width, height }: Frame): { across: Extent; up: Extent } {
  return {
    across: [x + MARGIN.left, x + width - MARGIN.right],
    up: [y + height - MARGIN.bottom, y + MARGIN.top],
  };
}

/** Title, lines and labels of both axes, with the marks on top. */
export function panel(frame: Frame, title: string, x: Scale, y: Scale, marks: readonly string[]): string {
  const { across, up } = plotArea(frame);
  const rows = y.ticks.flatMap(({ at, label }) => [
    element('line', { class: 'grid', x1: across[0], x2: across[1], y1: at, y2: at }),
    element('text', { x: across[0] - 6, y: at + 4, 'text-anchor': 'end' }, text(label)),
  ]);
  const columns = x.ticks.map(({ at, label }) =>
    element('text', { x: at, y: up[0] + 18, 'text-anchor': 'middle' }, text(label)),
  );
  const heading = element('text', { class: 'title', x: across[0], y: frame.y + 16 }, text(title));
  return element('g', {}, heading, ...rows, ...columns, ...marks);
}

/** A dot that says more when it is pointed at. */
export function dot(
  kind: 'mark' | 'hollow' | 'best',
  x: number,
  y: number,
  radius: number,
  says: string,
): string {
  return element('circle', { class: kind, cx: x, cy: y, r: radius }, element('title', {}, text(says)));
}
