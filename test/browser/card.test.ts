import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { composeCard } from '../../evaluation/card/card.ts';
import { cardPage } from '../../evaluation/card/page.ts';
import { FULL, META } from '../evaluation/card/fixtures.ts';
import { temporaryHome } from '../support/temporary-home.ts';
import { Chromium, type View, withoutChromium } from './chromium.ts';

const VIEWS: readonly View[] = [
  { width: 1_200, theme: 'light' },
  { width: 1_200, theme: 'dark' },
  { width: 390, theme: 'light' },
  { width: 390, theme: 'dark' },
];

/** What a reader sees: the charts that are shown, the least contrast of any text, what is cut off or lies on something else. */
interface Seen {
  readonly charts: readonly string[];
  readonly tooWide: readonly string[];
  readonly paper: string;
  readonly faint: readonly string[];
  readonly small: readonly string[];
}

/** Contrast by WCAG 2.2; text in charts stands on the page's paper save where a mark lies under it, which is left out. */
const LOOK = `(() => {
  const shown = element => element.getBoundingClientRect().width > 0;
  const charts = [...document.querySelectorAll('svg.plot')].filter(shown);
  const colour = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  const paperUnder = element => {
    for (let at = element; at; at = at.parentElement) {
      const found = colour(getComputedStyle(at).backgroundColor);
      if (found.length === 3 || found[3] > 0) return found;
    }
  };
  const texts = [...document.querySelectorAll('h1, h2, h3, p, li, td, th, dt, dd, figcaption, a, button, .outcome')].filter(shown);
  const axes = charts.flatMap(svg => [...svg.querySelectorAll('text')]).filter(text => !text.closest('g').getAttribute('fill'));
  return {
    charts: charts.map(svg => svg.getAttribute('aria-label')),
    tooWide: [...charts, ...document.querySelectorAll('p, li, h1, .figures, .notice, .scroll')]
      .filter(element => element.getBoundingClientRect().right > innerWidth + 1)
      .map(element => element.textContent.slice(0, 40)),
    paper: getComputedStyle(document.body).backgroundColor,
    faint: texts.filter(text => contrast(colour(getComputedStyle(text).color), paperUnder(text)) < 4.5)
      .map(text => text.textContent.slice(0, 40)),
    small: axes.filter(text => text.textContent.trim() && text.getBoundingClientRect().height < 10)
      .map(text => text.textContent.slice(0, 40)),
  };
})()`;

test('a card reads on a screen and on a phone, in light and in dark', {
  skip: withoutChromium,
  timeout: 120_000,
}, async t => {
  const path = join(await temporaryHome(t), 'card.html');
  await writeFile(path, cardPage(composeCard(META, FULL, [])));
  const chromium = await Chromium.launch(t);
  const looks: Seen[] = [];
  for (const view of VIEWS) {
    const page = await chromium.open(path, view);
    const name = `${view.width} px, ${view.theme}`;
    assert.ok((await page.evaluate<number>('document.documentElement.scrollWidth')) <= view.width, name);
    assert.deepEqual(page.complaints, [], name);
    assert.deepEqual(
      page.requests.filter(url => !url.startsWith('file:') && !url.startsWith('data:')),
      [],
      name,
    );
    const { tooWide, faint, small, ...seen } = await page.evaluate<Seen>(LOOK);
    assert.deepEqual({ tooWide, faint, small }, { tooWide: [], faint: [], small: [] }, name);
    looks.push({ tooWide, faint, small, ...seen });
  }
  const [light, dark, ...phones] = looks;
  // Metrics, calibration, confusion, equity and drawdown, months, two of features, classes and blocks.
  assert.equal(light!.charts.length, 10);
  for (const other of [dark!, ...phones]) assert.deepEqual(other.charts, light!.charts);
  assert.notEqual(light!.paper, dark!.paper);
});
