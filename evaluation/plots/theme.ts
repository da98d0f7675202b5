/** A colour on light and on dark paper. */
type Shades = readonly [light: string, dark: string];

/**
 * The colours of pages and charts. The four of series keep apart for readers who don't tell red from green; gain and loss are
 * of them, so that a colour means one thing in a document.
 */
const COLOURS = {
  paper: ['#ffffff', '#0f1419'],
  raised: ['#f5f7f9', '#182028'],
  line: ['#d8dee4', '#2f3944'],
  ink: ['#1b2228', '#e8edf2'],
  muted: ['#5a6672', '#9aa7b4'],
  blue: ['#2159c4', '#6ea8fe'],
  orange: ['#b8500a', '#f59a4c'],
  teal: ['#0b7a70', '#3ccbb9'],
  purple: ['#8239c2', '#c594f7'],
  alarm: ['#b3261e', '#ff8a80'],
  alarmPaper: ['#fdecea', '#3b1512'],
} as const satisfies Readonly<Record<string, Shades>>;

type ColourName = keyof typeof COLOURS;

/** Colours to draw with, e.g. `INK.blue`; pages and standalone images give them their value in either theme. */
export const INK = Object.fromEntries(Object.keys(COLOURS).map(name => [name, `var(--${name})`])) as Readonly<
  Record<ColourName, string>
>;

/** What a colour stands for. */
export const MEANING = {
  model: INK.blue,
  benchmark: INK.muted,
  long: INK.blue,
  short: INK.orange,
  gain: INK.teal,
  loss: INK.orange,
  chosen: INK.orange,
} as const;

/** Rules for pages: as the reader's system says, unless the page's `data-theme` says otherwise. */
export function themeRules(): string {
  const [light, dark] = [declarations(0), declarations(1)];
  return `
:root { color-scheme: light; ${light} }
@media (prefers-color-scheme: dark) { :root:not([data-theme='light']) { color-scheme: dark; ${dark} } }
:root[data-theme='dark'] { color-scheme: dark; ${dark} }
`;
}

/** Puts values where variables stood: the light ones for viewers that know no themes, the dark ones by rules over them. */
export function withoutVariables(svg: string): { svg: string; rules: string } {
  const plain = svg.replace(/var\(--([a-zA-Z]+)\)/g, (whole, name: string) =>
    name in COLOURS ? COLOURS[name as ColourName][0] : whole,
  );
  const dark = Object.values(COLOURS).flatMap(([light, shade]) =>
    ['fill', 'stroke', 'color']
      .filter(property => plain.includes(`${property}="${light}"`))
      .map(property => `  [${property}="${light}"] { ${property}: ${shade}; }`),
  );
  return { svg: plain, rules: `@media (prefers-color-scheme: dark) {\n${dark.join('\n')}\n}` };
}

function declarations(shade: 0 | 1): string {
  return Object.entries(COLOURS)
    .map(([name, shades]) => `--${name}: ${shades[shade]};`)
    .join(' ');
}
