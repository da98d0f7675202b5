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

/** Plain rules: viewers that know neither variables nor dark mode show the light ones. */
const STYLE = `
svg { font: 12px system-ui, sans-serif; }
.paper { fill: #ffffff; }
text { fill: #59636e; }
.title { fill: #1f2328; font-weight: 600; }
.grid { stroke: #d1d9e0; }
.mark { fill: #0969da; fill-opacity: .75; }
.hollow { fill: none; stroke: #0969da; stroke-opacity: .75; }
.failed { fill: none; stroke: #59636e; }
.best { fill: none; stroke: #bc4c00; stroke-width: 2; }
@media (prefers-color-scheme: dark) {
  .paper { fill: #0d1117; }
  text { fill: #9198a1; }
  .title { fill: #e6edf3; }
  .grid { stroke: #3d444d; }
  .mark { fill: #4493f8; }
  .hollow { stroke: #4493f8; }
  .failed { stroke: #9198a1; }
  .best { stroke: #f0883e; }
}
`;
