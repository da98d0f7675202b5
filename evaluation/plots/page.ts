import { createHash } from 'node:crypto';
import { type Content, html, type Markup } from './markup.ts';
import { PAGE_STYLE } from './page-style.ts';
import { themeRules } from './theme.ts';

export interface PageSection {
  readonly title: string;
  readonly content: Content;
}

export interface PageSpec {
  readonly title: string;
  /** One line above the title, e.g. the kind of document. */
  readonly kind: string;
  /** What stands before the sections: a summary, key figures, warnings. */
  readonly lead: Content;
  readonly sections: readonly PageSection[];
  /** Small print at the end. */
  readonly footer: Content;
}

/**
 * A whole HTML document in one file: nothing is loaded from anywhere, and its own policy forbids it. Light or dark as the
 * reader's system is, or as the button says. Same input, same bytes.
 */
export function page({ title, kind, lead, sections, footer }: PageSpec): string {
  const links = sections.map(section => html`<a href="#${anchor(section.title)}">${section.title}</a>`);
  const body = sections.map(
    section => html`<section id="${anchor(section.title)}"><h2>${section.title}</h2>${section.content}</section>
`,
  );
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<header><div><p class="kind">${kind}</p><h1>${title}</h1></div><button id="theme" type="button" hidden></button></header>
<main>
<div class="lead">${lead}</div>
${sections.length > 2 ? html`<nav aria-label="Sections">${links}</nav>` : null}
${body}</main>
<footer>${footer}</footer>
<script>${SCRIPT}</script>
</body>
</html>
`.markup;
}

/** The fragment that a section is linked by. */
function anchor(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** Where pages have no storage, as files in some browsers, the choice lasts as long as the page. */
const THEME_SCRIPT = `
(() => {
  const button = document.getElementById('theme');
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => (root.dataset.theme || (system.matches ? 'dark' : 'light')) === 'dark';
  const show = () => { button.textContent = isDark() ? 'Light' : 'Dark'; button.setAttribute('aria-label', button.textContent + ' theme'); };
  try { const kept = localStorage.getItem('alphaloom-theme'); if (kept === 'light' || kept === 'dark') root.dataset.theme = kept; } catch {}
  button.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    try { localStorage.setItem('alphaloom-theme', root.dataset.theme); } catch {}
    show();
  });
  system.addEventListener('change', show);
  button.hidden = false;
  show();
})();
`;

const SCRIPT: Markup = { markup: THEME_SCRIPT };
const STYLE: Markup = { markup: `${themeRules()}${PAGE_STYLE}` };
const SCRIPT_HASH = createHash('sha256').update(THEME_SCRIPT).digest('base64');
const POLICY = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${SCRIPT_HASH}'; img-src data:; base-uri 'none'; form-action 'none'`;
