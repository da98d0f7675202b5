type Attributes = Readonly<Record<string, string | number>>;

/** An SVG element as text; numbers keep two decimals, so that the same chart has the same bytes everywhere. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${attribute(value)}"`);
  const open = `<${name}${written.join('')}`;
  return children.length === 0 ? `${open}/>` : `${open}>${children.join('')}</${name}>`;
}

/** Text within an element. */
export function text(content: string): string {
  return content.replace(/[&<>]/g, character => ENTITIES[character]!).replace(CONTROL, '\ufffd');
}

/** A whole document that stands alone, readable on light and on dark. */
export function document(
  title: string,
  width: number,
  height: number,
  ...children: readonly string[]
): string {
  const size = { viewBox: `0 0 ${width} ${height}`, width, height };
  return `${element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', ...size, role: 'img', 'aria-label': title },
    element('title', {}, text(title)),
    element('style', {}, STYLE),
    element('rect', { class: 'paper', width, height }),
    ...children,
  )}\n`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** What XML 1.0 has no characters for. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;

function attribute(value: string | number): string {
  if (typeof value === 'number') return String(Math.round(value * 100) / 100 + 0);
  return text(value).replaceAll('"', ENTITIES['"']!);
}

const STYLE = `
svg { --paper: #ffffff; --ink: #1f2328; --soft: #59636e; --line: #d1d9e0; --mark: #0969da; --best: #bc4c00;
  font: 12px system-ui, sans-serif; }
@media (prefers-color-scheme: dark) {
  svg { --paper: #0d1117; --ink: #e6edf3; --soft: #9198a1; --line: #3d444d; --mark: #4493f8; --best: #f0883e; }
}
.paper { fill: var(--paper); }
text { fill: var(--soft); }
.title { fill: var(--ink); font-weight: 600; }
.grid { stroke: var(--line); }
.mark { fill: var(--mark); stroke: var(--mark); fill-opacity: .75; }
.hollow { fill: none; stroke: var(--mark); stroke-opacity: .75; }
.failed { stroke: var(--soft); }
.best { fill: none; stroke: var(--best); stroke-width: 2; }
`;
